#include "watchdog/autoheal/health_socket.h"

#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "engine/base/side_task.h"

namespace berth::watchdog::autoheal {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view kWell = "ok";
constexpr std::size_t kMostAnswer = 1024;

// A name that begins with a zero is no file.
stream_protocol::endpoint Address(const std::string& name) { return stream_protocol::endpoint('\0' + name); }

using Acceptor = std::shared_ptr<stream_protocol::acceptor>;

// One after the other: the answer fits into the socket's buffer, so nobody keeps the next one waiting.
Task<> Answer(Acceptor acceptor, HealthSocket::WhyNot why_not) {
  asio::steady_timer pause(acceptor->get_executor());
  for (;;) {
    auto [failure, peer] = co_await acceptor->async_accept(kAwait);
    if (failure == asio::error::operation_aborted || !acceptor->is_open()) co_return;
    if (failure) {
      pause.expires_after(std::chrono::milliseconds(100));
      co_await pause.async_wait(asio::use_awaitable);
      continue;
    }
    const std::string why = why_not();
    const std::string answer = (why.empty() ? std::string(kWell) : why).substr(0, kMostAnswer);
    const auto [unread, written] = co_await asio::async_write(peer, asio::buffer(answer), kAwait);
    static_cast<void>(unread);  // it has hung up
  }
}

class Server final : public HealthSocket {
 public:
  Server(Acceptor acceptor, WhyNot why_not) : task_(acceptor->get_executor(), Answer(acceptor, std::move(why_not))) {}

 private:
  SideTask task_;
};

Error NobodyAnswers(error_code failure) {
  return {Code::kUnavailable, "NOT_RUNNING", "no berth-autoheal answers here: " + failure.message()};
}

ResultTask<> Ask(std::string name) {
  stream_protocol::socket socket(co_await asio::this_coro::executor);
  const auto [refused] = co_await socket.async_connect(Address(name), kAwait);
  if (refused) co_return NobodyAnswers(refused);
  std::string answer;
  const auto [end, size] = co_await asio::async_read(socket, asio::dynamic_buffer(answer, kMostAnswer), kAwait);
  if (answer.empty()) co_return NobodyAnswers(end);
  if (answer != kWell) co_return Error{Code::kUnavailable, "ENGINE_NOT_SEEN", std::move(answer)};
  co_return Result<>();
}

}  // namespace

std::string HealthSocketName() {
  struct stat space {};
  ::stat("/proc/self/ns/pid", &space);
  return "berth-autoheal." + std::to_string(space.st_ino);
}

Result<std::unique_ptr<HealthSocket>> HealthSocket::Start(const boost::asio::any_io_executor& loop,
                                                          const std::string& name, WhyNot why_not) {
  const auto acceptor = std::make_shared<stream_protocol::acceptor>(loop);
  error_code failure;
  acceptor->open(stream_protocol(), failure);
  if (!failure) acceptor->bind(Address(name), failure);
  if (!failure) acceptor->listen(asio::socket_base::max_listen_connections, failure);
  if (!failure) return std::unique_ptr<HealthSocket>(std::make_unique<Server>(acceptor, std::move(why_not)));
  return Error{Code::kAlreadyExists, "ANOTHER_ONE_RUNS",
               "--healthy will not speak of this berth-autoheal: " + failure.message()};
}

Result<> AskHealth(const std::string& name, std::chrono::milliseconds limit) {
  asio::io_context loop{1};
  std::optional<Result<>> answer;
  asio::co_spawn(loop, Ask(name), [&answer](std::exception_ptr, Result<> given) { answer = std::move(given); });
  loop.run_for(limit);
  if (answer) return *answer;
  return Error{Code::kDeadlineExceeded, "NO_ANSWER", "berth-autoheal does not answer: it hangs"};
}

}  // namespace berth::watchdog::autoheal

#include "metrics/exporter.h"

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <string>
#include <unistd.h>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "engine/base/backoff.h"
#include "engine/base/log.h"
#include "engine/base/notifier.h"
#include "engine/base/side_task.h"
#include "engine/base/socket_file.h"
#include "metrics/answer.h"

namespace berth::metrics {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;
using Socket = asio::generic::stream_protocol::socket;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kMostConnections = 8;
constexpr auto kDeadline = 5s;
constexpr std::size_t kLongestHead = 8 << 10;
// What a caller sends behind the head of its request is read and dropped, or it would lose the answer; up to here.
constexpr int kMostReadsOfRest = 64;

// ---------------------------------------------------------------- listening

Result<Acceptor> ListenAtAddress(const asio::any_io_executor& loop, const tcp::endpoint& address) {
  tcp::acceptor acceptor(loop);
  error_code failed;
  acceptor.open(address.protocol(), failed);
  if (!failed) acceptor.set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed) acceptor.bind(address, failed);
  if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (!failed) return Acceptor(std::move(acceptor));
  std::ostringstream where;
  where << address;
  return Error{Code::kFailedPrecondition, "CANNOT_LISTEN",
               "listening at " + where.str() + ": " + failed.message() + "; choose another port"};
}

Result<Acceptor> Listen(const asio::any_io_executor& loop, const ExporterSettings& settings) {
  if (const auto* address = std::get_if<tcp::endpoint>(&settings.address)) return ListenAtAddress(loop, *address);
  auto acceptor =
      ListenAt(loop, {std::get<std::string>(settings.address), settings.socket_mode, settings.socket_group});
  if (!acceptor) return acceptor.error();
  return Acceptor(std::move(*acceptor));
}

// ---------------------------------------------------------------- serving

// Its coroutines hold on to it until they have ended; from Stop() on they touch nothing.
class Server : public std::enable_shared_from_this<Server> {
 public:
  using Self = std::shared_ptr<Server>;

  Server(Acceptor acceptor, Clock& clock, Exporter::Collect collect)
      : acceptor_(std::move(acceptor)), clock_(clock), collect_(std::move(collect)), ended_(Loop()) {}

  void Start() { accepting_ = std::make_unique<SideTask>(Loop(), Accept(shared_from_this())); }
  void Stop() {
    stopped_ = true;
    accepting_.reset();
    for (Slot& slot : slots_) slot.serving.reset();
    error_code ignored;
    acceptor_.close(ignored);
  }

 private:
  struct Slot {
    bool busy = false;
    std::unique_ptr<SideTask> serving;  // stays after its end, until the next one takes its place
  };

  asio::any_io_executor Loop() { return acceptor_.get_executor(); }
  Slot* FreeSlot() {
    auto* const free = std::find_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return !slot.busy; });
    return free == slots_.end() ? nullptr : free;
  }

  static Task<> Accept(Self self);
  static Task<> ServeInTime(Self self, Slot& slot, Socket socket);
  static Task<> Serve(Self self, Socket& socket);
  // Nothing for who hangs up.
  static Task<std::optional<std::string>> ReadAndAnswer(Self self, Socket& socket);

  Acceptor acceptor_;
  Clock& clock_;
  Exporter::Collect collect_;
  bool stopped_ = false;
  std::array<Slot, kMostConnections> slots_;
  Notifier ended_;
  std::unique_ptr<SideTask> accepting_;
};

Task<> Server::Accept(Self self) {
  Backoff retry(100ms, 2000ms);
  while (!self->stopped_) {
    Slot* const slot = self->FreeSlot();
    if (slot == nullptr) {
      co_await self->ended_.Wait();
      continue;
    }
    auto [failed, socket] = co_await self->acceptor_.async_accept(kAwait);
    if (self->stopped_) co_return;
    if (failed) {
      log::Warning("nobody can read the figures now", {{"why", failed.message()}});
      co_await self->clock_.SleepFor(retry.Next());
      continue;
    }
    retry.Reset();
    slot->busy = true;
    slot->serving = std::make_unique<SideTask>(self->Loop(), ServeInTime(self, *slot, std::move(socket)));
  }
}

Task<> Server::ServeInTime(Self self, Slot& slot, Socket socket) {
  using namespace asio::experimental::awaitable_operators;
  co_await (Serve(self, socket) || self->clock_.SleepFor(kDeadline));
  slot.busy = false;
  self->ended_.WakeAll();
}

Task<> Server::Serve(Self self, Socket& socket) {
  const auto answer = co_await ReadAndAnswer(self, socket);
  if (!answer || self->stopped_) co_return;
  co_await asio::async_write(socket, asio::buffer(*answer), kAwait);
  error_code failed;
  socket.shutdown(Socket::shutdown_send, failed);
  std::array<char, 4096> rest{};
  for (int i = 0; !failed && i < kMostReadsOfRest; ++i) {
    std::tie(failed, std::ignore) = co_await socket.async_read_some(asio::buffer(rest), kAwait);
  }
}

Task<std::optional<std::string>> Server::ReadAndAnswer(Self self, Socket& socket) {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(kLongestHead);
  std::string inbox;
  while (!parser.is_header_done()) {
    std::array<char, 1024> more{};
    const auto [cut, size] = co_await socket.async_read_some(asio::buffer(more), kAwait);
    if (cut || self->stopped_) co_return std::nullopt;
    inbox.append(more.data(), size);
    error_code bad;
    inbox.erase(0, parser.put(asio::buffer(inbox), bad));
    if (bad == http::error::need_more && inbox.size() < kLongestHead) continue;
    if (bad) co_return AnswerToNonsense();
  }
  co_return AnswerTo(parser.get().method(), parser.get().target(), self->collect_);
}

class ExporterImpl final : public Exporter {
 public:
  ExporterImpl(std::shared_ptr<Server> server, std::string path) : server_(std::move(server)), path_(std::move(path)) {
    server_->Start();
  }
  ~ExporterImpl() override {
    server_->Stop();
    if (!path_.empty()) unlink(path_.c_str());
  }
  ExporterImpl(const ExporterImpl&) = delete;
  ExporterImpl& operator=(const ExporterImpl&) = delete;

 private:
  std::shared_ptr<Server> server_;
  std::string path_;  // of the socket's file; empty: there is none
};

}  // namespace

Result<std::unique_ptr<Exporter>> Exporter::Start(asio::any_io_executor loop, Clock& clock,
                                                  const ExporterSettings& settings, Collect collect) {
  auto acceptor = Listen(loop, settings);
  if (!acceptor) return acceptor.error();
  const auto* path = std::get_if<std::string>(&settings.address);
  auto server = std::make_shared<Server>(std::move(*acceptor), clock, std::move(collect));
  return std::unique_ptr<Exporter>(new ExporterImpl(std::move(server), path ? *path : ""));
}

}  // namespace berth::metrics

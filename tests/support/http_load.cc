#include "tests/support/http_load.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/system/system_error.hpp>

namespace berth::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using std::chrono::microseconds;
using Instant = std::chrono::steady_clock::time_point;

constexpr std::chrono::seconds kPatience{5};
constexpr std::size_t kMostUnderWay = 1000;

using Connection = std::unique_ptr<beast::tcp_stream>;

// What the requests of one load share. Its own thread only.
struct Traffic {
  const LoadOptions& options;
  std::vector<Connection> idle = {};
  std::size_t under_way = 0;
};

http::request<http::string_body> MakeRequest(const LoadOptions& options, bool post) {
  http::request<http::string_body> request(post ? http::verb::post : http::verb::get, options.path, 11);
  request.set(http::field::host, options.address);
  request.keep_alive(options.keep);
  if (post) request.body() = std::string(1000, 'x');
  request.prepare_payload();
  return request;
}

// As every client does before it uses a connection again.
bool IsClosed(beast::tcp_stream& stream) {
  char byte = 0;
  return ::recv(stream.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

asio::awaitable<Connection> Connect(Traffic& traffic) {
  while (!traffic.idle.empty()) {
    Connection kept = std::move(traffic.idle.back());
    traffic.idle.pop_back();
    if (IsClosed(*kept)) continue;
    kept->expires_after(kPatience);
    co_return kept;
  }
  auto connection = std::make_unique<beast::tcp_stream>(co_await asio::this_coro::executor);
  connection->expires_after(kPatience);
  const asio::ip::tcp::endpoint server(asio::ip::make_address(traffic.options.address), traffic.options.port);
  co_await connection->async_connect(server, asio::use_awaitable);
  co_return connection;
}

asio::awaitable<std::string> Exchange(Traffic& traffic, bool post) {
  Connection connection = co_await Connect(traffic);
  const auto request = MakeRequest(traffic.options, post);
  co_await http::async_write(*connection, request, asio::use_awaitable);
  beast::flat_buffer buffer;
  http::response<http::string_body> response;
  co_await http::async_read(*connection, buffer, response, asio::use_awaitable);
  if (response.result() != http::status::ok) throw std::runtime_error("HTTP " + std::to_string(response.result_int()));
  if (response.keep_alive()) traffic.idle.push_back(std::move(connection));
  co_return response.body();
}

asio::awaitable<void> Ask(Traffic& traffic, Answered& answered) {
  try {
    answered.body = co_await Exchange(traffic, answered.post);
  } catch (const boost::system::system_error& failure) {
    answered.failure = failure.code().message();
  } catch (const std::exception& failure) {
    answered.failure = failure.what();
  }
  answered.latency = std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - answered.begun);
  --traffic.under_way;
}

asio::awaitable<void> Pace(const LoadOptions& options, const std::atomic<bool>& stopping,
                           std::deque<Answered>& answers) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  Traffic traffic{options};
  Instant next = std::chrono::steady_clock::now();
  for (bool post = false; !stopping; post = !post) {
    Answered& answered = answers.emplace_back();
    answered.begun = std::chrono::steady_clock::now();
    answered.post = post;
    if (traffic.under_way < kMostUnderWay) {
      ++traffic.under_way;
      asio::co_spawn(timer.get_executor(), Ask(traffic, answered), asio::detached);
    } else {
      answered.failure = "too many are under way";
    }
    next += microseconds(1'000'000 / options.per_second);
    timer.expires_at(next);
    co_await timer.async_wait(asio::use_awaitable);
  }
  while (traffic.under_way > 0) {
    timer.expires_after(std::chrono::milliseconds(10));
    co_await timer.async_wait(asio::use_awaitable);
  }
}

}  // namespace

HttpLoad::HttpLoad(LoadOptions options) : options_(std::move(options)), thread_([this] { Run(); }) {}

HttpLoad::~HttpLoad() {
  if (thread_.joinable()) Stop();
}

void HttpLoad::Run() {
  asio::co_spawn(loop_, Pace(options_, stopping_, answers_), asio::detached);
  loop_.run();
}

std::vector<Answered> HttpLoad::Stop() {
  stopping_ = true;
  thread_.join();
  return {std::make_move_iterator(answers_.begin()), std::make_move_iterator(answers_.end())};
}

microseconds Percentile(const std::vector<Answered>& answers, double share, Instant from, Instant until) {
  std::vector<microseconds> latencies;
  for (const auto& answer : answers) {
    if (answer.begun >= from && answer.begun < until) latencies.push_back(answer.latency);
  }
  if (latencies.empty()) return microseconds(0);
  const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(latencies.size() - 1));
  std::nth_element(latencies.begin(), latencies.begin() + place, latencies.end());
  return *(latencies.begin() + place);
}

}  // namespace berth::test

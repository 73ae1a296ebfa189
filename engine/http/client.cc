#include "engine/http/client.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace berth::engine::http {
namespace {

std::string HostField(const Endpoint& endpoint) {
  if (endpoint.kind == Endpoint::Kind::kUnix) return "docker";
  const std::string text = endpoint.ToString();
  const std::string host = text.substr(text.find("//") + 2);
  const std::string usual = endpoint.kind == Endpoint::Kind::kTls ? ":443" : ":80";
  return host.ends_with(usual) ? host.substr(0, host.size() - usual.size()) : host;
}

bool MayBeSentAgain(const Request& request, const Connection& connection, const Error& error) {
  if (error.code != Code::kUnavailable) return false;
  return connection.SentNothing() || (request.IsQuestion() && connection.ReceivedNothing());
}

SteadyTime After(std::chrono::milliseconds timeout) { return std::chrono::steady_clock::now() + timeout; }

}  // namespace

Client::Client(boost::asio::any_io_executor loop, Endpoint endpoint, ClientOptions options)
    : loop_(std::move(loop)),
      endpoint_(std::make_shared<const Endpoint>(std::move(endpoint))),
      options_(options),
      host_(HostField(*endpoint_)) {}

ResultTask<Answer> Client::Call(Request request) {
  auto opened = co_await Exchange(request, After(request.timeout), options_.max_body);
  if (!opened) co_return opened.error();
  Connection& connection = **opened;
  auto body = co_await connection.ReadBody();
  if (!body) {
    ++losses_;
    co_return body.error();
  }
  Answer answer{connection.status(), std::move(*body), connection.api_version()};
  Keep(std::move(*opened));
  co_return answer;
}

ResultTask<std::unique_ptr<Connection>> Client::Open(Request request) {
  constexpr auto kUnlimited = std::numeric_limits<std::uint64_t>::max();
  co_return co_await Exchange(request, After(request.timeout), kUnlimited);
}

ResultTask<std::unique_ptr<Connection>> Client::Exchange(const Request& request, SteadyTime deadline,
                                                         std::uint64_t max_body) {
  const std::string message = Serialize(request, host_);
  auto connection = TakeIdle();
  if (!connection) co_return co_await ExchangeAnew(message, deadline, max_body);
  const Result<> exchanged = co_await connection->Exchange(message, deadline, max_body);
  if (exchanged) co_return connection;
  ++losses_;
  if (!MayBeSentAgain(request, *connection, exchanged.error())) co_return exchanged.error();
  co_return co_await ExchangeAnew(message, deadline, max_body);
}

ResultTask<std::unique_ptr<Connection>> Client::ExchangeAnew(std::string_view message, SteadyTime deadline,
                                                             std::uint64_t max_body) {
  auto transport = co_await Connect(loop_, *endpoint_, std::min(deadline, After(options_.connect_timeout)));
  if (!transport) {
    ++losses_;
    co_return transport.error();
  }
  auto connection = std::make_unique<Connection>(std::move(*transport), endpoint_);
  const Result<> exchanged = co_await connection->Exchange(message, deadline, max_body);
  if (exchanged) co_return connection;
  ++losses_;
  co_return exchanged.error();
}

std::uint64_t Client::CountLosses() {
  while (!idle_.empty() && !idle_.back()->IsAlive()) {
    idle_.pop_back();
    ++losses_;
  }
  return losses_;
}

std::unique_ptr<Connection> Client::TakeIdle() {
  CountLosses();
  if (idle_.empty()) return nullptr;
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

void Client::Keep(std::unique_ptr<Connection> connection) {
  if (connection->IsReusable() && idle_.size() < options_.max_idle) idle_.push_back(std::move(connection));
}

}  // namespace berth::engine::http

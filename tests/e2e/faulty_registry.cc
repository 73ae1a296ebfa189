#include "tests/e2e/faulty_registry.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace berth::test {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

struct Fault {
  std::string part;
  std::optional<FaultyRegistry::Reply> reply;  // else cut
  int times;
};

}  // namespace

// One thread per connection; dockerd opens a few.
struct FaultyRegistry::State {
  asio::io_context context;
  tcp::acceptor acceptor{context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  tcp::endpoint upstream;

  std::mutex mutex;
  std::deque<Fault> faults;
  std::vector<std::shared_ptr<tcp::socket>> open;
  std::vector<std::thread> threads;
  bool ended = false;

  std::optional<Fault> Take(const std::string& target);
  Response Fetch(const Request& request);
  bool Play(tcp::socket& socket, const Request& request);
  void Serve(std::shared_ptr<tcp::socket> socket);
  void Accept();
};

std::optional<Fault> FaultyRegistry::State::Take(const std::string& target) {
  const std::scoped_lock lock(mutex);
  const auto fault = std::find_if(faults.begin(), faults.end(),
                                  [&](const Fault& it) { return it.times > 0 && target.find(it.part) != target.npos; });
  if (fault == faults.end()) return std::nullopt;
  --fault->times;
  return *fault;
}

Response FaultyRegistry::State::Fetch(const Request& request) {
  tcp::socket socket(context);
  socket.connect(upstream);
  http::write(socket, request);
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.skip(request.method() == http::verb::head);
  parser.body_limit(64 << 20);
  http::read(socket, buffer, parser);
  return parser.release();
}

// Does the connection go on?
bool FaultyRegistry::State::Play(tcp::socket& socket, const Request& request) {
  const auto fault = Take(std::string(request.target()));
  if (fault && fault->reply) {
    Response response(static_cast<http::status>(fault->reply->status), request.version(), fault->reply->body);
    if (!fault->reply->field.empty()) response.set(fault->reply->field, fault->reply->value);
    response.set(http::field::content_type, "application/json");
    response.keep_alive(false);
    response.prepare_payload();
    if (request.method() == http::verb::head) response.body().clear();
    http::response_serializer<http::string_body> serializer(response);
    http::write(socket, serializer);
    return false;
  }
  Response response = Fetch(request);
  if (!fault) {
    http::response_serializer<http::string_body> serializer(response);
    if (request.method() == http::verb::head)
      http::write_header(socket, serializer);
    else
      http::write(socket, serializer);
    return response.keep_alive();
  }
  http::response_serializer<http::string_body> serializer(response);
  serializer.split(true);
  http::write_header(socket, serializer);
  asio::write(socket, asio::buffer(response.body().data(), response.body().size() / 2));
  return false;
}

void FaultyRegistry::State::Serve(std::shared_ptr<tcp::socket> socket) {
  try {
    boost::beast::flat_buffer buffer;
    for (bool more = true; more;) {
      Request request;
      http::read(*socket, buffer, request);
      more = Play(*socket, request);
    }
  } catch (const boost::system::system_error&) {
    // dockerd hung up, or tried TLS first
  }
  boost::system::error_code ignored;
  socket->shutdown(tcp::socket::shutdown_both, ignored);
}

void FaultyRegistry::State::Accept() {
  for (;;) {
    auto socket = std::make_shared<tcp::socket>(context);
    boost::system::error_code failure;
    acceptor.accept(*socket, failure);
    const std::scoped_lock lock(mutex);
    if (failure || ended) return;
    open.push_back(socket);
    threads.emplace_back([this, socket] { Serve(socket); });
  }
}

FaultyRegistry::FaultyRegistry(const std::string& upstream) : state_(std::make_shared<State>()) {
  const auto colon = upstream.rfind(':');
  state_->upstream = {asio::ip::make_address(upstream.substr(0, colon)),
                      static_cast<std::uint16_t>(std::stoi(upstream.substr(colon + 1)))};
  const std::scoped_lock lock(state_->mutex);
  state_->threads.emplace_back([state = state_.get()] { state->Accept(); });
}

FaultyRegistry::~FaultyRegistry() {
  std::vector<std::thread> threads;
  {
    const std::scoped_lock lock(state_->mutex);
    state_->ended = true;
    boost::system::error_code ignored;
    for (const auto& socket : state_->open) socket->shutdown(tcp::socket::shutdown_both, ignored);
    threads.swap(state_->threads);
  }
  // Wakes the one that accepts.
  tcp::socket last(state_->context);
  boost::system::error_code ignored;
  last.connect(state_->acceptor.local_endpoint(), ignored);
  for (auto& thread : threads) thread.join();
}

std::string FaultyRegistry::address() const {
  return "127.0.0.1:" + std::to_string(state_->acceptor.local_endpoint().port());
}

void FaultyRegistry::Answer(const std::string& part, Reply reply, int times) {
  const std::scoped_lock lock(state_->mutex);
  state_->faults.push_back({part, std::move(reply), times});
}

void FaultyRegistry::Cut(const std::string& part, int times) {
  const std::scoped_lock lock(state_->mutex);
  state_->faults.push_back({part, std::nullopt, times});
}

}  // namespace berth::test

#include "tests/support/scripted_peer.h"

#include <algorithm>
#include <linux/sockios.h>
#include <set>
#include <sys/ioctl.h>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

namespace berth::test {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using Unix = asio::local::stream_protocol;
using boost::system::error_code;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

std::size_t ContentLength(std::string_view head) {
  constexpr std::string_view kField = "Content-Length: ";
  const std::size_t position = head.find(kField);
  return position == head.npos ? 0 : std::stoul(std::string(head.substr(position + kField.size())));
}

// A stream from which requests are read and to which bytes are written.
template <class Stream>
struct Wire {
  explicit Wire(Stream connected) : stream(std::move(connected)) {}

  // Empty when the other end hung up first.
  Task<SeenRequest> ReadRequest() {
    const auto [failure, size] =
        co_await asio::async_read_until(stream, asio::dynamic_buffer(inbox), "\r\n\r\n", kAwait);
    if (failure) co_return SeenRequest{};
    SeenRequest request{inbox.substr(0, size), {}};
    inbox.erase(0, size);
    const std::size_t length = ContentLength(request.head);
    while (inbox.size() < length) {
      char space[4096];
      const auto [cut, more] = co_await stream.async_read_some(asio::buffer(space), kAwait);
      if (cut) co_return SeenRequest{};
      inbox.append(space, more);
    }
    request.body = inbox.substr(0, length);
    inbox.erase(0, length);
    co_return request;
  }

  Task<bool> Write(const std::string& bytes) {
    const auto [failure, size] = co_await asio::async_write(stream, asio::buffer(bytes), kAwait);
    co_return !failure && size == bytes.size();
  }

  // Until the other end has read everything: what is sent next is a piece of its own there.
  Task<> AwaitRead() {
    const auto loop = co_await asio::this_coro::executor;
    int unread = 1;
    while (ioctl(stream.lowest_layer().native_handle(), SIOCOUTQ, &unread) == 0 && unread > 0) {
      co_await asio::post(loop, asio::use_awaitable);
    }
  }

  Task<bool> AwaitHangUp() {
    char space[4096];
    const auto [failure, size] = co_await stream.async_read_some(asio::buffer(space), kAwait);
    co_return failure&& size == 0;
  }

  void Close() {
    error_code ignored;
    stream.lowest_layer().close(ignored);
  }

  Stream stream;
  std::string inbox;
};

}  // namespace

PeerScript& PeerScript::Expect(std::string first_line) {
  steps_.push_back({Step::Kind::kExpect, std::move(first_line)});
  return *this;
}

PeerScript& PeerScript::Send(std::string bytes) {
  steps_.push_back({Step::Kind::kSend, std::move(bytes)});
  return *this;
}

PeerScript& PeerScript::SendInPieces(std::string bytes, std::size_t size) {
  for (std::size_t begin = 0; begin < bytes.size(); begin += size) Send(bytes.substr(begin, size));
  return *this;
}

PeerScript& PeerScript::SendCut(const std::string& bytes, std::size_t position) {
  return Send(bytes.substr(0, position)).Send(bytes.substr(position));
}

PeerScript& PeerScript::Pause(std::chrono::milliseconds time) {
  steps_.push_back({Step::Kind::kPause, {}, time});
  return *this;
}

PeerScript& PeerScript::AwaitHangUp() {
  steps_.push_back({Step::Kind::kAwaitHangUp});
  return *this;
}

PeerScript& PeerScript::HangUp() {
  steps_.push_back({Step::Kind::kHangUp});
  return *this;
}

// Shared with the coroutines that play the scripts: they may outlive the peer by a turn of the loop.
struct ScriptedPeer::State : std::enable_shared_from_this<State> {
  explicit State(RealLoop& of_test) : loop(of_test) {}

  template <class Protocol, class Shake>
  void Listen(const typename Protocol::endpoint& address, Shake shake);
  template <class Protocol, class Shake>
  Task<> Accept(std::shared_ptr<typename Protocol::acceptor> acceptor, Shake shake);
  template <class Stream>
  Task<> Play(std::shared_ptr<Wire<Stream>> wire, std::shared_ptr<PeerScript> script);
  template <class Stream>
  Task<bool> Perform(Wire<Stream>& wire, PeerScript::Step step);

  void Vanish() {
    for (const auto& close : std::exchange(closers, {})) close();
  }

  RealLoop& loop;
  TemporaryDirectory directory;
  engine::Endpoint endpoint;
  std::deque<std::shared_ptr<PeerScript>> scripts;  // of connections to come
  std::vector<SeenRequest> requests;
  std::size_t connections = 0;
  std::size_t bytes_sent = 0;
  std::size_t playing = 0;
  std::vector<std::function<void()>> closers;
};

template <class Protocol, class Shake>
void ScriptedPeer::State::Listen(const typename Protocol::endpoint& address, Shake shake) {
  auto acceptor = std::make_shared<typename Protocol::acceptor>(loop.context(), address);
  if constexpr (std::is_same_v<Protocol, tcp>) endpoint.port = acceptor->local_endpoint().port();
  closers.push_back([acceptor] { acceptor->close(); });
  asio::co_spawn(loop.context(), Accept<Protocol>(std::move(acceptor), std::move(shake)), asio::detached);
}

template <class Protocol, class Shake>
Task<> ScriptedPeer::State::Accept(std::shared_ptr<typename Protocol::acceptor> acceptor, Shake shake) {
  const std::shared_ptr<State> self = shared_from_this();
  while (true) {
    auto [failure, socket] = co_await acceptor->async_accept(kAwait);
    if (failure) co_return;
    auto wire = co_await shake(std::move(socket));
    if (!wire) continue;
    ++connections;
    if (scripts.empty()) {
      ADD_FAILURE() << "a connection that no script is left for";
      continue;
    }
    closers.push_back([weak = std::weak_ptr(wire)] {
      if (const auto open = weak.lock()) open->Close();
    });
    auto script = std::move(scripts.front());
    scripts.pop_front();
    ++playing;
    asio::co_spawn(loop.context(), Play(std::move(wire), std::move(script)), asio::detached);
  }
}

template <class Stream>
Task<> ScriptedPeer::State::Play(std::shared_ptr<Wire<Stream>> wire, std::shared_ptr<PeerScript> script) {
  const std::shared_ptr<State> self = shared_from_this();
  while (!script->steps_.empty()) {
    const bool goes_on = co_await Perform(*wire, script->steps_.front());
    if (!goes_on) {
      --playing;
      co_return;
    }
    script->steps_.pop_front();
  }
  --playing;
  const SeenRequest unexpected = co_await wire->ReadRequest();
  if (unexpected.head.empty()) co_return;
  requests.push_back(unexpected);
  ADD_FAILURE() << "nobody expected: " << unexpected.FirstLine();
}

// False when the connection is over.
template <class Stream>
Task<bool> ScriptedPeer::State::Perform(Wire<Stream>& wire, PeerScript::Step step) {
  using Kind = PeerScript::Step::Kind;
  if (step.kind == Kind::kExpect) {
    SeenRequest request = co_await wire.ReadRequest();
    if (request.head.empty()) {
      ADD_FAILURE() << "hung up instead of asking: " << step.text;
      co_return false;
    }
    EXPECT_TRUE(request.head.starts_with(step.text)) << "expected " << step.text << "\nsaw " << request.FirstLine();
    requests.push_back(std::move(request));
  } else if (step.kind == Kind::kSend) {
    const bool written = co_await wire.Write(step.text);
    if (!written) co_return false;
    bytes_sent += step.text.size();
    co_await wire.AwaitRead();
  } else if (step.kind == Kind::kPause) {
    asio::steady_timer timer(loop.context(), step.time);
    co_await timer.async_wait(kAwait);
  } else if (step.kind == Kind::kAwaitHangUp) {
    const bool hung_up = co_await wire.AwaitHangUp();
    EXPECT_TRUE(hung_up) << "the other end was to hang up, and spoke";
  } else {
    wire.Close();
    co_return false;
  }
  co_return true;
}

namespace {

// What is between accepting and reading: nothing, or the handshake.
template <class Protocol>
Task<std::shared_ptr<Wire<typename Protocol::socket>>> NoHandshake(typename Protocol::socket socket) {
  co_return std::make_shared<Wire<typename Protocol::socket>>(std::move(socket));
}

using TlsStream = ssl::stream<tcp::socket>;

ssl::context ServerContext(const ScriptedPeer::Tls& tls) {
  const auto& directory = tls.directory;
  ssl::context context(ssl::context::tls_server);
  context.use_certificate_chain_file(directory / "cert.pem");
  context.use_private_key_file(directory / "key.pem", ssl::context::pem);
  if (tls.everybody) return context;
  context.load_verify_file(directory / "ca.pem");
  context.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  return context;
}

}  // namespace

ScriptedPeer::ScriptedPeer(RealLoop& loop) : state_(std::make_shared<State>(loop)) {
  state_->endpoint.kind = engine::Endpoint::Kind::kUnix;
  state_->endpoint.path = state_->directory / "docker.sock";
  state_->Listen<Unix>(Unix::endpoint(state_->endpoint.path), NoHandshake<Unix>);
}

ScriptedPeer::ScriptedPeer(RealLoop& loop, Tcp) : state_(std::make_shared<State>(loop)) {
  state_->endpoint.kind = engine::Endpoint::Kind::kTcp;
  state_->endpoint.host = "127.0.0.1";
  state_->Listen<tcp>(tcp::endpoint(asio::ip::address_v4::loopback(), 0), NoHandshake<tcp>);
}

ScriptedPeer::ScriptedPeer(RealLoop& loop, const Tls& tls) : state_(std::make_shared<State>(loop)) {
  state_->endpoint.kind = engine::Endpoint::Kind::kTls;
  state_->endpoint.host = "127.0.0.1";
  auto context = std::make_shared<ssl::context>(ServerContext(tls));
  const auto shake = [context](tcp::socket socket) -> Task<std::shared_ptr<Wire<TlsStream>>> {
    TlsStream stream(std::move(socket), *context);
    const auto [failure] = co_await stream.async_handshake(TlsStream::server, kAwait);
    if (failure) co_return nullptr;
    co_return std::make_shared<Wire<TlsStream>>(std::move(stream));
  };
  state_->Listen<tcp>(tcp::endpoint(asio::ip::address_v4::loopback(), 0), shake);
}

ScriptedPeer::~ScriptedPeer() { Vanish(); }

engine::Endpoint ScriptedPeer::endpoint() const { return state_->endpoint; }

PeerScript& ScriptedPeer::NextConnection() {
  state_->scripts.push_back(std::make_shared<PeerScript>());
  return *state_->scripts.back();
}

const std::vector<SeenRequest>& ScriptedPeer::requests() const { return state_->requests; }
std::size_t ScriptedPeer::connections() const { return state_->connections; }
std::size_t ScriptedPeer::bytes_sent() const { return state_->bytes_sent; }
bool ScriptedPeer::Finished() const { return state_->scripts.empty() && state_->playing == 0; }
void ScriptedPeer::Vanish() { state_->Vanish(); }

std::string Reply(int status, std::string_view body, std::string_view more_fields) {
  std::string reply = "HTTP/1.1 " + std::to_string(status) + " Some Reason\r\n" + std::string(more_fields);
  reply += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return reply.append(body);
}

std::string Json(std::string_view body) { return Reply(200, body, "Content-Type: application/json\r\n"); }

std::string ChunkedHead(std::string_view more_fields) {
  return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + std::string(more_fields) + "\r\n";
}

std::string Chunk(std::string_view bytes) {
  char size[32];
  std::snprintf(size, sizeof(size), "%zx\r\n", bytes.size());
  return size + std::string(bytes) + "\r\n";
}

std::string Pong(std::string_view api_version) {
  return Reply(200, "OK", "Api-Version: " + std::string(api_version) + "\r\n");
}

}  // namespace berth::test

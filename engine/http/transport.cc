#include "engine/http/transport.h"

#include <filesystem>
#include <string>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "engine/http/failure.h"
#include "engine/http/resolve.h"

namespace berth::engine::http {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using UnixStream = asio::local::stream_protocol::socket;
using TlsStream = ssl::stream<tcp::socket>;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

template <class Stream>
class SocketTransport final : public Transport {
 public:
  template <class... Args>
  explicit SocketTransport(const asio::any_io_executor& loop, Args&... args)
      : Transport(loop), stream_(loop, args...) {}

  IoTask ReadSome(asio::mutable_buffer space) override { return stream_.async_read_some(space, kAwait); }
  IoTask WriteAll(asio::const_buffer bytes) override { return asio::async_write(stream_, bytes, kAwait); }

  void Close() override {
    error_code ignored;
    stream_.lowest_layer().close(ignored);
  }

  bool IsIdle() override {
    char byte = 0;
    const int handle = stream_.lowest_layer().native_handle();
    return recv(handle, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  Stream& stream() { return stream_; }

 private:
  Stream stream_;
};

Task<Addresses> AddressesOf(asio::any_io_executor loop, const Endpoint& endpoint, SteadyTime deadline) {
  if (!endpoint.addresses.empty()) co_return Addresses{error_code(), endpoint.addresses};
  co_return co_await Resolve(std::move(loop), endpoint.host, deadline);
}

// The first address that answers.
Task<error_code> ConnectSocket(tcp::socket::lowest_layer_type& socket, const Endpoint& endpoint, SteadyTime deadline) {
  const auto [failure, addresses] = co_await AddressesOf(socket.get_executor(), endpoint, deadline);
  error_code result = failure;
  for (const auto& address : addresses) {
    error_code ignored;
    socket.close(ignored);
    const auto [refused] = co_await socket.async_connect({address, endpoint.port}, kAwait);
    result = refused;
    if (!refused || refused == asio::error::operation_aborted) break;
  }
  if (!result) socket.set_option(tcp::no_delay(true), result);
  co_return result;
}

// ---------------------------------------------------------------- TLS

// Read anew for each connection, so that renewed certificates are used without a restart.
Result<ssl::context> LoadCertificates(const Endpoint& endpoint) {
  const std::filesystem::path directory = endpoint.certificate_directory;
  const bool own = !directory.empty();
  ssl::context context(ssl::context::tls_client);
  context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                      ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  error_code failure;
  const auto bad = [&](const std::string& file) { return BadCertificates(directory / file, failure); };
  if (endpoint.verify) {
    context.set_verify_mode(ssl::verify_peer);
    context.set_verify_callback(ssl::host_name_verification(endpoint.host));
    own ? context.load_verify_file(directory / "ca.pem", failure) : context.set_default_verify_paths(failure);
    if (failure) return bad("ca.pem");
  }
  std::error_code ignored;
  const bool known = own && std::filesystem::exists(directory / endpoint.certificate, ignored);
  if (!known) return context;  // for those that ask for none
  context.use_certificate_chain_file(directory / endpoint.certificate, failure);
  if (failure) return bad(endpoint.certificate);
  context.use_private_key_file(directory / endpoint.key, ssl::context::pem, failure);
  if (failure) return bad(endpoint.key);
  return context;
}

// ---------------------------------------------------------------- one function per kind of endpoint

using Connected = Result<std::shared_ptr<Transport>>;

template <class Stream>
Connected Outcome(const std::shared_ptr<SocketTransport<Stream>>& transport, const Endpoint& endpoint,
                  error_code failure) {
  if (!failure) return std::shared_ptr<Transport>(transport);
  if (transport->timed_out()) failure = asio::error::timed_out;
  return CouldNotConnect(endpoint, failure);
}

Task<Connected> ConnectUnix(asio::any_io_executor loop, const Endpoint& endpoint, SteadyTime deadline) {
  auto transport = std::make_shared<SocketTransport<UnixStream>>(loop);
  transport->CloseAt(deadline);
  const asio::local::stream_protocol::endpoint address(endpoint.path);
  const auto [failure] = co_await transport->stream().async_connect(address, kAwait);
  co_return Outcome(transport, endpoint, failure);
}

Task<Connected> ConnectTcp(asio::any_io_executor loop, const Endpoint& endpoint, SteadyTime deadline) {
  auto transport = std::make_shared<SocketTransport<tcp::socket>>(loop);
  transport->CloseAt(deadline);
  const error_code failure = co_await ConnectSocket(transport->stream(), endpoint, deadline);
  co_return Outcome(transport, endpoint, failure);
}

Task<Connected> ConnectTls(asio::any_io_executor loop, const Endpoint& endpoint, SteadyTime deadline) {
  auto context = LoadCertificates(endpoint);
  if (!context) co_return context.error();
  auto transport = std::make_shared<SocketTransport<TlsStream>>(loop, *context);
  transport->CloseAt(deadline);
  TlsStream& stream = transport->stream();
  const error_code refused = co_await ConnectSocket(stream.lowest_layer(), endpoint, deadline);
  if (refused) co_return Outcome(transport, endpoint, refused);
  error_code is_name;
  asio::ip::make_address(endpoint.host, is_name);
  if (is_name) SSL_set_tlsext_host_name(stream.native_handle(), endpoint.host.c_str());
  const auto [failure] = co_await stream.async_handshake(TlsStream::client, kAwait);
  co_return Outcome(transport, endpoint, failure);
}

}  // namespace

void Transport::CloseAt(SteadyTime deadline) {
  deadline_timer_.expires_at(deadline);
  if (deadline == SteadyTime::max()) return;
  deadline_timer_.async_wait([weak = weak_from_this()](error_code cancelled) {
    const auto self = weak.lock();
    // A deadline that passed just before it was moved still arrives here.
    if (cancelled || !self || self->deadline_timer_.expiry() > std::chrono::steady_clock::now()) return;
    self->timed_out_ = true;
    self->Close();
  });
}

ResultTask<std::shared_ptr<Transport>> Connect(asio::any_io_executor loop, const Endpoint& endpoint,
                                               SteadyTime deadline) {
  switch (endpoint.kind) {
    case Endpoint::Kind::kTcp:
      return ConnectTcp(std::move(loop), endpoint, deadline);
    case Endpoint::Kind::kTls:
      return ConnectTls(std::move(loop), endpoint, deadline);
    case Endpoint::Kind::kUnix:
      break;
  }
  return ConnectUnix(std::move(loop), endpoint, deadline);
}

}  // namespace berth::engine::http

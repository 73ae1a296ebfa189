#include "certbot-hook/probe.h"

#include <algorithm>
#include <memory>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/pem.h>

#include "certbot-hook/pem.h"
#include "engine/base/openssl.h"
#include "engine/base/side_task.h"

namespace berth::certificates {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto kPatience = 5s;
constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);

// The socket goes with the last who holds it: its alarm may be on its way when the handshake is over.
struct Connection {
  explicit Connection(const asio::any_io_executor& loop) : context(ssl::context::tls_client), stream(loop, context) {
    context.set_verify_mode(ssl::verify_none);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  }

  ssl::context context;
  ssl::stream<tcp::socket> stream;
  bool late = false;
};

Task<> HangUp(Clock& clock, std::shared_ptr<Connection> connection) {
  co_await clock.SleepFor(kPatience);
  connection->late = true;
  error_code ignored;
  connection->stream.lowest_layer().close(ignored);
}

Error Failed(const ProbeAddress& address, const std::string& what) {
  return {Code::kUnavailable, "PROBE_FAILED", address.host + " port " + std::to_string(address.port) + " " + what};
}

// As PEM, for the one reader of certificates that there is.
Result<Certificate> Shown(SSL* tls, const ProbeAddress& address) {
  const openssl::Certificate certificate(SSL_get1_peer_certificate(tls));
  const openssl::Bio memory(BIO_new(BIO_s_mem()));
  if (!certificate || !memory || PEM_write_bio_X509(memory.get(), certificate.get()) != 1) {
    return Failed(address, "shows no certificate");
  }
  return ReadCertificate(openssl::Content(memory));
}

}  // namespace

std::string ServerNameOf(const Certificate& certificate) {
  if (certificate.names.empty()) return "";
  const auto plain = std::ranges::find_if(certificate.names, [](const auto& name) { return !name.starts_with("*."); });
  return plain != certificate.names.end() ? *plain : "www" + certificate.names.front().substr(1);
}

ResultTask<Certificate> Probe(Clock& clock, ProbeAddress address, std::string server_name) {
  const auto loop = co_await asio::this_coro::executor;
  error_code failure;
  const auto host = asio::ip::make_address(address.host, failure);
  if (failure) co_return Failed(address, "is no address");
  const auto connection = std::make_shared<Connection>(loop);
  const SideTask alarm(loop, HangUp(clock, connection));
  auto& stream = connection->stream;
  std::tie(failure) = co_await stream.lowest_layer().async_connect({host, address.port}, kNoThrow);
  if (failure)
    co_return Failed(address,
                     connection->late ? "does not answer within 5 s" : "can't be reached: " + failure.message());
  SSL_set_tlsext_host_name(stream.native_handle(), server_name.c_str());
  std::tie(failure) = co_await stream.async_handshake(ssl::stream_base::client, kNoThrow);
  if (failure) {
    co_return Failed(address, connection->late ? "does not shake hands within 5 s"
                                               : "does not speak TLS as it should: " + failure.message());
  }
  auto shown = Shown(stream.native_handle(), address);
  stream.lowest_layer().close(failure);
  co_return shown;
}

}  // namespace berth::certificates

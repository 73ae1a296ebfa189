#include "cli/remote/handshake.h"

#include <array>
#include <chrono>
#include <memory>
#include <poll.h>
#include <string>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "cli/pki/reading.h"
#include "cli/remote/status.h"
#include "engine/base/openssl.h"

namespace berth::cli {
namespace {

using Context = std::unique_ptr<SSL_CTX, openssl::Release<SSL_CTX_free>>;
using Connection = std::unique_ptr<SSL, openssl::Release<SSL_free>>;
using Clock = std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(5);
constexpr auto kHttp2 = std::to_array<unsigned char>({2, 'h', '2'});

Error Refused(const std::string& sentence, const std::string& next) {
  return {Code::kUnauthenticated, reason::kTlsRefused, sentence, {{"next", next}}};
}

Error Silent(const AgentAddress& address, const std::string& what) {
  return {Code::kUnavailable,
          reason::kAgentUnreachable,
          "the agent at " + address.Text() + " " + what,
          {{"remote", address.host}}};
}

bool UseIdentity(SSL_CTX* context, const TlsIdentity& tls) {
  const auto ca = ReadCertificate(tls.ca, "the CA");
  const auto certificate = ReadCertificate(tls.certificate, "the certificate");
  const auto key = ReadKey(tls.key, "", "the key");
  return ca && certificate && key && X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca->get()) == 1 &&
         SSL_CTX_use_certificate(context, certificate->get()) == 1 && SSL_CTX_use_PrivateKey(context, key->get()) == 1;
}

Connection Begin(SSL_CTX* context, int socket, const AgentAddress& address) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_alpn_protos(context, kHttp2.data(), kHttp2.size());
  Connection connection(SSL_new(context));
  if (!connection || SSL_set_fd(connection.get(), socket) != 1) return nullptr;
  if (!IsIpAddress(address.host)) SSL_set_tlsext_host_name(connection.get(), address.host.c_str());
  return connection;
}

// True when the other side has something to say, or can be written to, before `end`.
bool Await(SSL* connection, int wish, Clock::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
  pollfd wait{SSL_get_fd(connection), static_cast<short>(wish == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN), 0};
  return left > 0 && ::poll(&wait, 1, static_cast<int>(left)) > 0;
}

// Takes the step again and again until it is done; SSL_ERROR_NONE, or why it is not.
template <class Step>
int Take(SSL* connection, Step step) {
  const auto end = Clock::now() + kPatience;
  for (;;) {
    ERR_clear_error();
    const int result = step();
    if (result > 0) return SSL_ERROR_NONE;
    const int why = SSL_get_error(connection, result);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) return why;
    if (!Await(connection, why, end)) return why;
  }
}

bool IsWaiting(int why) { return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE; }

bool IsFor(X509* certificate, const std::string& host) {
  if (IsIpAddress(host)) return X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
  return X509_check_host(certificate, host.c_str(), 0, 0, nullptr) == 1;
}

std::string CertificateAt(const AgentAddress& address) { return "the certificate of the agent at " + address.Text(); }

constexpr char kRenewHost[] = "issue it again: berthctl pki issue host NAME --renew";

Error WrongAddress(const AgentAddress& address, X509* certificate) {
  std::string addresses;
  for (const auto& each : FactsOf(certificate).addresses) addresses += (addresses.empty() ? "" : ", ") + each;
  return Refused(CertificateAt(address) + " is for other addresses: " + addresses,
                 "use one of these, or " + std::string(kRenewHost) + " --address " + address.host);
}

Error WrongHost(const AgentAddress& address, long why) {
  const std::string who = CertificateAt(address);
  const std::string renew = kRenewHost;
  const std::string clock = "compare the clocks of both hosts (date -u); else " + renew;
  switch (why) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return Refused(who + " has expired", renew);
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Refused(who + " is not yet valid", clock);
    case X509_V_ERR_INVALID_PURPOSE:
      return Refused(who + " is not one of a host", renew);
    default:
      return Refused(
          who + " was not issued by the authority of this context (" + X509_verify_cert_error_string(why) + ")",
          "is this the right host? otherwise give its ca.pem: berthctl context add --replace");
  }
}

// What an agent that does not accept us says, where it says anything.
Error NotAccepted(const AgentAddress& address) {
  const std::string who = "the agent at " + address.Text() + " does not accept this client certificate: ";
  const std::string next = "ask for another one: berthctl pki issue client NAME --role ROLE --renew";
  const int alert = ERR_GET_REASON(ERR_peek_last_error());
  ERR_clear_error();
  switch (alert) {
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
      return Refused(who + "it was revoked", next);
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
      return Refused(who + "it has expired there", "compare the clocks of both hosts (date -u); else " + next);
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      return Refused(who + "another authority issued it", next);
    default:
      return Refused(who + "it was revoked, or another authority issued it", next);
  }
}

// `met`: our side of the handshake was over.
std::optional<Error> WhyFailed(SSL* connection, int why, const AgentAddress& address, bool met) {
  if (why == SSL_ERROR_NONE) return std::nullopt;
  if (IsWaiting(why)) return Silent(address, "does not shake hands within 5 s");
  const long verified = SSL_get_verify_result(connection);
  if (verified != X509_V_OK) return WrongHost(address, verified);
  const unsigned long error = ERR_peek_last_error();
  const bool alert = ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) >= SSL_AD_REASON_OFFSET;
  if (!met && !alert) return Silent(address, "does not speak TLS as it should");
  return NotAccepted(address);
}

}  // namespace

std::optional<Error> WhyNoHandshake(int socket, const AgentAddress& address) {
  const Context context(SSL_CTX_new(TLS_client_method()));
  if (!context || !UseIdentity(context.get(), address.tls)) return std::nullopt;  // gRPC has said it
  const Connection connection = Begin(context.get(), socket, address);
  if (!connection) return std::nullopt;
  SSL* tls = connection.get();
  int why = Take(tls, [tls] { return SSL_connect(tls); });
  if (why != SSL_ERROR_NONE) return WhyFailed(tls, why, address, false);
  const openssl::Certificate certificate(SSL_get1_peer_certificate(tls));
  if (!IsFor(certificate.get(), address.host)) return WrongAddress(address, certificate.get());
  // With TLS 1.3 the other side looks at our certificate only now. One that accepts it speaks first, as HTTP/2 has it.
  why = Take(tls, [tls] {
    char byte = 0;
    return SSL_read(tls, &byte, 1);
  });
  return WhyFailed(tls, why, address, true);
}

}  // namespace berth::cli

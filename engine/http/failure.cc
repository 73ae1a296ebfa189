#include "engine/http/failure.h"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

namespace berth::engine::http {
namespace {

namespace error = boost::asio::error;
using boost::system::error_code;

std::string Who(const Endpoint& endpoint) {
  return endpoint.called.empty() ? "the Docker Engine at " + endpoint.ToString() : endpoint.called;
}

Error Unreachable(std::string message) { return {Code::kUnavailable, "ENGINE_UNREACHABLE", std::move(message)}; }
Error Cancelled() { return {Code::kCancelled, "CANCELLED", "the caller gave up"}; }

std::string CertificateHint(const Endpoint& endpoint) {
  if (endpoint.certificate_directory.empty()) return "; does this machine trust its certificate?";
  return "; do " + endpoint.certificate_directory + "/{ca,cert,key}.pem belong to this engine?";
}

// What to look at first.
std::string Hint(const Endpoint& endpoint, error_code failure) {
  const bool local = endpoint.kind == Endpoint::Kind::kUnix;
  if (failure == error::access_denied) return "; is the user in the group docker?";
  if (local) return "; is docker.service running?";
  if (failure.category() == error::get_ssl_category()) return CertificateHint(endpoint);
  if (failure == error::connection_refused && endpoint.called.empty()) return "; does the engine listen there?";
  return {};
}

}  // namespace

Error CouldNotConnect(const Endpoint& endpoint, error_code failure) {
  if (failure == error::operation_aborted) return Cancelled();
  const std::string why = failure == error::timed_out ? "no answer in time" : failure.message();
  return Unreachable("cannot reach " + Who(endpoint) + ": " + why + Hint(endpoint, failure));
}

Error BadCertificates(const std::string& file, error_code failure) {
  return {Code::kFailedPrecondition, "ENGINE_BAD_CERTIFICATES",
          "cannot use " + file + " for the connection to the Docker Engine: " + failure.message()};
}

Error CutOff(const Endpoint& endpoint, error_code failure) {
  if (failure == error::operation_aborted) return Cancelled();
  const std::string why = failure == error::eof ? "it hung up" : failure.message();
  const bool refused = failure.category() == error::get_ssl_category();  // TLS 1.3 tells only after the handshake
  return Unreachable("the connection to " + Who(endpoint) + " broke: " + why +
                     (refused ? CertificateHint(endpoint) : ""));
}

Error TimedOut(const Endpoint& endpoint) {
  return {Code::kDeadlineExceeded, "ENGINE_TIMEOUT", Who(endpoint) + " did not answer in time"};
}

Error BadAnswer(const Endpoint& endpoint, error_code failure) {
  return {Code::kDataLoss, "ENGINE_BAD_ANSWER", "the answer of " + Who(endpoint) + " is no good: " + failure.message()};
}

}  // namespace berth::engine::http

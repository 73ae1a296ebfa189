#include "agent/rpc/remote_callers.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>
#include <grpcpp/server_context.h>

#include "agent/rpc/status.h"

namespace berth::rpc {
namespace {

using agent::Caller;
using agent::ClientCertificate;

constexpr std::size_t kMostRead = 256;

Error Denied(std::string reason, const std::string& what) { return {Code::kPermissionDenied, std::move(reason), what}; }

Error Unknown(const ClientCertificate& client) {
  const std::string name = client.names.uris.empty() ? "sha256:" + client.names.fingerprint : client.names.uris.front();
  return Denied("CALLER_UNKNOWN",
                "nothing is granted to " + name + " on this host: see [access] clients of berthd.toml");
}

// Empty: it showed none.
std::string PemOf(const grpc::AuthContext& context) {
  const auto all = context.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  return context.IsPeerAuthenticated() && all.size() == 1 ? std::string(all[0].data(), all[0].size()) : "";
}

}  // namespace

Result<std::shared_ptr<const ClientCertificate>> CertificateReader::Read(const grpc::AuthContext& context) {
  const std::string pem = PemOf(context);
  const std::lock_guard lock(mutex_);
  auto found = read_.find(pem);
  if (found != read_.end()) return found->second;
  auto certificate = agent::ReadClientCertificate(pem);
  if (!certificate) return Denied("CALLER_UNKNOWN", certificate.error().message);
  if (read_.size() >= kMostRead) read_.clear();
  return read_.emplace(pem, std::make_shared<const ClientCertificate>(std::move(*certificate))).first->second;
}

Result<Caller> RemoteCallers::Identify(const grpc::CallbackServerContext& call) {
  const auto client = certificates_.Read(*call.auth_context());
  if (!client) return client.error();
  if (tls_.IsRevoked(**client)) return Denied("CERTIFICATE_REVOKED", "this certificate was revoked");
  if ((*client)->not_after <= clock_.WallNow()) return Denied("CERTIFICATE_EXPIRED", "this certificate has ended");
  auto granted = agent::Grant(*rules_.Now(), (*client)->names);
  if (!granted) return Unknown(**client);
  if (!calls_.Take(granted->identity, clock_.Now())) {
    ++refusals_["calls"];
    return Error{Code::kResourceExhausted, "TOO_MANY_CALLS", "too many calls of " + granted->identity + ": slow down"};
  }
  return Caller{std::move(granted->identity), call.peer(), granted->role, std::move(granted->scope)};
}

grpc::Status RemoteDoor::Process(const InputMetadata& metadata, grpc::AuthContext* context, OutputMetadata*,
                                 OutputMetadata*) {
  const auto path = metadata.find(":path");
  const std::string method = path == metadata.end() ? "" : std::string(path->second.data(), path->second.size());
  if (method.starts_with("/berth.v1.")) return grpc::Status::OK;  // the bridge asks
  const auto client = certificates_->Read(*context);
  if (!client || !agent::Grant(*rules_->Now(), (*client)->names)) {
    return ToStatus(Denied("CALLER_UNKNOWN", "nothing is granted to this certificate on this host"));
  }
  if (method.starts_with("/grpc.health.v1.")) return grpc::Status::OK;
  return ToStatus(Denied("METHOD_UNLISTED", "this method is not for other hosts"));
}

}  // namespace berth::rpc

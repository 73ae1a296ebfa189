// Who calls from another host: what his certificate says, and what the configuration grants it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include <grpcpp/security/auth_metadata_processor.h>

#include "agent/client_rules.h"
#include "agent/rpc/gatekeeper.h"
#include "agent/rpc/rate_limit.h"
#include "agent/tls_keeper.h"
#include "engine/base/clock.h"

namespace berth::rpc {

// What was turned away, by the limit that it went beyond.
using Refusals = std::map<std::string, std::uint64_t>;

// Reads the certificates of those who call, each once: that takes longer than a call. Any thread.
class CertificateReader {
 public:
  // PERMISSION_DENIED (CALLER_UNKNOWN) without one, and for one that can't be read.
  Result<std::shared_ptr<const agent::ClientCertificate>> Read(const grpc::AuthContext& context);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const agent::ClientCertificate>> read_;  // by their text
};

// Loop thread.
class RemoteCallers final : public Gatekeeper {
 public:
  RemoteCallers(Clock& clock, const agent::TlsKeeper& tls, CertificateReader& certificates,
                const agent::RulesInForce& rules, RateLimit calls, Refusals& refusals)
      : clock_(clock), tls_(tls), certificates_(certificates), rules_(rules), calls_(calls), refusals_(refusals) {}

  // PERMISSION_DENIED (CALLER_UNKNOWN, CERTIFICATE_REVOKED, CERTIFICATE_EXPIRED): the last two of a connection that
  // was made while the certificate was good.
  Result<agent::Caller> Identify(const grpc::CallbackServerContext& call) override;

 private:
  Clock& clock_;
  const agent::TlsKeeper& tls_;
  CertificateReader& certificates_;
  const agent::RulesInForce& rules_;
  RateLimit calls_;
  Refusals& refusals_;
};

// Health and reflection are gRPC's own and know no roles: this asks before them. Health is for clients that the rules
// know, reflection is not for other hosts. Any thread.
class RemoteDoor final : public grpc::AuthMetadataProcessor {
 public:
  RemoteDoor(std::shared_ptr<CertificateReader> certificates, std::shared_ptr<const agent::RulesInForce> rules)
      : certificates_(std::move(certificates)), rules_(std::move(rules)) {}

  bool IsBlocking() const override { return false; }
  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* context, OutputMetadata* consumed,
                       OutputMetadata* response) override;

 private:
  const std::shared_ptr<CertificateReader> certificates_;
  const std::shared_ptr<const agent::RulesInForce> rules_;
};

}  // namespace berth::rpc

#include "cli/remote/client.h"

#include <utility>

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "cli/remote/status.h"

namespace berth::cli {
namespace {

std::shared_ptr<grpc::ChannelCredentials> CredentialsFor(const AgentAddress& address) {
  if (!address.IsRemote()) return grpc::InsecureChannelCredentials();
  const TlsIdentity& tls = address.tls;
  return grpc::SslCredentials(
      {.pem_root_certs = tls.ca, .pem_private_key = tls.key, .pem_cert_chain = tls.certificate});
}

std::shared_ptr<grpc::Channel> Connect(const AgentAddress& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a fresh client shall have a fresh connection
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(-1);
  // A host that is gone says nothing, and one that only listens waits for ever. A server minds more than one in 5
  // minutes.
  constexpr int kKeepalive = 310'000;
  if (address.IsRemote()) arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepalive);
  return grpc::CreateCustomChannel(address.Target(), CredentialsFor(address), arguments);
}

}  // namespace

Client::Client(Options options) : options_(std::move(options)) {
  const auto channel = Connect(options_.address);
  stubs_ = std::make_shared<Stubs>(v1::ContainerService::NewStub(channel), v1::OperationService::NewStub(channel),
                                   v1::HostService::NewStub(channel), v1::WatchdogService::NewStub(channel),
                                   v1::CertificateService::NewStub(channel), v1::AuditService::NewStub(channel));
}

Error Client::Explain(const grpc::Status& status) const {
  if (options_.interrupted.stop_requested()) return Interrupted();
  Error error = FromStatus(status);
  if (error.reason != reason::kConnectionLost) return error;
  return WhyUnreachable(options_.address).value_or(std::move(error));
}

}  // namespace berth::cli

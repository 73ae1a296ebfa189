#include "cli/commands/submit.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <random>

#include "cli/commands/persist.h"

namespace berth::cli {
namespace {

template <class Request>
void SetHealthGate(const ChangeOptions& options, Request& request) {
  if (options.health_timeout) *request.mutable_health_gate()->mutable_timeout() = ToProto(*options.health_timeout);
  if (options.stable_for) *request.mutable_health_gate()->mutable_stable_for() = ToProto(*options.stable_for);
}

void SetUpgrade(const ChangeOptions& options, v1::UpgradeContainerRequest& request) {
  request.set_pull_policy(options.pull);
  if (options.keep) request.set_keep_previous(*options.keep);
  if (options.keep_for) *request.mutable_keep_previous_for() = ToProto(*options.keep_for);
  if (options.clean_images) request.set_image_cleanup(true);
}

template <class Request>
void SetImage(const ChangeOptions& options, const Secrets& secrets, Request& request) {
  request.set_image(options.image);
  if (options.registry_user.empty()) return;
  request.mutable_credentials()->set_username(options.registry_user);
  request.mutable_credentials()->set_password(secrets.registry_password);
}

// The five requests have the same fields as far as they have them.
template <class Request>
Request Fill(const ChangeOptions& options, const std::string& container, const std::string& request_id,
             const Secrets& secrets) {
  Request request;
  request.set_container(container);
  request.set_request_id(request_id);
  request.set_etag(options.etag);
  request.set_validate_only(options.dry_run);
  request.set_queue(options.queue);
  if (options.timeout) *request.mutable_timeout() = ToProto(*options.timeout);
  if constexpr (requires { request.mutable_stop_timeout(); }) {
    if (options.stop_timeout) *request.mutable_stop_timeout() = ToProto(*options.stop_timeout);
  }
  if constexpr (requires { request.mutable_health_gate(); }) SetHealthGate(options, request);
  if constexpr (requires { request.mutable_drain(); }) {
    request.set_strategy(options.strategy);
    if (options.drain) *request.mutable_drain() = ToProto(*options.drain);
  }
  if constexpr (requires { request.mutable_credentials(); }) SetImage(options, secrets, request);
  if constexpr (requires { request.keep_previous(); }) SetUpgrade(options, request);
  return request;
}

// One try.
Result<v1::Operation> Send(const Client& client, const ChangeOptions& options, const std::string& container,
                           const std::string& request_id, const Secrets& secrets) {
  const auto call =
      [&]<class Request>(grpc::Status (Containers::*method)(grpc::ClientContext*, const Request&, v1::Operation*)) {
        return client.Call(method, Fill<Request>(options, container, request_id, secrets));
      };
  switch (options.kind) {
    case v1::OPERATION_KIND_START:
      return call(&Containers::StartContainer);
    case v1::OPERATION_KIND_STOP:
      return call(&Containers::StopContainer);
    case v1::OPERATION_KIND_RESTART:
      return call(&Containers::RestartContainer);
    case v1::OPERATION_KIND_UPGRADE:
      return call(&Containers::UpgradeContainer);
    default:
      return call(&Containers::RollbackContainer);
  }
}

}  // namespace

Result<v1::Operation> Submit(const Session& session, const ChangeOptions& options, const std::string& container,
                             const Secrets& secrets) {
  const std::string request_id = options.request_id.empty() ? NewRequestId() : options.request_id;
  return Persist(session, [&](const Client& client) { return Send(client, options, container, request_id, secrets); });
}

std::string NewRequestId() {
  std::random_device random;
  std::array<std::uint32_t, 4> bits{random(), random(), random(), random()};
  bits[1] = (bits[1] & 0xFFFF0FFF) | 0x00004000;  // version 4
  bits[2] = (bits[2] & 0x3FFFFFFF) | 0x80000000;  // the variant of RFC 4122
  std::array<char, 37> text{};
  std::snprintf(text.data(), text.size(), "%08x-%04x-%04x-%04x-%04x%08x", bits[0], bits[1] >> 16, bits[1] & 0xFFFF,
                bits[2] >> 16, bits[2] & 0xFFFF, bits[3]);
  return text.data();
}

}  // namespace berth::cli

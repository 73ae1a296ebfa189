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

template <class Request>
void SetCredentials(const ChangeOptions& options, const Secrets& secrets, Request& request) {
  if (options.registry_user.empty()) return;
  request.mutable_credentials()->set_username(options.registry_user);
  request.mutable_credentials()->set_password(secrets.registry_password);
}

template <class Request>
void SetUpgrade(const ChangeOptions& options, Request& request) {
  request.set_pull_policy(options.pull);
  if (options.keep) request.set_keep_previous(*options.keep);
  if (options.keep_for) *request.mutable_keep_previous_for() = ToProto(*options.keep_for);
  if (options.clean_images) request.set_image_cleanup(true);
}

// The requests have the same fields as far as they have them.
template <class Request>
void FillManner(const ChangeOptions& options, const std::string& request_id, const Secrets& secrets, Request& request) {
  request.set_request_id(request_id);
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
  if constexpr (requires { request.mutable_credentials(); }) SetCredentials(options, secrets, request);
  if constexpr (requires { request.keep_previous(); }) SetUpgrade(options, request);
}

template <class Request>
Request Fill(const ChangeOptions& options, const std::string& container, const std::string& request_id,
             const Secrets& secrets) {
  Request request;
  request.set_container(container);
  request.set_etag(options.etag);
  FillManner(options, request_id, secrets, request);
  if constexpr (requires { request.set_image(""); }) request.set_image(options.image);
  return request;
}

v1::UpgradeContainersRequest FillGroup(const ChangeOptions& options, const std::string& request_id,
                                       const Secrets& secrets) {
  v1::UpgradeContainersRequest request;
  request.set_project(options.project);
  request.mutable_services()->Assign(options.services.begin(), options.services.end());
  request.mutable_labels()->Assign(options.labels.begin(), options.labels.end());
  request.mutable_images()->insert(options.images.begin(), options.images.end());
  if (!options.image.empty()) (*request.mutable_images())[""] = options.image;
  if (options.max_unavailable && options.percent) request.set_max_unavailable_percent(*options.max_unavailable);
  if (options.max_unavailable && !options.percent) request.set_max_unavailable_count(*options.max_unavailable);
  request.set_roll_back(options.roll_back);
  FillManner(options, request_id, secrets, request);
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

std::string RequestId(const ChangeOptions& options) {
  return options.request_id.empty() ? NewRequestId() : options.request_id;
}

}  // namespace

Result<v1::Operation> Submit(const Session& session, const ChangeOptions& options, const std::string& container,
                             const Secrets& secrets) {
  return Persist(session, [&, id = RequestId(options)](const Client& client) {
    return Send(client, options, container, id, secrets);
  });
}

Result<v1::Operation> SubmitGroup(const Session& session, const ChangeOptions& options, const Secrets& secrets) {
  if (auto error = session.client().Unreachable()) return std::move(*error);
  return Persist(session, [request = FillGroup(options, RequestId(options), secrets)](const Client& client) {
    return client.Call(&Containers::UpgradeContainers, request);
  });
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

#include "agent/operations/fingerprint.h"
#include "agent/rpc/convert.h"
#include "engine/base/utf8.h"

namespace berth::rpc {
namespace {

constexpr char kProjectLabel[] = "com.docker.compose.project";
constexpr char kServiceLabel[] = "com.docker.compose.service";

v1::Port ToPort(const engine::Port& port) {
  v1::Port message;
  message.set_container_port(port.container_port);
  message.set_protocol(ValidUtf8(port.protocol));
  message.set_host_ip(ValidUtf8(port.host_ip));
  message.set_host_port(port.host_port);
  return message;
}

std::string LabelOf(const engine::Labels& labels, const std::string& key) {
  const auto found = labels.find(key);
  return found == labels.end() ? std::string() : ValidUtf8(found->second);
}

// What a list and an inspect have in common.
template <class Source>
v1::Container ToContainer(const Source& container) {
  v1::Container message;
  message.set_name(ValidUtf8(container.name));
  message.set_id(ValidUtf8(container.id));
  message.set_image(ValidUtf8(container.image));
  message.set_image_id(ValidUtf8(container.image_id));
  message.set_state(ToProto(container.state));
  message.set_health(ToProto(container.health));
  if (IsKnown(container.created_at)) *message.mutable_create_time() = ToProto(container.created_at);
  for (const auto& [key, value] : container.labels) (*message.mutable_labels())[ValidUtf8(key)] = ValidUtf8(value);
  for (const auto& port : container.ports) *message.add_ports() = ToPort(port);
  for (const auto& network : container.networks) message.add_networks(ValidUtf8(network));
  message.set_project(LabelOf(container.labels, kProjectLabel));
  message.set_service(LabelOf(container.labels, kServiceLabel));
  return message;
}

std::string Describe(const engine::RestartPolicy& policy) {
  if (policy.name.empty()) return "no";
  if (policy.name != "on-failure" || policy.maximum_retries == 0) return ValidUtf8(policy.name);
  return "on-failure:" + std::to_string(policy.maximum_retries);
}

// It was replaced when it stopped.
v1::KeptContainer ToKept(const engine::ContainerDetails& container) {
  v1::KeptContainer message;
  message.set_id(ValidUtf8(container.id));
  message.set_name(ValidUtf8(container.name));
  message.set_image(ValidUtf8(container.image));
  message.set_image_id(ValidUtf8(container.image_id));
  if (IsKnown(container.finished_at)) *message.mutable_replace_time() = ToProto(container.finished_at);
  return message;
}

}  // namespace

v1::ContainerState ToProto(engine::ContainerState state) {
  switch (state) {
    case engine::ContainerState::kUnknown:
      return v1::CONTAINER_STATE_UNSPECIFIED;
    case engine::ContainerState::kCreated:
      return v1::CONTAINER_STATE_CREATED;
    case engine::ContainerState::kRunning:
      return v1::CONTAINER_STATE_RUNNING;
    case engine::ContainerState::kPaused:
      return v1::CONTAINER_STATE_PAUSED;
    case engine::ContainerState::kRestarting:
      return v1::CONTAINER_STATE_RESTARTING;
    case engine::ContainerState::kRemoving:
      return v1::CONTAINER_STATE_REMOVING;
    case engine::ContainerState::kExited:
      return v1::CONTAINER_STATE_EXITED;
    case engine::ContainerState::kDead:
      return v1::CONTAINER_STATE_DEAD;
  }
  return v1::CONTAINER_STATE_UNSPECIFIED;
}

v1::Health ToProto(engine::Health health) {
  switch (health) {
    case engine::Health::kNone:
      return v1::HEALTH_NONE;
    case engine::Health::kStarting:
      return v1::HEALTH_STARTING;
    case engine::Health::kHealthy:
      return v1::HEALTH_HEALTHY;
    case engine::Health::kUnhealthy:
      return v1::HEALTH_UNHEALTHY;
  }
  return v1::HEALTH_UNSPECIFIED;
}

v1::Container ToProto(const engine::ContainerSummary& container) {
  v1::Container message = ToContainer(container);
  message.set_status(ValidUtf8(container.status));
  return message;
}

v1::ContainerDetails ToProto(const engine::ContainerDetails& container, const std::string& status,
                             const std::vector<engine::ContainerDetails>& kept) {
  v1::ContainerDetails message;
  *message.mutable_container() = ToContainer(container);
  message.mutable_container()->set_status(ValidUtf8(status));
  message.set_etag(agent::EtagOf(container));
  message.set_exit_code(container.exit_code);
  message.set_error(ValidUtf8(container.error));
  message.set_oom_killed(container.oom_killed);
  if (IsKnown(container.started_at)) *message.mutable_start_time() = ToProto(container.started_at);
  if (IsKnown(container.finished_at)) *message.mutable_finish_time() = ToProto(container.finished_at);
  message.set_restart_count(container.restart_count);
  message.set_failing_streak(container.failing_streak);
  for (const auto& probe : container.health_log) *message.add_health_log() = ToProto(probe);
  message.set_restart_policy(Describe(container.restart_policy));
  if (container.stop_timeout) *message.mutable_stop_timeout() = ToProto(*container.stop_timeout);
  for (const auto& each : kept) *message.add_kept() = ToKept(each);
  return message;
}

}  // namespace berth::rpc

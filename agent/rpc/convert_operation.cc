#include "agent/operations/errand.h"
#include "agent/rpc/convert.h"
#include "agent/rpc/status.h"
#include "engine/base/utf8.h"

namespace berth::rpc {
namespace {

constexpr std::size_t kOutputLimit = 4096;

std::string NameOf(const std::string& id) { return "operations/" + id; }

v1::LayerProgress ToLayer(const agent::LayerProgress& layer) {
  v1::LayerProgress message;
  message.set_layer(ValidUtf8(layer.layer));
  message.set_status(ValidUtf8(layer.status));
  message.set_current_bytes(layer.current_bytes);
  message.set_total_bytes(layer.total_bytes);
  return message;
}

v1::HealthProgress ToHealth(const agent::HealthProgress& health) {
  v1::HealthProgress message;
  message.set_probes(health.probes);
  message.set_health(ToProto(health.health));
  *message.mutable_elapsed() = ToProto(health.elapsed);
  *message.mutable_timeout() = ToProto(health.timeout);
  message.set_last_output(Shortened(health.last_output, kOutputLimit));
  return message;
}

// Writes one alternative of Progress::detail.
struct DetailWriter {
  v1::Progress& message;

  void operator()(std::monostate) const {}
  void operator()(const std::vector<agent::LayerProgress>& layers) const {
    for (const auto& layer : layers) *message.mutable_pull()->add_layers() = ToLayer(layer);
  }
  void operator()(const agent::HealthProgress& health) const { *message.mutable_health() = ToHealth(health); }
};

v1::FieldChange ToChange(const agent::FieldChange& change) {
  v1::FieldChange message;
  message.set_field(ValidUtf8(change.field));
  message.set_old_value(ValidUtf8(change.old_value));
  message.set_new_value(ValidUtf8(change.new_value));
  return message;
}

}  // namespace

v1::OperationKind ToProto(agent::Kind kind) {
  switch (kind) {
    case agent::Kind::kStart:
      return v1::OPERATION_KIND_START;
    case agent::Kind::kStop:
      return v1::OPERATION_KIND_STOP;
    case agent::Kind::kRestart:
      return v1::OPERATION_KIND_RESTART;
    case agent::Kind::kUpgrade:
      return v1::OPERATION_KIND_UPGRADE;
    case agent::Kind::kRollback:
      return v1::OPERATION_KIND_ROLLBACK;
    case agent::Kind::kRecreate:
      return v1::OPERATION_KIND_RECREATE;
    case agent::Kind::kUpgradeGroup:
      return v1::OPERATION_KIND_UPGRADE_GROUP;
    case agent::Kind::kObtainCertificate:
      return v1::OPERATION_KIND_OBTAIN_CERTIFICATE;
    case agent::Kind::kRenewCertificate:
      return v1::OPERATION_KIND_RENEW_CERTIFICATE;
    case agent::Kind::kDeployCertificate:
      return v1::OPERATION_KIND_DEPLOY_CERTIFICATE;
  }
  return v1::OPERATION_KIND_UNSPECIFIED;
}

v1::OperationOrigin ToProto(agent::Origin origin) {
  switch (origin) {
    case agent::Origin::kCaller:
      return v1::OPERATION_ORIGIN_CALLER;
    case agent::Origin::kWatchdog:
      return v1::OPERATION_ORIGIN_WATCHDOG;
    case agent::Origin::kCertificates:
      return v1::OPERATION_ORIGIN_CERTIFICATES;
  }
  return v1::OPERATION_ORIGIN_UNSPECIFIED;
}

v1::OperationState ToProto(agent::State state) {
  switch (state) {
    case agent::State::kQueued:
      return v1::OPERATION_STATE_QUEUED;
    case agent::State::kRunning:
      return v1::OPERATION_STATE_RUNNING;
    case agent::State::kSucceeded:
      return v1::OPERATION_STATE_SUCCEEDED;
    case agent::State::kFailed:
      return v1::OPERATION_STATE_FAILED;
    case agent::State::kCancelled:
      return v1::OPERATION_STATE_CANCELLED;
    case agent::State::kValidated:
      return v1::OPERATION_STATE_VALIDATED;
  }
  return v1::OPERATION_STATE_UNSPECIFIED;
}

v1::UpgradeStrategy ToProto(agent::Strategy strategy) {
  switch (strategy) {
    case agent::Strategy::kAuto:
      return v1::UPGRADE_STRATEGY_UNSPECIFIED;
    case agent::Strategy::kStopFirst:
      return v1::UPGRADE_STRATEGY_STOP_FIRST;
    case agent::Strategy::kStartFirst:
      return v1::UPGRADE_STRATEGY_START_FIRST;
  }
  return v1::UPGRADE_STRATEGY_UNSPECIFIED;
}

v1::Progress ToProto(const agent::Progress& progress) {
  v1::Progress message;
  message.set_sequence(progress.sequence);
  *message.mutable_time() = ToProto(progress.time);
  message.set_step(progress.step);
  message.set_step_count(progress.step_count);
  message.set_message(ValidUtf8(progress.message));
  std::visit(DetailWriter{message}, progress.detail);
  return message;
}

v1::Plan ToProto(const agent::Plan& plan) {
  v1::Plan message;
  for (const auto& step : plan.steps) message.add_steps(ValidUtf8(step));
  message.set_strategy(ToProto(plan.strategy));
  message.set_strategy_reason(ValidUtf8(plan.strategy_reason));
  for (const auto& change : plan.changes) *message.add_changes() = ToChange(change);
  for (const auto& warning : plan.warnings) message.add_warnings(ValidUtf8(warning));
  for (const auto& refusal : plan.refusals) message.add_refusals(ValidUtf8(refusal));
  for (const auto& part : plan.parts) {
    auto* added = message.add_parts();
    added->set_container(ValidUtf8(part.container));
    *added->mutable_plan() = ToProto(part);
  }
  return message;
}

v1::UpgradeResult ToProto(const agent::UpgradeResult& result) {
  v1::UpgradeResult message;
  message.set_old_image(ValidUtf8(result.old_image));
  message.set_old_digest(ValidUtf8(result.old_digest));
  message.set_new_image(ValidUtf8(result.new_image));
  message.set_new_digest(ValidUtf8(result.new_digest));
  message.set_old_container_id(ValidUtf8(result.old_container_id));
  message.set_container_id(ValidUtf8(result.container_id));
  message.set_strategy(ToProto(result.strategy));
  *message.mutable_gap() = ToProto(result.gap);
  message.set_rolled_back(result.rolled_back);
  for (const auto& warning : result.warnings) message.add_warnings(ValidUtf8(warning));
  for (const auto& probe : result.failed_probes) *message.add_failed_probes() = ToProto(probe);
  message.set_failed_output(Shortened(result.failed_output, kOutputLimit));
  return message;
}

v1::Operation ToProto(const agent::Operation& operation) {
  v1::Operation message;
  if (!operation.id.empty()) message.set_name(NameOf(operation.id));
  message.set_kind(ToProto(operation.kind));
  message.set_origin(ToProto(operation.origin));
  message.set_state(ToProto(operation.state));
  message.set_container(ValidUtf8(operation.container));
  message.set_request_id(ValidUtf8(operation.request_id));
  message.set_lineage(ValidUtf8(agent::LineageOf(operation)));
  if (!operation.parent.empty()) message.set_parent(NameOf(operation.parent));
  for (const auto& child : operation.children) message.add_children(NameOf(child));
  *message.mutable_create_time() = ToProto(operation.created_at);
  if (operation.ended_at != WallTime{}) *message.mutable_end_time() = ToProto(operation.ended_at);
  if (operation.error) *message.mutable_error() = ToProto(*operation.error);
  if (operation.progress.sequence > 0) *message.mutable_progress() = ToProto(operation.progress);
  if (operation.plan) *message.mutable_plan() = ToProto(*operation.plan);
  if (operation.upgrade_result) *message.mutable_upgrade_result() = ToProto(*operation.upgrade_result);
  return message;
}

v1::ContainerVersion ToProto(const agent::Choice& choice) {
  const agent::Version& version = choice.version;
  v1::ContainerVersion message;
  message.set_image(ValidUtf8(version.image));
  message.set_digest(ValidUtf8(version.digest));
  message.set_container_id(ValidUtf8(version.container_id));
  if (!version.operation.empty()) {
    message.set_operation("operations/" + version.operation);
    message.set_kind(ToProto(version.kind));
    *message.mutable_time() = ToProto(version.since);
  }
  message.set_runs_now(choice.runs_now);
  message.set_kept_as(ValidUtf8(choice.kept_as));
  message.set_can_roll_back(choice.can_go_back);
  return message;
}

}  // namespace berth::rpc

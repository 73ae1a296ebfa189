// Operations and their progress, as an agent would send them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "berth/v1/operation_service.pb.h"
#include "cli/remote/status.h"
#include "cli/text/time.h"

namespace berth::test {

inline v1::Operation MakeOperation(v1::OperationKind kind, v1::OperationState state,
                                   const std::string& container = "web") {
  v1::Operation operation;
  operation.set_name("operations/00000000000000aa");
  operation.set_kind(kind);
  operation.set_state(state);
  operation.set_container(container);
  return operation;
}

inline v1::Operation RunningUpgrade(const std::string& container = "web") {
  return MakeOperation(v1::OPERATION_KIND_UPGRADE, v1::OPERATION_STATE_RUNNING, container);
}

inline v1::Operation SucceededUpgrade(const std::string& container = "web") {
  auto operation = MakeOperation(v1::OPERATION_KIND_UPGRADE, v1::OPERATION_STATE_SUCCEEDED, container);
  auto& result = *operation.mutable_upgrade_result();
  result.set_old_image("registry/web:1");
  result.set_old_digest("sha256:1111111111111111");
  result.set_new_image("registry/web:2@sha256:2222222222222222");
  result.set_new_digest("sha256:2222222222222222");
  result.set_old_container_id("old");
  result.set_container_id("new");
  *result.mutable_gap() = cli::ToProto(std::chrono::milliseconds(312));
  return operation;
}

inline v1::Operation FailedUpgrade(const std::string& container = "web") {
  auto operation = SucceededUpgrade(container);
  operation.set_state(v1::OPERATION_STATE_FAILED);
  *operation.mutable_error() =
      cli::ToStatus({Code::kFailedPrecondition, "HEALTH_GATE_FAILED", "the new container became unhealthy"});
  auto& result = *operation.mutable_upgrade_result();
  result.set_container_id("old");
  result.set_rolled_back(true);
  auto& probe = *result.add_failed_probes();
  probe.set_exit_code(7);
  probe.set_output("curl: (7) Failed to connect\n");
  result.set_failed_output("starting\nno such table: users\n");
  return operation;
}

inline v1::Operation CertificateOperation(v1::OperationKind kind, v1::OperationState state,
                                          const std::string& lineage = "example.org") {
  auto operation = MakeOperation(kind, state, "");
  operation.set_lineage(lineage);
  return operation;
}

inline v1::WatchOperationResponse ProgressItem(std::uint64_t sequence, std::uint32_t step, const std::string& message) {
  v1::WatchOperationResponse item;
  item.mutable_progress()->set_sequence(sequence);
  item.mutable_progress()->set_step(step);
  item.mutable_progress()->set_step_count(3);
  item.mutable_progress()->set_message(message);
  return item;
}

inline v1::WatchOperationResponse EndItem(const v1::Operation& operation) {
  v1::WatchOperationResponse item;
  *item.mutable_operation() = operation;
  return item;
}

}  // namespace berth::test

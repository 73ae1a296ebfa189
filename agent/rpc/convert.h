// The engine's and the agent's values as the contract's messages; pure. Bytes that are no UTF-8 become U+FFFD on the
// way.
#pragma once

#include <string>
#include <vector>

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include "agent/operations/history.h"
#include "agent/operations/types.h"
#include "berth/v1/certificate_service.pb.h"
#include "berth/v1/container.pb.h"
#include "berth/v1/container_service.pb.h"
#include "berth/v1/host_service.pb.h"
#include "berth/v1/operation.pb.h"
#include "berth/v1/watchdog_service.pb.h"
#include "certbot-hook/checkup.h"
#include "certbot-hook/standing.h"
#include "engine/types.h"
#include "notices/notice.h"
#include "watchdog/policy.h"

namespace berth::rpc {

// False for a time that the engine does not know: such a field stays unset.
bool IsKnown(WallTime time);
google::protobuf::Timestamp ToProto(WallTime time);
google::protobuf::Duration ToProto(std::chrono::nanoseconds duration);

v1::ContainerState ToProto(engine::ContainerState state);
v1::Health ToProto(engine::Health health);
v1::Container ToProto(const engine::ContainerSummary& container);
v1::HealthProbe ToProto(const engine::HealthProbe& probe);
v1::LogChunk ToProto(engine::LogChunk chunk);
// Adds `next` to `last` where both are of one source and don't get too long together.
bool MergeLogs(v1::LogChunk& last, v1::LogChunk& next);
v1::Stats ToProto(const engine::Stats& stats);
// Of an event about a container.
v1::ContainerEvent ToProto(const engine::Event& event);
// Without the API version, which is negotiated.
v1::Engine ToProto(const engine::EngineInfo& info, const engine::EngineVersion& version);

// `status` is the engine's phrase, which only its lists have; `kept` is what a rollback can go back to.
v1::ContainerDetails ToProto(const engine::ContainerDetails& container, const std::string& status,
                             const std::vector<engine::ContainerDetails>& kept);

v1::OperationKind ToProto(agent::Kind kind);
v1::OperationOrigin ToProto(agent::Origin origin);
v1::OperationState ToProto(agent::State state);
v1::UpgradeStrategy ToProto(agent::Strategy strategy);
v1::Progress ToProto(const agent::Progress& progress);
v1::Plan ToProto(const agent::Plan& plan);
v1::UpgradeResult ToProto(const agent::UpgradeResult& result);
v1::Operation ToProto(const agent::Operation& operation);
v1::ContainerVersion ToProto(const agent::Choice& choice);

// Without the containers.
v1::Watchdog ToProto(const watchdog::HostStatus& host);
v1::WatchedContainer ToProto(const watchdog::Status& status);
v1::Episode ToProto(const watchdog::Episode& episode);
v1::NoticeDelivery ToProto(const notices::Delivery& delivery);

// Without the operation that works on it.
v1::Certificate ToProto(const certificates::Standing& standing, WallTime now);
v1::CertificateFinding ToProto(const certificates::Finding& finding);

}  // namespace berth::rpc

// The contract's requests as the agent's values, or INVALID_ARGUMENT with the name of the field; pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <google/protobuf/repeated_ptr_field.h>

#include "agent/episode_store.h"
#include "agent/event_hub.h"
#include "agent/operations/group.h"
#include "agent/operations/journal.h"
#include "agent/operations/types.h"
#include "berth/v1/container_service.pb.h"
#include "berth/v1/operation_service.pb.h"
#include "berth/v1/watchdog_service.pb.h"
#include "engine/types.h"

namespace berth::rpc {

// Every error has one of the reasons BAD_CONTAINER_NAME, BAD_IMAGE_REFERENCE and BAD_FIELD, and the metadata "field".

// A name or an id; nothing else gets into a path of the engine's API.
Result<std::string> ToContainerName(const std::string& container);
// "key" or "key=value" each; together the engine's filter "label".
Result<engine::Filters> ToFilters(const google::protobuf::RepeatedPtrField<std::string>& labels);
Result<agent::EventFilter> ToEventFilter(const v1::WatchEventsRequest& request);
Result<engine::LogOptions> ToLogOptions(const v1::StreamLogsRequest& request);

Result<agent::Request> ToRequest(const v1::StartContainerRequest& request);
Result<agent::Request> ToRequest(const v1::StopContainerRequest& request);
Result<agent::Request> ToRequest(const v1::RestartContainerRequest& request);
Result<agent::Request> ToRequest(const v1::UpgradeContainerRequest& request);
Result<agent::Request> ToRequest(const v1::RollbackContainerRequest& request);
Result<agent::GroupRequest> ToRequest(const v1::UpgradeContainersRequest& request);

// The 16 digits of "operations/...".
Result<std::string> ToOperationId(const std::string& name);
Result<agent::OperationQuery> ToQuery(const v1::ListOperationsRequest& request);
// Nothing: until the call's own deadline.
Result<std::optional<std::chrono::milliseconds>> ToWaitLimit(const v1::WaitOperationRequest& request);

// A container's name or its service key; empty: all.
Result<std::string> ToWatchedName(const std::string& container);
Result<agent::EpisodeQuery> ToQuery(const v1::ListEpisodesRequest& request);
// For how long.
Result<std::chrono::milliseconds> ToPause(const v1::PauseWatchdogRequest& request);

}  // namespace berth::rpc

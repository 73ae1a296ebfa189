// Requests as tests write them, and what came of them.
#pragma once

#include <chrono>
#include <string>

#include "cli/remote/client.h"
#include "cli/remote/status.h"
#include "cli/text/time.h"

namespace berth::test {

using cli::Containers;
using cli::Hosts;
using cli::Operations;

// Ask<v1::StopContainerRequest>("web")
template <class Request>
Request Ask(const std::string& container) {
  Request request;
  request.set_container(container);
  return request;
}

inline google::protobuf::Duration Lasting(std::chrono::milliseconds duration) { return cli::ToProto(duration); }

// Success for an operation that succeeded or was only validated; otherwise its error.
inline Result<> OutcomeOf(const v1::Operation& operation) {
  if (operation.state() == v1::OPERATION_STATE_SUCCEEDED || operation.state() == v1::OPERATION_STATE_VALIDATED) {
    return {};
  }
  return cli::FromStatus(operation.error());
}

inline bool HasEnded(const v1::Operation& operation) {
  return operation.state() != v1::OPERATION_STATE_QUEUED && operation.state() != v1::OPERATION_STATE_RUNNING;
}

}  // namespace berth::test

// Work of another room that is journaled, followed, cancelled and waited for as every operation is: certificates.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "agent/operations/active_operation.h"

namespace berth::agent {

// What of it a killed agent left is ended as INTERRUPTED at the next start: the room sees by itself what is still to be
// done.
struct Errand {
  Kind kind = Kind::kRenewCertificate;
  Origin origin = Origin::kCaller;
  Caller caller = TheAgent();
  std::string service_key;  // one at a time works on it: LineageKey, or a container's
  std::string container;    // empty when it concerns none
  std::string container_id;
  std::string parent;  // the operation that it is a part of, which is under way; empty: none
  bool queue = false;  // waits for its turn, or else is refused with ABORTED (OPERATION_IN_PROGRESS)
  std::string request_id;
  std::string details;  // all else that was asked for, to tell another request of the same id
  std::chrono::milliseconds timeout{std::chrono::minutes(15)};

  // Must be safe to drop at any await: it is when it is cancelled, and when its timeout is over.
  std::function<ResultTask<>(std::shared_ptr<ActiveOperation>)> work;
};

// What an operation on a lineage holds. No service key of a container has a colon.
std::string LineageKey(std::string_view lineage);
// Empty for an operation that is not on one.
std::string LineageOf(const Operation& operation);

constexpr bool IsErrand(Kind kind) {
  return kind == Kind::kObtainCertificate || kind == Kind::kRenewCertificate || kind == Kind::kDeployCertificate;
}

}  // namespace berth::agent

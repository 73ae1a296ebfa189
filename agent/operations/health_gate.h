// Has a new container proved itself? Pure.
#pragma once

#include <chrono>
#include <string>

#include "agent/operations/types.h"
#include "engine/types.h"

namespace berth::agent {

struct Verdict {
  enum class Kind { kWait, kGood, kBad };
  Kind kind = Kind::kWait;
  std::string reason;  // of kBad: "its health check says: ...", "it exited with code 3"
};

// How long the gate may take: what was asked, or what the container's own HEALTHCHECK allows and 10 s more: start
// period + (retries + 1) x (interval + timeout). Without a HEALTHCHECK: the time that it must run.
std::chrono::milliseconds GateTimeout(const engine::ContainerDetails& container, const HealthGate& gate);

// `first` is the container when the gate began, `now` as it is, `elapsed` the time between the two.
// A container that exits, restarts or becomes unhealthy is bad at once, however much time there is.
Verdict Judge(const engine::ContainerDetails& first, const engine::ContainerDetails& now, const HealthGate& gate,
              std::chrono::milliseconds elapsed);

}  // namespace berth::agent

// The last look before a container is touched; pure.
#pragma once

#include <string>

#include "engine/types.h"
#include "watchdog/policy.h"

namespace berth::watchdog {

struct GateAnswer {
  bool pass = false;
  Acted::Result why_not = Acted::Result::kNotNeeded;
  Class illness = Class::kUnhealthy;
  std::string reason;         // a sentence
  std::string health_output;  // of the last failed check
};

// Passes when `fresh` is the same container, runs, is unhealthy, not paused and not restarting, and its checks are
// neither stale nor broken (unless its rules say so). One that follows its root passes unless it is stopped or paused;
// one that the watchdog left stopped passes while it is stopped.
GateAnswer Gate(const Heal& heal, const engine::ContainerDetails& fresh, WallTime now);

// The health log's own words about why: stale when the last check ended longer ago than 3 intervals, a timeout and 30
// s.
Class Classify(const engine::ContainerDetails& container, WallTime now);

// What an inspect tells about a container that never changes.
Facts FactsOf(const engine::ContainerDetails& container);

}  // namespace berth::watchdog

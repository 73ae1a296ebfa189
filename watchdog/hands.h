// What the watchdog does to containers: directly on the engine (berth-autoheal), or through the agent's operations
// (berthd), which hold leases and are journaled.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/engine.h"
#include "watchdog/policy.h"

namespace berth::watchdog {

// Loop thread only. Every call has a deadline that covers the stop timeout: hanging up early leaves containers down.
class Hands {
 public:
  virtual ~Hands() = default;

  // The gate was passed a moment ago. The id of the container that runs now. Nothing was touched: ABORTED
  // (OPERATION_IN_PROGRESS, CONTAINER_CHANGED) or OWNER_NOT_RUNNING, DRAINING, TOO_MANY_OPERATIONS when it may go
  // better in a moment; NOT_RUNNING or NOT_UNHEALTHY when it is not needed any more; UNIMPLEMENTED
  // (NOT_POSSIBLE_HERE) for what these hands can't do. Otherwise what the engine says.
  virtual ResultTask<std::string> Apply(const Heal& heal) = 0;

  // Which of the remedies work at all.
  virtual bool Can(Remedy remedy) const = 0;

  // Called with a service key and the name of the operation that took its lease, or an empty one when it was given
  // back. Set once, before the first Apply.
  virtual void OnLease(std::function<void(std::string service_key, std::string holder)> told) = 0;
};

// Restart and stop, by one call to the engine each.
std::unique_ptr<Hands> MakeEngineHands(engine::Engine& engine);

}  // namespace berth::watchdog

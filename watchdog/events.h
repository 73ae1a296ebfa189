// What the engine's events mean to the watchdog; pure.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/types.h"
#include "watchdog/policy.h"

namespace berth::watchdog {

// What the engine is asked for: without the exec_* of every health check, which are twenty times as many.
const engine::Filters& WantedEvents();

// Empty for what says nothing new. A signal that ends a process, and a stop, is StopAsked.
std::optional<Observation> ObservationOf(const engine::Event& event);

// A container of which nothing is known yet, as an event shows it: the engine puts its labels among the attributes.
Seen SeenIn(const engine::Event& event);

// Tells the watchdog's own stops from those of people. The events of a restart may come after its answer, good or bad:
// they are its own until the container's start, or a little longer than the answer.
class OwnStops {
 public:
  void Begin(const std::string& id) { until_[id] = SteadyTime::max(); }
  void Answered(const std::string& id, SteadyTime now);
  // The stream has a gap: the starts may have been lost.
  void ForgetAll() { until_.clear(); }
  // True when this event belongs to one of them.
  bool Take(const engine::Event& event, SteadyTime now);

 private:
  std::map<std::string, SteadyTime> until_;
};

}  // namespace berth::watchdog

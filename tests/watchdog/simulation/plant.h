// A bug that is planted into an otherwise whole watchdog: by its settings, its hands, or what it is shown.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "engine/types.h"
#include "watchdog/policy.h"

namespace berth::watchdog::test {

struct Plant {
  std::string name;
  std::string promise;  // that is broken by it, as the observer calls it

  std::function<void(Settings&)> settings = {};
  std::function<void(Heal&)> heal = {};  // what the hands are told
  std::chrono::milliseconds dawdles{0};  // between the gate and the call
  bool never_answers = false;            // the hands
  bool ignores_leases = false;
  bool forgets = false;                            // what it did before it was restarted
  std::string image = {};                          // what is recreated from, instead of the container's own
  std::string loses = {};                          // the part of Config that a recreate drops
  std::function<bool(engine::Event&)> event = {};  // false: it does not see it
  std::function<void(engine::ContainerSummary&)> row = {};
  std::function<void(engine::ContainerDetails&)> details = {};
};

}  // namespace berth::watchdog::test

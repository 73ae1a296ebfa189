// What a container's labels ask of the watchdog; pure. docs/heal.md lists them for people.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "engine/types.h"
#include "watchdog/settings.h"

namespace berth::watchdog {

// Settings and labels together: what goes for one container.
struct Rules {
  bool watched = false;
  Action action = Action::kRestart;
  std::chrono::seconds stop_timeout{10};
  std::chrono::milliseconds grace{0};
  std::chrono::milliseconds confirm{0};
  bool heal_probe_errors = false;  // berth.heal.probe_error=true: also when the check itself could not run
  bool heal_stale = false;         // berth.heal.stale=true: also when the check has stopped running
  bool roll_back = false;
  std::optional<WallTime> paused_until;  // berth.heal.pause_until=2026-11-21T18:00:00Z
  // Services of the same Compose project, and containers or service keys of berth.depends-on.
  std::vector<std::string> depends_on;
  // Labels that make no sense: a sentence for each, with the value that is used instead.
  std::vector<std::string> complaints;
};

// Read at every decision, so a changed label counts at once. `own_stop_timeout` is the container's
// (Config.StopTimeout), which only a label wins over; empty where it is not known.
Rules ReadRules(const Settings& settings, const std::string& name, const engine::Labels& labels,
                std::optional<std::chrono::seconds> own_stop_timeout);

}  // namespace berth::watchdog

// How the watchdog is to behave on this host; plain values.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace berth::watchdog {

// What is done about an unhealthy container.
enum class Action {
  kRestart,   // the ladder: restart, and what comes after it does not help
  kRecreate,  // at once from the same image, without the ladder's restarts
  kStop,
  kNotify,  // tell, and touch nothing
  kNone,    // not even tell
};

// Every default is the one of the shipped configuration.
struct Settings {
  // Who: containers whose label `label` is "true"; with `all`, every one whose label is not "false". The label
  // berth.heal is heeded besides, and wins.
  std::string label = "autoheal";
  bool all = false;
  std::optional<std::string> project;  // only containers of this Compose project

  Action action = Action::kRestart;
  std::chrono::seconds stop_timeout{10};  // from SIGTERM to SIGKILL; negative = never; the container's own wins

  // Seeing. The list of the unhealthy is asked for every `interval`, the list of all every `resync` and after each gap;
  // while there is no event stream, the list of all every `blind_resync`.
  std::chrono::milliseconds interval{30'000};
  std::chrono::milliseconds resync{30'000};
  std::chrono::milliseconds blind_resync{5'000};

  // When.
  std::chrono::milliseconds start_period{0};  // of the watchdog itself: no heal before it is over
  std::chrono::milliseconds grace{0};         // after a container's start; label berth.heal.grace
  std::chrono::milliseconds confirm{0};       // unhealthy for so long; label berth.heal.confirm

  // How often: per service key.
  std::chrono::milliseconds backoff_first{10'000};  // after the first heal, which comes at once; 0 = no backoff
  std::chrono::milliseconds backoff_ceiling{300'000};
  double backoff_jitter = 0.25;               // of the wait, in both directions
  std::chrono::milliseconds forget{600'000};  // healthy in a row for so long: the backoff begins anew
  int budget = 5;                             // heals in `budget_window`, then the circuit opens; 0 = no limit
  std::chrono::milliseconds budget_window{30 * 60'000};
  std::chrono::milliseconds circuit_first{30 * 60'000};  // open for so long, then one trial; doubles at each failure
  std::chrono::milliseconds circuit_ceiling{4 * 3600'000};

  // The ladder of Action::kRestart: so many restarts in a row that did not help, then one recreate, then, where it is
  // allowed, one rollback, then the circuit opens.
  int restarts_before_recreate = 3;
  bool recreate = true;    // only where the watchdog's hands can do it
  bool roll_back = false;  // of an upgrade in the last 24 h; label berth.heal.rollback

  // How many at once.
  std::size_t in_flight = 10;
  std::size_t storm_in_flight = 2;  // in a storm, as long as one is ill that others depend on
  std::size_t storm_at_least = 8;   // unhealthy within storm_window, half of the watched, more than in_flight
  std::chrono::milliseconds storm_window{60'000};

  // Holding back.
  std::chrono::milliseconds engine_settle{10'000};    // after the engine came back
  std::chrono::milliseconds disk_full_pause{60'000};  // after the engine said that its disk is full
  int flap_transitions = 6;                           // between healthy and unhealthy in flap_window: reported
  std::chrono::milliseconds flap_window{30 * 60'000};
  std::chrono::milliseconds verify_slack{60'000};  // beyond what the health check itself needs to turn healthy
};

}  // namespace berth::watchdog

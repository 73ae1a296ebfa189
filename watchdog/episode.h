// The story of one illness: from the moment a watched container was seen unhealthy to its end, with every reason.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"

namespace berth::watchdog {

// Why a container is unhealthy, as far as its health log tells.
enum class Class {
  kUnhealthy,   // the check ran and failed
  kProbeError,  // the check itself could not run, in the whole failing streak
  kStale,       // the check has stopped running
};

enum class Outcome {
  kOpen,  // it goes on
  kHealed,
  kGaveUp,             // the circuit opened
  kHeld,               // it may not be touched: only reported
  kVanished,           // the container is gone
  kSuperseded,         // made anew, restarted or upgraded by somebody else, or recovered by itself
  kStoppedByOperator,  // or paused
};

// One thing that was done, or kept from being done.
struct Step {
  WallTime time;
  std::string what;    // "restart", "recreate", "rollback", "stop", "hold", "notify"
  std::string result;  // "ok", or what the engine said; empty while it is under way
  std::string reason;
};

struct Episode {
  std::uint64_t id = 0;  // counts up in one process; in berthd also across restarts
  std::string service_key;
  std::string project;  // Compose's; empty outside of it
  std::string container;
  std::string container_id;
  std::string image;
  Class illness = Class::kUnhealthy;
  WallTime began_at;
  WallTime ended_at;  // WallTime{} while it is open
  Outcome outcome = Outcome::kOpen;
  std::string reason;         // the last one, a sentence
  std::string health_output;  // of the last failed check, at most 4 KiB
  std::vector<Step> steps;    // at most 64; the oldest of "hold" go first
};

std::string_view Name(Class illness);    // "unhealthy", "probe_error", "stale"
std::string_view Name(Outcome outcome);  // "open", "healed", "gave_up", "held" ...
std::optional<Class> ParseClass(std::string_view text);
std::optional<Outcome> ParseOutcome(std::string_view text);

}  // namespace berth::watchdog

// What is healed, when, and why; pure. The watcher tells what it sees, and does what this says.
//
//   Decisions decisions = Decide(state, observation, now, settings);
//
// Nothing in here reads a clock, asks the engine or logs. `state` is all that it remembers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/error.h"
#include "engine/types.h"
#include "watchdog/episode.h"
#include "watchdog/labels.h"
#include "watchdog/settings.h"

namespace berth::watchdog {

struct Now {
  SteadyTime steady;
  WallTime wall;
};

// What never changes while a container lives, from one inspect. Defaults are the engine's.
struct Facts {
  std::chrono::milliseconds check_interval{30'000};
  std::chrono::milliseconds check_timeout{30'000};
  std::chrono::milliseconds check_start_period{0};
  int check_retries = 3;
  std::optional<std::chrono::seconds> stop_timeout;
  std::vector<std::string> shares;  // full ids, or names, of the containers whose namespaces or volumes it uses
};

// One container, as a list shows it.
struct Seen {
  std::string id;
  std::string name;
  std::string image;
  engine::ContainerState state = engine::ContainerState::kUnknown;
  engine::Health health = engine::Health::kNone;
  engine::Labels labels;
  std::optional<Facts> facts;  // empty before its first inspect
};

// --- what happens
// -----------------------------------------------------------------------------------------------------

// The truth at one moment. `complete`: what is not in it is gone. Otherwise it has only those that are unhealthy, and
// says nothing of the others.
struct Listed {
  std::vector<Seen> containers;
  bool complete = true;
};
// One container has changed: health, start, end, pause, rename, as an event says.
struct Changed {
  std::string id;
  std::optional<engine::Health> health;
  std::optional<engine::ContainerState> state;
  std::optional<std::string> name;
};
struct Gone {
  std::string id;
};
// Somebody other than the watchdog asked the engine to stop, kill or restart it.
struct StopAsked {
  std::string id;
};
// The engine does not answer; and does again. `restarted`: it was away, not only its stream.
struct EngineLost {};
struct EngineBack {
  bool restarted = false;
};
// What a Heal came to. The gate says whether it was tried at all.
struct Acted {
  std::uint64_t attempt = 0;  // of the Heal
  enum class Result {
    kDone,
    kFailed,      // the engine refused, or the time was over: `error`
    kNotNeeded,   // healthy again, gone, or another container by now
    kOperator,    // stopped, paused, or about to be, by a person
    kHeld,        // probe_error or stale, which are only reported; `illness` says which
    kBusy,        // an operation holds its lease
    kImpossible,  // these hands can't do it: `error` says why
  };
  Result result = Result::kDone;
  Class illness = Class::kUnhealthy;
  std::optional<Error> error;
  std::string new_id;         // after a recreate
  std::string health_output;  // of the last failed check
  std::string reason;         // the gate's sentence, when it was not tried
};
// An operation took the lease of this service key; or gave it back.
struct Leased {
  std::string service_key;
  std::string holder;  // empty: free again
};
struct Pause {
  std::optional<std::string> service_key;  // empty: all
  std::chrono::milliseconds duration{0};
};
struct Resume {
  std::optional<std::string> service_key;
};
// The circuit closes and the budget is whole again; as a person asks.
struct Reset {
  std::string service_key;
};
// What an earlier process left: the budget, the backoff and the pauses go on from there.
struct Remembered {
  std::vector<Episode> episodes;
  std::vector<Pause> pauses = {};
};
struct Tick {};

using Observation = std::variant<Listed, Changed, Gone, StopAsked, EngineLost, EngineBack, Acted, Leased, Pause, Resume,
                                 Reset, Remembered, Tick>;

// --- what is to be done
// -----------------------------------------------------------------------------------------------

enum class Remedy { kRestart, kRecreate, kRollBack, kStop };
std::string_view Name(Remedy remedy);

// After the gate: a fresh inspect that shows the same illness (gate.h).
struct Heal {
  std::uint64_t attempt = 0;  // counts up
  Remedy remedy = Remedy::kRestart;
  std::string service_key;
  std::string id;
  std::string name;
  std::chrono::seconds stop_timeout{10};
  Rules rules;
  // It follows a container whose namespace it shares and which was restarted or made anew: it is healed whatever its
  // own health says, as long as no person stopped it.
  bool follows_root = false;
  std::string root;  // the id of that one
  // The watchdog's own failed attempt left it stopped, or may have: it is started again, as long as no person stopped
  // it.
  bool left_down = false;
  // Of a kRecreate: containers whose namespaces it uses and that are gone, as its configuration calls them, and the
  // ids of those that took their place.
  std::map<std::string, std::string> new_owners;
  std::string reason;
};

// Something worth a line in the log, a row in the history or a word to people. Never twice for the same reason.
struct Report {
  enum class Kind {
    kBegan,       // an episode: seen unhealthy
    kHeld,        // not healed now; the reason says why, and until when
    kHealing,     // a Heal goes out
    kHealFailed,  // and did not work
    kEnded,       // an episode: its outcome says how. Outcome::kGaveUp: the circuit is open
    kRecovered,   // healthy again after its episode had ended: it was given up, or only told
    kFlapping,
    kStormBegan,
    kStormEnded,
    kHostHeld,  // nothing is healed on this host: the engine is away, or was just started, or its disk is full
    kHostFree,
    kPaused,
    kResumed,
    kBadLabel,
  };
  Kind kind = Kind::kBegan;
  std::string reason;
  std::optional<Episode> episode;     // as it is now; empty when it is about the host
  std::optional<Heal> heal;           // of kHealing
  std::optional<Seen> flapping = {};  // of kFlapping, which needs no episode
};

struct Decisions {
  std::vector<Heal> heals;  // in the order in which they have to begin
  std::vector<Report> reports;
  // Ask again, with a Tick, then; empty: only when something happens.
  std::optional<SteadyTime> wake_at;
};

// --- what is remembered
// -----------------------------------------------------------------------------------------------

enum class Circuit { kClosed, kOpen, kTrial };
std::string_view Name(Circuit circuit);

// One watched container, for people.
struct Status {
  std::string service_key;
  std::string project;
  std::string container;
  std::string container_id;
  engine::ContainerState state = engine::ContainerState::kUnknown;
  engine::Health health = engine::Health::kNone;
  int heals_in_window = 0;
  Circuit circuit = Circuit::kClosed;
  bool flapping = false;
  std::string next_action;  // a phrase: "none", "restart", "wait for db", "held: paused" ...
  std::optional<WallTime> next_action_at;
  std::string health_output;
  std::optional<std::uint64_t> episode;  // the open one
};

struct HostStatus {
  std::size_t watched = 0;
  std::size_t in_flight = 0;
  bool storm = false;
  std::string hold;  // why nothing is healed; empty: it is
  std::optional<WallTime> paused_until;
};

class State {
 public:
  State();
  ~State();
  State(State&&) noexcept;
  State& operator=(State&&) noexcept;

  HostStatus Host(Now now) const;
  std::vector<Status> Watched(Now now, const Settings& settings) const;  // in the order of their service keys
  std::map<std::string, WallTime> Pauses(Now now) const;                 // until when, by service key; "" is for all

 private:
  friend Decisions Decide(State& state, const Observation& observation, Now now, const Settings& settings);
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

// `state` moves on. The same states, observations and times give the same decisions: the jitter is drawn from the
// service key and the number of the heal.
Decisions Decide(State& state, const Observation& observation, Now now, const Settings& settings);

}  // namespace berth::watchdog

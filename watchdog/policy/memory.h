// What the policy remembers. Plain values; only the files of this directory see it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "watchdog/policy.h"

namespace berth::watchdog::policy {

// Why nothing is done now, and until when where that is known.
struct Wait {
  std::string reason;  // a sentence
  std::string phrase;  // of the status: "wait for db"
  std::optional<SteadyTime> until;
};

// A heal that went out.
struct Flight {
  std::uint64_t attempt = 0;
  Remedy remedy = Remedy::kRestart;
  SteadyTime began;
  bool silent = false;  // only another look: reported when it turns out to be more
  bool trial = false;
  bool start_seen = false;  // the container was started since
  std::string reason;
};

// A container whose namespace or volumes are used by another.
struct Owner {
  std::string share;         // as the user's configuration calls it
  std::string id;            // empty: not known
  std::string key;           // its service key
  std::uint64_t starts = 0;  // of the owner, when the user joined
};

// A container has to be started again after the owner of its namespace was.
struct Follow {
  Remedy remedy = Remedy::kRestart;
  std::string owner;  // the id of the one that runs now
  std::map<std::string, std::string> new_owners;
  SteadyTime since;
};

struct Container {
  Seen seen;
  std::string key;
  std::string project;
  Rules rules;
  std::uint64_t generation = 0;  // of the last complete list that had it
  bool gone = false;             // kept only until its heal has ended

  std::uint64_t starts = 0;
  SteadyTime started;  // or first seen
  bool started_by_us = false;
  std::optional<SteadyTime> unhealthy_since;
  std::optional<SteadyTime> healthy_since;
  bool turned_healthy = false;  // before our eyes
  std::deque<SteadyTime> transitions;
  std::optional<engine::Health> last_verdict;  // healthy or unhealthy
  std::vector<Owner> owners;
  std::optional<Follow> follow;

  std::optional<SteadyTime> stop_asked;
  std::optional<Episode> story;
  std::string told;                   // the last reason
  std::optional<Episode> last_story;  // it ended, but not the illness
  std::string health_output;
  int heals = 0;  // in this story
  std::optional<Flight> flight;
  std::optional<SteadyTime> verify_until;
  std::optional<SteadyTime> look_again;  // its illness is one that is only reported
  std::optional<SteadyTime> busy_until;
  bool may_be_down = false;  // an attempt failed: it is not known yet what it left behind
  bool left_down = false;
  bool must_recreate = false;
  Wait wait;
  std::uint64_t wanted = 0;  // the last decision in which another one waited for it
};

// What was done about a service, and what may be done still. Only those that were ever ill or held have one.
struct Service {
  std::deque<SteadyTime> heals;  // in the window of the budget
  int in_row = 0;                // heals since it was healthy for long
  SteadyTime not_before;         // from the beginning: when the machine was started
  int restarts_in_vain = 0;
  bool recreated = false;
  bool rolled_back = false;
  std::set<Remedy> impossible;
  Circuit circuit = Circuit::kClosed;
  SteadyTime trial_at;
  std::chrono::milliseconds open_for{0};
  std::optional<SteadyTime> paused_until;
  std::string holder;  // the operation that has its lease
};

struct ByKey {
  bool operator()(const Container* a, const Container* b) const {
    const int keys = a->key.compare(b->key);
    return keys != 0 ? keys < 0 : a->seen.id < b->seen.id;
  }
};
using Containers = std::set<Container*, ByKey>;

struct Host {
  std::optional<SteadyTime> began;  // the first decision
  bool engine_away = false;
  std::optional<SteadyTime> settle_until;
  std::optional<SteadyTime> disk_full_until;
  std::optional<SteadyTime> paused_until;
  bool held = false;  // told so
  bool storm = false;
};

// The container may have another name, or none, before it has ended.
struct InFlight {
  std::string id;
  std::string service_key;
  bool replaces = false;  // another container takes its place
};

struct World {
  std::unordered_map<std::string, Container> containers;           // by id: all that the engine lists
  std::unordered_map<std::string, std::vector<Container*>> named;  // by name, service key, project/service
  Containers minded;                                               // those about which there is something to decide
  Containers sharing;                                              // watched ones that use others' namespaces
  std::map<std::string, Service> services;
  std::map<std::uint64_t, InFlight> flights;  // by attempt
  Host host;
  std::size_t watched = 0;
  std::uint64_t generation = 0;
  std::uint64_t decision = 0;
  std::uint64_t attempts = 0;
  std::uint64_t episodes = 0;
  bool listed = false;         // completely, at least once
  bool starts_changed = true;  // something started, came or went: see who has to follow
};

// One call of Decide.
struct Deciding {
  World& world;
  Now now;
  const Settings& settings;
  Decisions& decisions;

  void WakeAt(SteadyTime time) const {
    if (!decisions.wake_at || time < *decisions.wake_at) decisions.wake_at = time;
  }
  WallTime WallAt(SteadyTime time) const {
    return now.wall + std::chrono::duration_cast<WallTime::duration>(time - now.steady);
  }
};

inline bool IsRunning(const Container& container) { return container.seen.state == engine::ContainerState::kRunning; }
inline bool IsDown(const Container& container) {
  using engine::ContainerState;
  const auto state = container.seen.state;
  return state == ContainerState::kExited || state == ContainerState::kDead || state == ContainerState::kCreated;
}
inline bool IsIll(const Container& container) {
  return IsRunning(container) && container.seen.health == engine::Health::kUnhealthy;
}
inline Facts FactsOf(const Container& container) { return container.seen.facts.value_or(Facts{}); }

// nullptr: nothing was ever done about it.
Service* FindService(World& world, const std::string& key);
const Service* FindService(const World& world, const std::string& key);
Container* FindContainer(World& world, const std::string& id);

}  // namespace berth::watchdog::policy

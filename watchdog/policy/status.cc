#include <algorithm>

#include "watchdog/policy/flap.h"
#include "watchdog/policy/host.h"
#include "watchdog/policy/restraint.h"
#include "watchdog/policy/state.h"
#include "watchdog/policy/waits.h"

namespace berth::watchdog {
namespace {

using policy::Container;
using policy::Service;
using policy::World;

WallTime WallAt(Now now, SteadyTime time) {
  return now.wall + std::chrono::duration_cast<WallTime::duration>(time - now.steady);
}

std::string NextAction(const Container& container, const Status& status) {
  if (container.flight) return std::string(Name(container.flight->remedy));
  if (!container.wait.phrase.empty() && container.story) return container.wait.phrase;
  if (container.verify_until) return "wait until it is healthy";
  return container.last_story && status.circuit == Circuit::kOpen ? "trial" : "none";
}

std::optional<SteadyTime> NextTime(const Container& container, const Service* service, const Status& status) {
  if (container.story && container.wait.until) return container.wait.until;
  if (status.next_action == "trial" && service != nullptr) return service->trial_at;
  return std::nullopt;
}

Status StatusOf(const World& world, const Container& container, Now now, const Settings& settings) {
  const Service* service = policy::FindService(world, container.key);
  Status status{.service_key = container.key,
                .project = container.project,
                .container = container.seen.name,
                .container_id = container.seen.id,
                .state = container.seen.state,
                .health = container.seen.health,
                .heals_in_window = service != nullptr ? policy::HealsInWindow(*service, now, settings) : 0,
                .circuit = policy::CircuitOf(container, service, now, settings),
                .flapping = policy::IsFlapping(container, now, settings)};
  if (container.seen.health != engine::Health::kHealthy) status.health_output = container.health_output;
  if (container.story) status.episode = container.story->id;
  status.next_action = NextAction(container, status);
  if (const auto time = NextTime(container, service, status)) status.next_action_at = WallAt(now, *time);
  return status;
}

}  // namespace

HostStatus State::Host(Now now) const {
  const World& world = memory_->world;
  HostStatus status{.watched = world.watched, .in_flight = world.flights.size(), .storm = world.host.storm};
  if (const auto hold = policy::HostHold(world.host, now)) status.hold = hold->reason;
  const auto& paused = world.host.paused_until;
  if (paused && *paused > now.steady) status.paused_until = WallAt(now, *paused);
  return status;
}

std::map<std::string, WallTime> State::Pauses(Now now) const {
  std::map<std::string, WallTime> pauses;
  const auto note = [&](const std::string& key, const std::optional<SteadyTime>& until) {
    if (until && *until > now.steady) pauses.emplace(key, WallAt(now, *until));
  };
  note("", memory_->world.host.paused_until);
  for (const auto& [key, service] : memory_->world.services) note(key, service.paused_until);
  return pauses;
}

std::vector<Status> State::Watched(Now now, const Settings& settings) const {
  std::vector<Status> all;
  all.reserve(memory_->world.watched);
  for (const auto& [id, container] : memory_->world.containers) {
    if (container.rules.watched) all.push_back(StatusOf(memory_->world, container, now, settings));
  }
  std::sort(all.begin(), all.end(), [](const Status& a, const Status& b) {
    return std::tie(a.service_key, a.container_id) < std::tie(b.service_key, b.container_id);
  });
  return all;
}

}  // namespace berth::watchdog

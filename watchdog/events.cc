#include "watchdog/events.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace berth::watchdog {
namespace {

using engine::ContainerState;
using engine::Event;

constexpr std::string_view kHealth = "health_status: ";
constexpr std::chrono::milliseconds kLate{500};  // at the most, are events after the answer

std::string Attribute(const Event& event, const std::string& key) {
  const auto found = event.attributes.find(key);
  return found == event.attributes.end() ? std::string() : found->second;
}

// INT, QUIT, ABRT, KILL, TERM, and RTMIN+3, which stops a systemd. Others are mostly wishes to reload; where one of
// them is the container's stop signal, the "stop" that follows says so.
bool EndsAProcess(const Event& event) {
  constexpr std::array<std::string_view, 6> kSignals{"2", "3", "6", "9", "15", "37"};
  return std::find(kSignals.begin(), kSignals.end(), Attribute(event, "signal")) != kSignals.end();
}

std::optional<ContainerState> StateAfter(const std::string& action) {
  if (action == "start" || action == "unpause") return ContainerState::kRunning;
  if (action == "pause") return ContainerState::kPaused;
  if (action == "die") return ContainerState::kExited;
  return std::nullopt;
}

bool IsStop(const Event& event) { return event.action == "stop" || (event.action == "kill" && EndsAProcess(event)); }

}  // namespace

const engine::Filters& WantedEvents() {
  static const engine::Filters kWanted = {
      {"type", {"container"}},
      {"event", {"health_status", "start", "die", "destroy", "kill", "stop", "pause", "unpause", "rename"}}};
  return kWanted;
}

std::optional<Observation> ObservationOf(const Event& event) {
  if (event.action == "destroy") return Gone{event.actor_id};
  if (IsStop(event)) return StopAsked{event.actor_id};
  Changed changed{.id = event.actor_id, .health = {}, .state = StateAfter(event.action), .name = {}};
  if (event.action.starts_with(kHealth)) changed.health = engine::ParseHealth(event.action.substr(kHealth.size()));
  if (event.action == "rename") changed.name = Attribute(event, "name");
  if (!changed.health && !changed.state && !changed.name) return std::nullopt;
  return changed;
}

Seen SeenIn(const Event& event) {
  Seen seen{.id = event.actor_id,
            .name = Attribute(event, "name"),
            .image = Attribute(event, "image"),
            .labels = event.attributes,
            .facts = {}};
  seen.labels.erase("name");
  seen.labels.erase("image");
  return seen;
}

void OwnStops::Answered(const std::string& id, SteadyTime now) {
  std::erase_if(until_, [now](const auto& entry) { return entry.second < now; });
  const auto found = until_.find(id);
  if (found != until_.end()) found->second = now + kLate;
}

bool OwnStops::Take(const Event& event, SteadyTime now) {
  const auto found = until_.find(event.actor_id);
  if (found == until_.end()) return false;
  if (found->second < now || event.action == "start" || event.action == "destroy") {
    until_.erase(found);
    return false;
  }
  return IsStop(event);
}

}  // namespace berth::watchdog

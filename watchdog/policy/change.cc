#include "watchdog/policy/change.h"

#include <utility>

#include "watchdog/policy/flap.h"
#include "watchdog/policy/follow.h"
#include "watchdog/policy/register.h"
#include "watchdog/policy/restraint.h"
#include "watchdog/policy/story.h"
#include "watchdog/policy/words.h"

namespace berth::watchdog::policy {
namespace {

using engine::ContainerState;
using engine::Health;

void TurnedUnhealthy(Deciding& d, Container& container) {
  CountTransition(d, container, Health::kUnhealthy);
  Service* service = FindService(d.world, container.key);
  if (service != nullptr && WasHealthyForLong(container, *service, d.now, d.settings)) Forget(*service);
  container.healthy_since.reset();
  container.unhealthy_since = d.now.steady;
  if (!container.verify_until || container.flight || !container.story) return;
  container.verify_until.reset();
  Tell(d, Report::Kind::kHealFailed, container,
       container.seen.name + " is unhealthy again after heal " + std::to_string(container.heals));
}

void EndHealthy(Deciding& d, Container& container) {
  const std::string& name = container.seen.name;
  if (container.heals == 0) {
    return End(d, container, Outcome::kSuperseded, name + " is healthy again by itself");
  }
  if (Service* service = FindService(d.world, container.key)) Helped(*service);
  End(d, container, Outcome::kHealed, name + " is healthy again after " + Plural(container.heals, "heal"));
}

void TurnedHealthy(Deciding& d, Container& container) {
  CountTransition(d, container, Health::kHealthy);
  container.healthy_since = d.now.steady;
  container.turned_healthy = true;
  container.unhealthy_since.reset();
  container.left_down = false;
  if (container.flight) return;
  if (container.story) return EndHealthy(d, container);
  if (!container.last_story) return;
  container.story = std::exchange(container.last_story, std::nullopt);
  Tell(d, Report::Kind::kRecovered, container, container.seen.name + " is healthy again");
  container.story.reset();
}

void Stopped(Deciding& d, Container& container) {
  d.world.starts_changed = true;
  container.unhealthy_since.reset();
  container.healthy_since.reset();
  if (container.stop_asked || container.flight) return;
  if (std::exchange(container.may_be_down, false)) container.left_down = true;
  if (!container.story || container.left_down || container.verify_until) return;
  End(d, container, Outcome::kSuperseded,
      container.seen.name + " has stopped by itself; the watchdog starts nothing that it has not stopped");
}

void Paused(Deciding& d, Container& container) {
  End(d, container, Outcome::kStoppedByOperator, "somebody has paused " + container.seen.name);
}

// A restart that was too quick to be seen shows as a health check that begins anew.
bool LooksRestarted(const Container& container, Health health) {
  const bool checked = container.seen.health == Health::kHealthy || container.seen.health == Health::kUnhealthy;
  return health == Health::kStarting && checked && IsRunning(container);
}

}  // namespace

void Started(Deciding& d, Container& container) {
  ++container.starts;
  container.started = d.now.steady;
  container.started_by_us = container.flight.has_value();
  d.world.starts_changed = true;
  container.left_down = container.may_be_down = false;
  Join(d.world, container);
  container.unhealthy_since.reset();
  container.healthy_since.reset();
  if (container.seen.health != Health::kNone) container.seen.health = Health::kStarting;
  if (container.flight) {
    container.flight->start_seen = true;
    return;
  }
  container.stop_asked.reset();
  if (container.verify_until) return;
  End(d, container, Outcome::kSuperseded, container.seen.name + " was started anew, not by the watchdog");
}

void SetHealth(Deciding& d, Container& container, Health health) {
  if (LooksRestarted(container, health)) Started(d, container);
  if (std::exchange(container.seen.health, health) == health) return;
  if (health == Health::kUnhealthy) TurnedUnhealthy(d, container);
  if (health == Health::kHealthy) TurnedHealthy(d, container);
  Mind(d.world, container);
}

void SetState(Deciding& d, Container& container, ContainerState state) {
  const ContainerState before = std::exchange(container.seen.state, state);
  if (before == state) return;
  const bool was_up =
      before == ContainerState::kRunning || before == ContainerState::kPaused || before == ContainerState::kUnknown;
  if (state == ContainerState::kRunning && !was_up) Started(d, container);
  if (state == ContainerState::kPaused) Paused(d, container);
  if (IsDown(container) && before != ContainerState::kUnknown) Stopped(d, container);
  Mind(d.world, container);
}

Container& MoveTo(Deciding& d, Container& container, const std::string& id) {
  Container* known = FindContainer(d.world, id);
  if (known == nullptr) {
    Seen seen = container.seen;
    seen.id = id;
    seen.facts.reset();
    known = &Register(d, seen);
    known->seen.state = ContainerState::kRunning;
    known->seen.health = seen.health == Health::kNone ? Health::kNone : Health::kStarting;
  }
  known->story = std::exchange(container.story, std::nullopt);
  if (known->story) known->story->container_id = id;
  known->told = container.told;
  known->heals = container.heals;
  known->transitions = container.transitions;
  known->last_verdict = container.last_verdict;
  container.seen.health = Health::kNone;
  d.world.starts_changed = true;
  Mind(d.world, *known);
  return *known;
}

}  // namespace berth::watchdog::policy

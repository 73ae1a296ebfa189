#include "watchdog/policy/observe.h"

#include <algorithm>
#include <utility>

#include "watchdog/policy/change.h"
#include "watchdog/policy/follow.h"
#include "watchdog/policy/register.h"
#include "watchdog/policy/story.h"

namespace berth::watchdog::policy {
namespace {

// What a row says, besides names and labels.
void Update(Deciding& d, Container& container, const Seen& seen) {
  if (seen.facts && !container.seen.facts) LearnFacts(d, container, *seen.facts);
  // In the middle of a restart the engine lists the container as it was before; its end tells how it is.
  if (container.flight) return;
  if (container.seen.state != seen.state) SetState(d, container, seen.state);
  // Of one that does not run, a list tells no health.
  if (IsRunning(container) && container.seen.health != seen.health) SetHealth(d, container, seen.health);
}

// True when it had not been in this list before.
bool See(Deciding& d, const Seen& seen) {
  Container* container = FindContainer(d.world, seen.id);
  if (container == nullptr) {
    container = &Register(d, seen);
    Update(d, *container, seen);
    container->turned_healthy = false;  // who knows since when it is
  } else {
    if (container->seen.name != seen.name || container->seen.labels != seen.labels) Rename(d, *container, seen);
    Update(d, *container, seen);
  }
  container->gone = false;
  return std::exchange(container->generation, d.world.generation) != d.world.generation;
}

void Lost(Deciding& d, Container& container) {
  d.world.starts_changed = true;
  if (container.flight) {
    container.gone = true;
    return;
  }
  const Service* service = FindService(d.world, container.key);
  const auto named = d.world.named.find(container.key);
  const bool replaced =
      (service != nullptr && !service->holder.empty()) || (named != d.world.named.end() && named->second.size() > 1);
  const std::string& name = container.seen.name;
  if (replaced) {
    End(d, container, Outcome::kSuperseded, name + " was made anew by somebody else");
  } else {
    End(d, container, Outcome::kVanished, name + " was removed");
  }
  Remove(d, container);
}

void Complete(Deciding& d, std::size_t listed) {
  d.world.listed = true;
  if (listed == d.world.containers.size()) return;
  std::vector<std::string> missing;
  for (const auto& [id, container] : d.world.containers) {
    if (container.generation != d.world.generation) missing.push_back(id);
  }
  std::sort(missing.begin(), missing.end());
  for (const auto& id : missing) Lost(d, *FindContainer(d.world, id));
}

// Of two that were started since the last list nobody knows the order: whoever uses the other's namespace was the later
// one, as the engine starts them after a boot. If it was not, its health check will tell.
void JoinStarted(Deciding& d) {
  for (Container* container : d.world.sharing) {
    if (container->started == d.now.steady) Join(d.world, *container);
  }
}

// Whatever a failed attempt left behind has shown by now.
void SettleDoubts(Deciding& d) {
  for (Container* container : d.world.minded) {
    if (IsRunning(*container)) container->may_be_down = false;
  }
}

}  // namespace

void Observe(Deciding& d, const Listed& listed) {
  if (listed.complete) ++d.world.generation;
  std::size_t count = 0;
  for (const auto& seen : listed.containers) count += See(d, seen) ? 1 : 0;
  JoinStarted(d);
  if (!listed.complete) return;
  Complete(d, count);
  SettleDoubts(d);
}

void Observe(Deciding& d, const Changed& changed) {
  Container* container = FindContainer(d.world, changed.id);
  if (container == nullptr) return;
  if (changed.name && *changed.name != container->seen.name) {
    Seen renamed = container->seen;
    renamed.name = *changed.name;
    Rename(d, *container, renamed);
  }
  if (changed.state) SetState(d, *container, *changed.state);
  if (changed.health) SetHealth(d, *container, *changed.health);
}

void Observe(Deciding& d, const Gone& gone) {
  if (Container* container = FindContainer(d.world, gone.id)) Lost(d, *container);
}

void Observe(Deciding& d, const StopAsked& asked) {
  Container* container = FindContainer(d.world, asked.id);
  if (container == nullptr) return;
  container->stop_asked = d.now.steady;
  container->left_down = container->may_be_down = false;
  End(d, *container, Outcome::kStoppedByOperator, "somebody asked the engine to stop " + container->seen.name);
  Mind(d.world, *container);
}

}  // namespace berth::watchdog::policy

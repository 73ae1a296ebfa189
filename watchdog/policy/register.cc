#include "watchdog/policy/register.h"

#include <algorithm>

#include "engine/service_key.h"
#include "watchdog/policy/follow.h"
#include "watchdog/policy/restraint.h"
#include "watchdog/policy/story.h"

namespace berth::watchdog::policy {
namespace {

// Two at the most where Compose made it, else one.
std::vector<std::string> NamesOf(const Container& container) {
  std::vector<std::string> names{container.seen.name};
  if (container.key == container.seen.name) return names;
  names.push_back(container.key);
  names.push_back(container.key.substr(0, container.key.rfind('/')));
  return names;
}

void Enter(World& world, Container& container) {
  for (const auto& name : NamesOf(container)) world.named[name].push_back(&container);
  if (container.rules.watched) ++world.watched;
  if (container.rules.watched && !container.owners.empty()) world.sharing.insert(&container);
  if (IsMinded(container)) world.minded.insert(&container);
}

void Leave(World& world, Container& container) {
  for (const auto& name : NamesOf(container)) {
    auto& list = world.named[name];
    std::erase(list, &container);
    if (list.empty()) world.named.erase(name);
  }
  if (container.rules.watched) --world.watched;
  world.sharing.erase(&container);
  world.minded.erase(&container);
}

// REQUIRES: it is not entered.
void ReadLabels(Deciding& d, Container& container) {
  const Seen& seen = container.seen;
  const auto complaints = std::move(container.rules.complaints);
  container.key = engine::ServiceKeyOf(seen.name, seen.labels);
  container.project = engine::LabelOf(seen.labels, "com.docker.compose.project");
  container.rules = ReadRules(d.settings, seen.name, seen.labels,
                              seen.facts ? seen.facts->stop_timeout : std::optional<std::chrono::seconds>());
  for (const auto& complaint : container.rules.complaints) {
    if (std::find(complaints.begin(), complaints.end(), complaint) != complaints.end()) continue;
    TellOfHost(d, Report::Kind::kBadLabel, complaint);
  }
}

}  // namespace

Container& Register(Deciding& d, const Seen& seen) {
  Container& container = d.world.containers[seen.id];
  container.seen = seen;
  container.seen.facts.reset();
  container.seen.state = engine::ContainerState::kUnknown;
  container.seen.health = engine::Health::kNone;
  container.started = d.now.steady;
  ReadLabels(d, container);
  Enter(d.world, container);
  d.world.starts_changed = true;
  if (seen.facts) LearnFacts(d, container, *seen.facts);
  return container;
}

void Rename(Deciding& d, Container& container, const Seen& seen) {
  Leave(d.world, container);
  container.seen.name = seen.name;
  container.seen.labels = seen.labels;
  container.seen.image = seen.image;
  ReadLabels(d, container);
  Enter(d.world, container);
  if (!container.rules.watched) {
    End(d, container, Outcome::kSuperseded, container.seen.name + " is not watched any more");
  }
}

void LearnFacts(Deciding& d, Container& container, const Facts& facts) {
  Leave(d.world, container);
  container.seen.facts = facts;
  ReadLabels(d, container);
  for (const auto& share : facts.shares) container.owners.push_back({.share = share});
  Enter(d.world, container);
  Join(d.world, container);
  d.world.starts_changed = true;
}

void Remove(Deciding& d, Container& container) {
  Leave(d.world, container);
  d.world.containers.erase(std::string(container.seen.id));
}

bool IsMinded(const Container& container) {
  return (container.rules.watched && IsIll(container)) || container.story || container.flight || container.follow ||
         container.left_down;
}

void Mind(World& world, Container& container) {
  if (IsMinded(container)) world.minded.insert(&container);
}

Service& ServiceOf(World& world, const std::string& key) { return world.services[key]; }

void DropServices(Deciding& d) {
  std::erase_if(d.world.services, [&](const auto& entry) {
    const auto& [key, service] = entry;
    return !d.world.named.contains(key) && HealsInWindow(service, d.now, d.settings) == 0 && !service.paused_until &&
           service.holder.empty() && (service.circuit == Circuit::kClosed || service.trial_at < d.now.steady);
  });
}

}  // namespace berth::watchdog::policy

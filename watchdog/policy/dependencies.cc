#include "watchdog/policy/dependencies.h"

#include <algorithm>
#include <unordered_set>

#include "watchdog/policy/words.h"

namespace berth::watchdog::policy {
namespace {

using engine::ContainerState;
using engine::Health;
using std::chrono::milliseconds;

constexpr milliseconds kSettleMargin{1'000};

void AddNamed(World& world, const std::string& name, std::vector<Container*>& found) {
  const auto named = world.named.find(name);
  if (named != world.named.end()) found.insert(found.end(), named->second.begin(), named->second.end());
}

std::vector<Container*> WatchedRoots(World& world, const Container& container) {
  std::vector<Container*> roots;
  const auto add = [&](const std::string& name) {
    for (Container* root : Resolve(world, container, name)) {
      if (root->rules.watched && root != &container) roots.push_back(root);
    }
  };
  for (const auto& name : container.rules.depends_on) add(name);
  for (const auto& owner : container.owners) {
    add(owner.share);
    if (!owner.key.empty()) add(owner.key);  // whoever took its place
  }
  std::sort(roots.begin(), roots.end(), ByKey());
  return roots;
}

// All watched containers that `container` depends on, near or far, nearest first; in a cycle not itself.
std::vector<Container*> Ancestors(World& world, const Container& container) {
  std::vector<Container*> all;
  std::unordered_set<const Container*> seen{&container};
  const auto add = [&](const Container& of) {
    for (Container* root : WatchedRoots(world, of)) {
      if (seen.insert(root).second) all.push_back(root);
    }
  };
  add(container);
  for (std::size_t i = 0; i < all.size(); ++i) add(*all[i]);
  return all;
}

bool DependsOn(World& world, const Container& container, const Container& root) {
  const auto ancestors = Ancestors(world, container);
  return std::find(ancestors.begin(), ancestors.end(), &root) != ancestors.end();
}

// Somebody or something will cure it soon: us, or the engine. What was given up holds nobody else until its trial.
bool IsCurable(const Deciding& d, const Container& root) {
  const Service* service = FindService(d.world, root.key);
  if (service != nullptr && service->circuit == Circuit::kOpen && service->trial_at > d.now.steady) return false;
  return root.rules.action != Action::kNone && root.rules.action != Action::kNotify && !root.look_again;
}

bool IsSick(const Container& root) {
  if (root.flight || root.left_down) return true;
  if (root.seen.state == ContainerState::kRestarting) return true;
  return IsRunning(root) && (root.seen.health == Health::kUnhealthy || root.seen.health == Health::kStarting);
}

std::optional<SteadyTime> SettlesAt(const Container& root, const Container& dependant) {
  if (!root.turned_healthy || !root.healthy_since || !IsIll(dependant) || dependant.follow) return std::nullopt;
  const Facts facts = FactsOf(dependant);
  return *root.healthy_since + facts.check_interval + facts.check_timeout + kSettleMargin;
}

std::optional<Wait> WaitFor(const Deciding& d, const Container& root, const Container& dependant) {
  const std::string& name = root.seen.name;
  if (IsSick(root) && IsCurable(d, root)) {
    return Wait{name + ", which it depends on, is healed first", "wait for " + name, std::nullopt};
  }
  const auto settled = SettlesAt(root, dependant);
  if (!settled || *settled <= d.now.steady) return std::nullopt;
  return Wait{name + ", which it depends on, is healthy again: it has time for one more check of its own",
              "wait for " + name, settled};
}

// In a cycle everybody would wait for everybody: the lesser service key does not.
bool GoesBefore(World& world, const Container& container, const Container& root) {
  return ByKey()(&container, &root) && DependsOn(world, root, container);
}

}  // namespace

std::vector<Container*> Resolve(World& world, const Container& container, const std::string& name) {
  std::vector<Container*> found;
  if (Container* by_id = FindContainer(world, name)) found.push_back(by_id);
  AddNamed(world, name, found);
  if (!container.project.empty()) AddNamed(world, container.project + "/" + name, found);
  return found;
}

std::optional<Wait> WaitForRoot(Deciding& d, Container& container) {
  for (Container* root : Ancestors(d.world, container)) {
    auto wait = WaitFor(d, *root, container);
    if (!wait || GoesBefore(d.world, container, *root)) continue;
    root->wanted = d.world.decision;
    return wait;
  }
  return std::nullopt;
}

}  // namespace berth::watchdog::policy

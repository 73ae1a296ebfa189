#include "watchdog/policy/follow.h"

#include <algorithm>

#include "watchdog/policy/dependencies.h"
#include "watchdog/policy/restraint.h"

namespace berth::watchdog::policy {
namespace {

using engine::ContainerState;
using engine::Health;
using std::chrono::milliseconds;

// Whoever restarted the owner by hand may be about to restart its dependants too.
constexpr milliseconds kCourtesy{5'000};

Container* OwnerNow(World& world, const Container& container, const std::string& share) {
  for (Container* found : Resolve(world, container, share)) {
    if (found != &container && !found->gone) return found;
  }
  return nullptr;
}

// The one that has taken the owner's place under its service key.
Container* Replacement(World& world, const Container& container, const Owner& owner) {
  const auto named = world.named.find(owner.key);
  if (named == world.named.end()) return nullptr;
  const auto found = std::find_if(named->second.begin(), named->second.end(), [&](const Container* other) {
    return other != &container && other->seen.id != owner.id && !other->gone && IsRunning(*other);
  });
  return found == named->second.end() ? nullptr : *found;
}

bool IsGone(const Container* container) { return container == nullptr || container->gone; }

void Look(Deciding& d, Container& container, const Owner& owner, std::optional<Follow>& follow) {
  Container* now = FindContainer(d.world, owner.id);
  if (!IsGone(now) && IsRunning(*now)) {
    if (now->starts == owner.starts || follow) return;
    follow = Follow{Remedy::kRestart, now->seen.id, {}, d.now.steady};
    return;
  }
  const Container* replacement = owner.key.empty() ? nullptr : Replacement(d.world, container, owner);
  if (replacement == nullptr) return;
  if (!follow) follow = Follow{Remedy::kRecreate, replacement->seen.id, {}, d.now.steady};
  follow->remedy = Remedy::kRecreate;
  follow->new_owners[owner.share] = replacement->seen.id;
}

// It may have been given up because its owner was gone.
void HopeAgain(World& world, const Container& container) {
  Service* service = FindService(world, container.key);
  if (service != nullptr && service->impossible.erase(Remedy::kRecreate) > 0) Forget(*service);
}

void Update(Deciding& d, Container& container) {
  std::optional<Follow> follow;
  for (Owner& owner : container.owners) {
    if (owner.id.empty()) {
      if (const Container* found = OwnerNow(d.world, container, owner.share)) {
        owner = {owner.share, found->seen.id, found->key, found->starts};
      }
    }
    Look(d, container, owner, follow);
  }
  const bool same = follow && container.follow && container.follow->owner == follow->owner;
  if (same) follow->since = container.follow->since;
  container.follow = std::move(follow);
  if (!container.follow) return;
  d.world.minded.insert(&container);
  if (!same) HopeAgain(d.world, container);
}

bool IsReady(const Container& owner) {
  if (!IsRunning(owner) || owner.flight || owner.seen.health == Health::kStarting) return false;
  return owner.seen.health != Health::kUnhealthy || !owner.rules.watched;
}

}  // namespace

void Join(World& world, Container& container) {
  container.follow.reset();
  for (Owner& owner : container.owners) {
    const Container* now = OwnerNow(world, container, owner.share);
    if (now != nullptr) owner = {owner.share, now->seen.id, now->key, now->starts};
  }
}

void UpdateFollowers(Deciding& d) {
  if (!d.world.starts_changed) return;
  d.world.starts_changed = false;
  for (Container* container : d.world.sharing) Update(d, *container);
}

bool HasToFollow(Deciding& d, const Container& container) {
  if (!container.follow || container.gone) return false;
  if (!IsRunning(container) && container.seen.state != ContainerState::kRestarting) return false;
  const Container* owner = FindContainer(d.world, container.follow->owner);
  if (IsGone(owner) || !IsReady(*owner)) return false;
  const Service* service = FindService(d.world, owner->key);
  if (service != nullptr && !service->holder.empty()) return false;
  const auto begin = container.follow->since + kCourtesy;
  if (owner->started_by_us || begin <= d.now.steady) return true;
  d.WakeAt(begin);
  return false;
}

bool IsOrphan(World& world, const Container& container) {
  return world.listed && !container.owners.empty() &&
         std::any_of(container.owners.begin(), container.owners.end(), [&](const Owner& owner) {
           return IsGone(FindContainer(world, owner.id)) && OwnerNow(world, container, owner.share) == nullptr;
         });
}

}  // namespace berth::watchdog::policy

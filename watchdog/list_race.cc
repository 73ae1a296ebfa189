#include "watchdog/list_race.h"

#include <set>

namespace berth::watchdog {

void ListRace::Note(const Seen& seen, const Observation& what) {
  Newer& newer = newer_.try_emplace(seen.id, Newer{.seen = seen, .changed = {}}).first->second;
  if (std::holds_alternative<Gone>(what)) newer.gone = true;
  const auto* changed = std::get_if<Changed>(&what);
  if (changed == nullptr) return;
  if (changed->state) newer.changed.state = changed->state;
  if (changed->health) newer.changed.health = changed->health;
  if (changed->name) newer.changed.name = changed->name;
  // A start begins the health check anew, whatever was said before.
  if (changed->state == engine::ContainerState::kRunning) newer.changed.health = changed->health;
}

void ListRace::NoteHeal(const std::string& id, engine::ContainerState state) {
  healed_[id] = state;
  const auto found = newer_.find(id);
  if (found == newer_.end()) return;
  found->second.changed.state.reset();
  found->second.changed.health.reset();
}

bool ListRace::IsGone(const std::string& id) const {
  const auto found = newer_.find(id);
  return found != newer_.end() && found->second.gone;
}

void ListRace::Update(Seen& seen) const {
  if (const auto healed = healed_.find(seen.id); healed != healed_.end()) {
    seen.health = engine::Health::kNone;
    seen.state = healed->second;
  }
  const auto found = newer_.find(seen.id);
  if (found == newer_.end()) return;
  const Changed& changed = found->second.changed;
  if (changed.name) seen.name = *changed.name;
  if (changed.state) {
    // The list's word on its health is from before that.
    seen.health = engine::Health::kNone;
    seen.state = *changed.state;
  }
  if (changed.health) seen.health = *changed.health;
}

void ListRace::Settle(Listed& listed) const {
  std::erase_if(listed.containers, [&](const Seen& seen) { return IsGone(seen.id); });
  std::set<std::string> there;
  for (auto& seen : listed.containers) {
    if (newer_.contains(seen.id)) there.insert(seen.id);
    Update(seen);
  }
  if (!listed.complete) return;
  for (const auto& [id, newer] : newer_) {
    if (newer.gone || there.contains(id)) continue;
    Update(listed.containers.emplace_back(newer.seen));
  }
}

}  // namespace berth::watchdog

#include "agent/operations/owners.h"

#include <algorithm>

#include "agent/operations/json_access.h"
#include "agent/operations/upgrade_plan.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using boost::json::object;
using engine::ContainerDetails;

// From an id or a name to whether the container has to run for the one that refers to it to start.
using References = std::map<std::string, bool>;

References ReferencesOf(const ContainerDetails& container) {
  References references;
  const object& host = ObjectAt(container.raw, "HostConfig");
  for (const auto& entry : ArrayAt(host, "VolumesFrom")) {
    const std::string text = StringOf(entry);
    references[text.substr(0, text.find(':'))] = false;
  }
  for (const auto* field : kSharedModes) {
    const std::string mode = StringAt(host, field);
    if (mode.starts_with(kOfContainer)) references[mode.substr(kOfContainer.size())] = true;
  }
  return references;
}

Error OwnerGone(const std::string& reference) {
  return {Code::kFailedPrecondition,
          "OWNER_GONE",
          "container " + reference.substr(0, 12) +
              ", whose namespace or volumes it uses, is gone, and none is known to have taken its place: make both "
              "anew with what made them",
          {{"container", reference}}};
}

Error OwnerNotRunning(const std::string& name) {
  return {Code::kFailedPrecondition,
          "OWNER_NOT_RUNNING",
          "container " + name + ", whose namespace it uses, does not run: start that one first",
          {{"container", name}}};
}

// One that was put aside is there, but serves nobody.
bool Serves(const std::string& name) { return engine::OwnerOfSideName(name).empty(); }

// Nothing for one that is not there, or does not serve.
ResultTask<std::optional<ContainerDetails>> Serving(engine::Engine& engine, std::string id) {
  auto found = co_await engine.Inspect(std::move(id));
  if (!found && found.error().code != Code::kNotFound) co_return found.error();
  if (!found || !Serves(found->name)) co_return std::optional<ContainerDetails>();
  co_return std::optional(std::move(*found));
}

// Empty when none says that it came after this one.
ResultTask<std::string> HeirOf(engine::Engine& engine, std::string reference) {
  auto heirs = co_await engine.List(true, {{"label", {std::string(kReplacesLabel)}}});
  if (!heirs) co_return heirs.error();
  const auto heir = std::find_if(heirs->begin(), heirs->end(), [&](const auto& candidate) {
    return Serves(candidate.name) && ComesAfter(candidate.labels, reference);
  });
  co_return heir == heirs->end() ? std::string() : heir->id;
}

// Where to look for the one that took its place, the surest first.
ResultTask<std::vector<std::string>> Candidates(engine::Engine& engine, std::string reference, Owners known) {
  std::vector<std::string> candidates;
  auto aside = co_await engine.Inspect(reference);
  if (!aside && aside.error().code != Code::kNotFound) co_return aside.error();
  if (aside) candidates.push_back(engine::OwnerOfSideName(aside->name));
  auto heir = co_await HeirOf(engine, reference);
  if (!heir) co_return heir.error();
  candidates.push_back(std::move(*heir));
  candidates.push_back(known[reference]);
  std::erase(candidates, "");
  co_return candidates;
}

ResultTask<ContainerDetails> OwnerToday(engine::Engine& engine, std::string reference, Owners known) {
  auto owner = co_await Serving(engine, reference);
  if (!owner) co_return owner.error();
  if (*owner) co_return std::move(**owner);
  auto candidates = co_await Candidates(engine, reference, std::move(known));
  if (!candidates) co_return candidates.error();
  for (const auto& candidate : *candidates) {
    auto found = co_await Serving(engine, candidate);
    if (!found) co_return found.error();
    if (*found) co_return std::move(**found);
  }
  co_return OwnerGone(reference);
}

bool IsMeantBy(const ContainerDetails& owner, const std::string& reference) {
  return owner.name == reference || owner.id.starts_with(reference);
}

}  // namespace

ResultTask<Owners> FindOwners(engine::Engine& engine, ContainerDetails container, Owners known, bool shall_run) {
  Owners owners;
  for (const auto& [reference, has_to_run] : ReferencesOf(container)) {
    auto owner = co_await OwnerToday(engine, reference, known);
    if (!owner) co_return owner.error();
    if (shall_run && has_to_run && !RunsOrWill(*owner)) co_return OwnerNotRunning(owner->name);
    if (!IsMeantBy(*owner, reference)) owners[reference] = owner->id;
  }
  co_return owners;
}

ResultTask<std::set<std::string>> BorrowedVolumes(engine::Engine& engine, ContainerDetails container, Owners owners) {
  std::set<std::string> volumes;
  for (const auto& entry : ArrayAt(ObjectAt(container.raw, "HostConfig"), "VolumesFrom")) {
    const std::string text = StringOf(entry);
    const std::string reference = text.substr(0, text.find(':'));
    auto lender = co_await engine.Inspect(owners.contains(reference) ? owners[reference] : reference);
    if (!lender && lender.error().code != Code::kNotFound) co_return lender.error();
    if (!lender) continue;
    for (const auto& mount : ArrayAt(lender->raw, "Mounts")) {
      if (mount.is_object()) volumes.insert(StringAt(mount.get_object(), "Name"));
    }
  }
  co_return volumes;
}

ResultTask<bool> CanStartAgain(engine::Engine& engine, ContainerDetails container) {
  for (const auto& [reference, has_to_run] : ReferencesOf(container)) {
    if (!has_to_run) continue;
    auto owner = co_await engine.Inspect(reference);
    if (!owner && owner.error().code != Code::kNotFound) co_return owner.error();
    if (!owner || !RunsOrWill(*owner)) co_return false;
  }
  co_return true;
}

}  // namespace berth::agent

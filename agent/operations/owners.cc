#include "agent/operations/owners.h"

#include <algorithm>
#include <set>

#include "agent/operations/json_access.h"
#include "agent/operations/upgrade_plan.h"

namespace berth::agent {
namespace {

using boost::json::object;
using engine::ContainerDetails;

std::set<std::string> References(const ContainerDetails& container) {
  std::set<std::string> references;
  const object& host = ObjectAt(container.raw, "HostConfig");
  for (const auto* field : kSharedModes) {
    const std::string mode = StringAt(host, field);
    if (mode.starts_with(kOfContainer)) references.insert(mode.substr(kOfContainer.size()));
  }
  for (const auto& entry : ArrayAt(host, "VolumesFrom")) {
    const std::string text = StringOf(entry);
    references.insert(text.substr(0, text.find(':')));
  }
  return references;
}

Error OwnerGone(const std::string& reference) {
  return {
      Code::kFailedPrecondition,
      "OWNER_GONE",
      "container " + reference.substr(0, 12) +
          ", whose namespace or volumes it uses, is gone, and none says that it took its place: make both anew with "
          "what made them",
      {{"container", reference}}};
}

// One that an upgrade put aside is there, but serves nobody.
bool Serves(const std::string& name) { return OwnerOfSideName(name).empty(); }

ResultTask<std::string> Successor(engine::Engine& engine, std::string reference) {
  auto heirs = co_await engine.List(true, {{"label", {std::string(kReplacesLabel)}}});
  if (!heirs) co_return heirs.error();
  const auto heir = std::find_if(heirs->begin(), heirs->end(), [&](const auto& candidate) {
    return Serves(candidate.name) && ComesAfter(candidate.labels, reference);
  });
  if (heir == heirs->end()) co_return OwnerGone(reference);
  co_return heir->id;
}

}  // namespace

ResultTask<Owners> FindOwners(engine::Engine& engine, ContainerDetails container) {
  Owners owners;
  for (const auto& reference : References(container)) {
    auto owner = co_await engine.Inspect(reference);
    if (!owner && owner.error().code != Code::kNotFound) co_return owner.error();
    if (owner && Serves(owner->name)) continue;
    auto heir = co_await Successor(engine, reference);
    if (!heir) co_return heir.error();
    owners[reference] = *heir;
  }
  co_return owners;
}

}  // namespace berth::agent

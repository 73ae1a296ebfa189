#include "agent/operations/stranded.h"

#include <algorithm>
#include <map>

#include "agent/operations/dependants.h"
#include "agent/operations/json_access.h"
#include "agent/operations/owners.h"
#include "agent/operations/upgrade_plan.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;

constexpr std::chrono::minutes kStillOurs{10};  // as in rebuild.cc

bool Serves(const ContainerDetails& container) { return engine::OwnerOfSideName(container.name).empty(); }

bool IsThere(const std::string& owner, const std::vector<ContainerDetails>& all) {
  return std::any_of(all.begin(), all.end(), [&](const auto& it) {
    return (it.id == owner || it.name == owner) && (Serves(it) || RunsOrWill(it));
  });
}

bool TookItsPlace(const ContainerDetails& container, const std::string& owner, const std::set<std::string>& lost) {
  const auto operation = engine::LabelOf(container.labels, std::string(kOperationLabel));
  return Serves(container) && RunsOrWill(container) && ComesAfter(container.labels, owner) && lost.contains(operation);
}

bool IsStranded(const ContainerDetails& container, const std::vector<ContainerDetails>& all,
                const std::set<std::string>& lost, WallTime now) {
  const auto& host = ObjectAt(container.raw, "HostConfig");
  return std::any_of(kSharedModes.begin(), kSharedModes.end(), [&](const char* field) {
    const std::string mode = StringAt(host, field);
    if (!mode.starts_with(kOfContainer)) return false;
    const std::string owner = mode.substr(kOfContainer.size());
    const auto successor =
        std::find_if(all.begin(), all.end(), [&](const auto& it) { return TookItsPlace(it, owner, lost); });
    if (IsThere(owner, all) || successor == all.end() || successor->created_at < now - kStillOurs) return false;
    return RunsOrWill(container) || container.finished_at >= successor->created_at;
  });
}

}  // namespace

std::vector<Dependant> StrandedOf(const std::vector<ContainerDetails>& all, const std::set<std::string>& lost,
                                  WallTime now) {
  std::vector<ContainerDetails> serving;
  std::copy_if(all.begin(), all.end(), std::back_inserter(serving), Serves);
  std::map<std::string, Dependant> found;
  const auto add = [&](const Dependant& dependant) {
    auto& known = found.try_emplace(dependant.id, dependant).first->second;
    known.depth = std::max(known.depth, dependant.depth);
  };
  for (const auto& it : serving) {
    if (!IsStranded(it, all, lost, now)) continue;
    add({it.id, it.name, engine::ServiceKeyOf(it.name, it.labels), true, 0});
    for (const auto& deeper : DependantsOf(it, serving)) add(deeper);
  }
  std::vector<Dependant> stranded;
  for (const auto& [id, dependant] : found) stranded.push_back(dependant);
  std::stable_sort(stranded.begin(), stranded.end(),
                   [](const auto& left, const auto& right) { return left.depth < right.depth; });
  return stranded;
}

}  // namespace berth::agent

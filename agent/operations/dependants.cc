#include "agent/operations/dependants.h"

#include <algorithm>
#include <map>
#include <utility>

#include "agent/operations/json_access.h"
#include "agent/operations/owners.h"
#include "agent/operations/recreate.h"
#include "agent/operations/upgrade_plan.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;

constexpr const char* kWordsOfModes[] = {"network", "IPC", "PID"};  // as kSharedModes

// How deep each lives, by id; a chain is at most as long as there are containers.
std::map<std::string, int> DepthsBelow(const ContainerDetails& container, const std::vector<ContainerDetails>& all) {
  std::map<std::string, int> depths;
  const auto depth_with = [&](const ContainerDetails& it) {
    int depth = SharesWith(it, container.id, container.name) ? 1 : 0;
    for (const auto& owner : all) {
      const auto found = depths.find(owner.id);
      if (found != depths.end() && SharesWith(it, owner.id, owner.name)) depth = std::max(depth, found->second + 1);
    }
    return depth;
  };
  for (std::size_t round = 0; round < all.size(); ++round) {
    const auto before = depths;
    for (const auto& it : all) {
      const int depth = it.id == container.id ? 0 : depth_with(it);
      if (depth > 0) depths[it.id] = depth;
    }
    if (depths == before) break;
  }
  return depths;
}

}  // namespace

ResultTask<std::vector<ContainerDetails>> ServingContainers(engine::Engine& engine) {
  auto all = co_await engine.List(true, {});
  if (!all) co_return all.error();
  std::vector<ContainerDetails> serving;
  for (const auto& summary : *all) {
    if (!engine::OwnerOfSideName(summary.name).empty()) continue;
    auto container = co_await engine.Inspect(summary.id);
    if (container)
      serving.push_back(std::move(*container));
    else if (container.error().code != Code::kNotFound)
      co_return container.error();
  }
  co_return serving;
}

std::vector<Dependant> DependantsOf(const ContainerDetails& container, const std::vector<ContainerDetails>& all) {
  const auto depths = DepthsBelow(container, all);
  std::vector<Dependant> dependants;
  for (const auto& it : all) {
    const auto depth = depths.find(it.id);
    if (depth == depths.end()) continue;
    dependants.push_back({it.id, it.name, engine::ServiceKeyOf(it.name, it.labels), RunsOrWill(it), depth->second});
  }
  std::sort(dependants.begin(), dependants.end(), [](const auto& left, const auto& right) {
    return std::pair(left.depth, left.name) < std::pair(right.depth, right.name);
  });
  return dependants;
}

std::string SharedNamespaces(const ContainerDetails& dependant, std::string_view id, std::string_view name) {
  const auto& host = ObjectAt(dependant.raw, "HostConfig");
  std::string words;
  for (std::size_t i = 0; i < kSharedModes.size(); ++i) {
    const std::string mode = StringAt(host, kSharedModes[i]);
    if (!mode.starts_with(kOfContainer)) continue;
    const std::string owner = mode.substr(kOfContainer.size());
    if (owner == id || owner == name) words += (words.empty() ? "" : " and ") + std::string(kWordsOfModes[i]);
  }
  return words;
}

bool UsesVolumesOf(const ContainerDetails& container, const ContainerDetails& other) {
  const auto& sources = ArrayAt(ObjectAt(container.raw, "HostConfig"), "VolumesFrom");
  return std::any_of(sources.begin(), sources.end(), [&](const auto& source) {
    const std::string text = StringOf(source);
    const std::string from = text.substr(0, text.find(':'));
    return from == other.id || from == other.name;
  });
}

bool LostItsNamespace(const Dependant& dependant, const ContainerDetails& now, const ContainerDetails& owner) {
  return dependant.ran && (!RunsOrWill(now) || now.started_at < owner.started_at);
}

std::string DescribeRenewal(const std::vector<Dependant>& dependants) {
  std::string text = "Make anew what lives in its namespaces: ";
  for (const auto& dependant : dependants) text += (&dependant == dependants.data() ? "" : ", ") + dependant.name;
  return text;
}

}  // namespace berth::agent

// What the replacement of a container means for those that live with it.
#include <algorithm>

#include "agent/operations/dependants.h"
#include "agent/operations/preflight.h"
#include "agent/operations/recreate.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;

const ContainerDetails& ById(const std::vector<ContainerDetails>& all, const std::string& id) {
  return *std::find_if(all.begin(), all.end(), [&](const auto& it) { return it.id == id; });
}

// "container sidecar, which lives in its network namespace"
std::string Introduce(const ContainerDetails& dependant, const ContainerDetails& container) {
  const std::string shared = SharedNamespaces(dependant, container.id, container.name);
  return "container " + dependant.name +
         (shared.empty() ? ", which lives with one that lives with it"
                         : ", which lives in its " + shared + " namespace");
}

// Why it can't be made anew; an engine that does not answer is an error instead.
ResultTask<std::vector<std::string>> WhyNot(engine::Engine& engine, SpecStore& specs, Dependant dependant,
                                            ContainerDetails container) {
  Request request;
  request.kind = Kind::kRecreate;
  request.start = dependant.ran;
  auto preflight = co_await PreflightRecreate(engine, specs, request, container, "<operation>");
  if (preflight) co_return std::move(preflight->plan.refusals);
  if (preflight.error().code != Code::kFailedPrecondition) co_return preflight.error();
  co_return std::vector<std::string>{preflight.error().message};
}

// Those that only refer to it.
void TellUsers(const ContainerDetails& container, const std::vector<ContainerDetails>& all, Plan& plan) {
  for (const auto& other : all) {
    if (UsesVolumesOf(other, container)) {
      plan.warnings.push_back("container " + other.name + " uses its volumes: they stay, and it is left as it is");
    }
    if (LinksTo(other, container.name)) {
      plan.refusals.push_back("container " + other.name +
                              " links to it (--link) and would go on looking for the old one: give both a network with "
                              "aliases instead, or remove that container first");
    }
  }
}

}  // namespace

ResultTask<> PlanDependants(engine::Engine& engine, SpecStore& specs, ContainerDetails container,
                            std::vector<ContainerDetails> others, Preflight& preflight) {
  std::erase_if(others, [](const auto& it) { return !engine::OwnerOfSideName(it.name).empty(); });  // they serve nobody
  Plan& plan = preflight.plan;
  TellUsers(container, others, plan);
  preflight.record.dependants = DependantsOf(container, others);
  for (const auto& dependant : preflight.record.dependants) {
    const ContainerDetails& it = ById(others, dependant.id);
    auto refusals = co_await WhyNot(engine, specs, dependant, it);
    if (!refusals) co_return refusals.error();
    const std::string who = Introduce(it, container);
    for (const auto& refusal : *refusals) plan.refusals.push_back(who + ", can't be made anew: " + refusal);
    plan.warnings.push_back(who + ", is made anew afterwards" + (dependant.ran ? "" : ", and stays stopped"));
  }
  const auto& dependants = preflight.record.dependants;
  if (!dependants.empty()) plan.steps.insert(plan.steps.end() - 1, DescribeRenewal(dependants));
  co_return Result<>();
}

}  // namespace berth::agent

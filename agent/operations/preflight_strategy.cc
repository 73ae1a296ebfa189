// STOP_FIRST or START_FIRST: what the containers and their labels say, put into a plan and its record.
#include "agent/operations/away.h"
#include "agent/operations/preflight.h"
#include "agent/operations/strategy.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;

// Who is in front of it. A label that is wrong keeps it from START_FIRST, not from being upgraded.
ResultTask<Proxies> LookForProxies(engine::Engine& engine, ContainerDetails container,
                                   std::vector<ContainerDetails> others) {
  auto found = co_await FindProxies(engine, std::move(container), std::move(others));
  if (found) co_return found;
  const Error error = found.error();
  if (IsAway(error)) co_return error;
  co_return Proxies{{}, {}, {error.message}};
}

}  // namespace

ResultTask<Proxies> PrepareStrategy(engine::Engine& engine, const Request& request, const ContainerDetails& container,
                                    const std::vector<ContainerDetails>& others, Preflight& preflight) {
  auto proxies = co_await LookForProxies(engine, container, others);
  if (!proxies) co_return proxies;
  Obstacles obstacles = ObstaclesTo(container, others);
  obstacles.hard.insert(obstacles.hard.end(), proxies->obstacles.begin(), proxies->obstacles.end());
  const auto drain = DrainOf(container);
  if (!drain) co_return drain.error();
  auto choice = ChooseStrategy(request.strategy, container, obstacles);
  if (!choice) co_return choice.error();

  UpgradeRecord& record = preflight.record;
  record.strategy = preflight.plan.strategy = choice->strategy;
  preflight.plan.strategy_reason = std::move(choice->reason);
  record.drain = request.drain.value_or(drain->value_or(kDefaultDrain));
  record.proxies = proxies->ids;
  for (auto& obstacle : proxies->obstacles) preflight.plan.warnings.push_back(std::move(obstacle));
  co_return proxies;
}

}  // namespace berth::agent

#include "agent/operations/router.h"

#include <algorithm>

#include "agent/operations/upgrade_plan.h"
#include "engine/base/log.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;
using std::chrono::milliseconds;

constexpr milliseconds kPoll{100};
constexpr std::chrono::seconds kNewWorkersWithin{10};

bool Contains(const std::vector<std::int64_t>& pids, std::int64_t pid) {
  return std::find(pids.begin(), pids.end(), pid) != pids.end();
}

Error Failed(const ContainerDetails& proxy, const Error& error) {
  return Annotate(error, "telling proxy " + proxy.name);
}

// Why this one can't be told; empty when it can.
ResultTask<std::string> ObstacleAt(engine::Engine& engine, ContainerDetails proxy, ContainerDetails container) {
  const auto reload = engine::ReloadOf(proxy);
  if (!reload) co_return reload.error();
  if (reload->restart) co_return "proxy " + proxy.name + " can't be reloaded, only restarted";
  const std::vector<ContainerDetails> none;
  if (HostsLines(proxy, {container, container, container.name, none}).empty()) {
    co_return "proxy " + proxy.name + " is in none of its networks";
  }
  auto checked = co_await engine.Exec(proxy.id, {CheckHostsCommand(), "0"}, engine::kCommandLimit);
  if (checked && checked->exit_code == 0) co_return std::string();
  co_return "proxy " + proxy.name + " has no shell that may write to its /etc/hosts";
}

}  // namespace

ResultTask<Proxies> FindProxies(engine::Engine& engine, ContainerDetails container,
                                std::vector<ContainerDetails> others) {
  const auto meant = ProxiesOf(container, others);
  if (!meant) co_return meant.error();
  Proxies proxies;
  for (const auto& proxy : *meant) {
    if (!RunsOrWill(proxy)) continue;
    auto obstacle = co_await ObstacleAt(engine, proxy, container);
    if (!obstacle) co_return obstacle.error();
    if (!obstacle->empty()) proxies.obstacles.push_back(std::move(*obstacle));
    proxies.ids.push_back(proxy.id);
    proxies.names.push_back(proxy.name);
  }
  co_return proxies;
}

// Nothing for one that is gone or does not run.
ResultTask<std::optional<ContainerDetails>> Router::Running(std::string id) {
  auto proxy = co_await engine_.Inspect(std::move(id));
  if (!proxy && proxy.error().code != Code::kNotFound) co_return proxy.error();
  if (!proxy || proxy->state != engine::ContainerState::kRunning) co_return std::optional<ContainerDetails>();
  co_return std::optional(std::move(*proxy));
}

ResultTask<> Router::Pin(std::vector<std::string> proxies, ContainerDetails chosen, ContainerDetails outgoing) {
  auto all = co_await engine_.List(false, {});
  if (!all) co_return all.error();
  std::vector<ContainerDetails> others;
  for (const auto& summary : *all) {
    auto other = co_await engine_.Inspect(summary.id);
    if (other) others.push_back(std::move(*other));
  }
  for (const auto& id : proxies) {
    auto proxy = co_await Running(id);
    if (!proxy) co_return proxy.error();
    if (!*proxy) continue;
    auto lines = HostsLines(**proxy, {chosen, outgoing, owner_, others});
    auto pinned = co_await engine::RunInside(engine_, id, PinCommand(owner_, lines), "PROXY_PIN_FAILED");
    if (!pinned) co_return Failed(**proxy, pinned.error());
  }
  co_return Result<>();
}

ResultTask<std::vector<Told>> Router::Reload(std::vector<std::string> proxies) {
  std::vector<Told> told;
  for (const auto& id : proxies) {
    auto proxy = co_await Running(id);
    if (!proxy) co_return proxy.error();
    if (!*proxy) continue;  // it asks for the address when it starts
    auto one = co_await ReloadOne(**proxy);
    if (!one) co_return Failed(**proxy, one.error());
    told.push_back(std::move(*one));
  }
  co_return told;
}

ResultTask<Told> Router::ReloadOne(ContainerDetails proxy) {
  const auto reload = engine::ReloadOf(proxy);
  if (!reload) co_return reload.error();
  if (!reload->test.empty()) {
    auto tested = co_await engine::RunInside(engine_, proxy.id, reload->test, "PROXY_TEST_FAILED");
    if (!tested) co_return tested.error();
  }
  Told told{proxy.id, proxy.name, {}, false};
  auto workers = co_await Workers(proxy.id, proxy.pid);
  if (!workers && reload->forks) co_return workers.error();
  if (workers) told.workers = std::move(*workers);
  told.has_workers = !told.workers.empty();
  auto reloaded = reload->signal.empty() ? engine::RunInside(engine_, proxy.id, reload->command, "PROXY_RELOAD_FAILED")
                                         : engine_.Kill(proxy.id, reload->signal);
  auto done = co_await std::move(reloaded);
  if (!done) co_return done.error();
  if (reload->forks) {
    auto renewed = co_await AwaitWorkers(told);
    if (!renewed) co_return renewed.error();
  }
  co_return told;
}

// A configuration that passed the test may still not be taken: a port that is taken, a file that is gone. Then the
// workers stay the same.
ResultTask<> Router::AwaitWorkers(const Told& told) {
  const SteadyTime end = clock_.Now() + kNewWorkersWithin;
  while (true) {
    auto proxy = co_await engine_.Inspect(told.id);
    if (!proxy) co_return proxy.error();
    auto now = co_await Workers(told.id, proxy->pid);
    if (!now) co_return now.error();
    const bool renewed = std::any_of(now->begin(), now->end(), [&](auto pid) { return !Contains(told.workers, pid); });
    if (renewed) co_return Result<>();
    if (clock_.Now() >= end) break;
    co_await clock_.SleepFor(kPoll);
  }
  co_return Error{Code::kFailedPrecondition, "PROXY_RELOAD_FAILED",
                  "it was told to reload, and no new worker came up; its log says why"};
}

// Those that have no children, below the first: neither a master nor a command that somebody runs in there.
ResultTask<std::vector<std::int64_t>> Router::Workers(std::string id, std::int64_t first) {
  auto processes = co_await engine_.Processes(std::move(id));
  if (!processes) co_return processes.error();
  co_return WorkersOf(*processes, first);
}

ResultTask<bool> Router::HasLetGo(Told& told) {
  auto proxy = co_await Running(told.id);
  if (!proxy) co_return proxy.error();
  if (!*proxy) co_return true;
  auto now = co_await Workers(told.id, (**proxy).pid);
  if (!now) co_return now.error();
  std::erase_if(told.workers, [&](auto pid) { return !Contains(*now, pid); });
  co_return told.has_workers&& told.workers.empty();
}

Task<std::vector<std::string>> Router::Drain(std::vector<Told> told, milliseconds limit) {
  const SteadyTime end = clock_.Now() + limit;
  while (!told.empty() && clock_.Now() < end) {
    std::vector<Told> left;
    for (auto& one : told) {
      auto let_go = co_await HasLetGo(one);
      if (!let_go || !*let_go) left.push_back(std::move(one));
    }
    told = std::move(left);
    if (!told.empty()) co_await clock_.SleepFor(kPoll);
  }
  std::vector<std::string> names;
  for (const auto& one : told) {
    if (one.has_workers) names.push_back(one.name);
  }
  co_return names;
}

Task<> Router::Unpin(std::vector<std::string> proxies) {
  for (const auto& id : proxies) {
    auto proxy = co_await Running(id);
    if (!proxy || !*proxy) continue;  // its file is made anew when it starts
    auto done = co_await engine::RunInside(engine_, id, UnpinCommand(owner_), "PROXY_PIN_FAILED");
    if (!done)
      log::Warning("a line of ours is left in a proxy's /etc/hosts",
                   {{"container", (**proxy).name}, {"error", done.error().message}});
  }
}

}  // namespace berth::agent

// Those that lived with a container whose replacement is not in the journal.
#include "agent/operations/dependants.h"
#include "agent/operations/operations_impl.h"
#include "agent/operations/stranded.h"
#include "engine/base/log.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;

constexpr std::chrono::minutes kLongestWait{10};

ResultTask<std::vector<ContainerDetails>> AllContainers(engine::Engine& engine) {
  auto all = co_await engine.List(true, {});
  if (!all) co_return all.error();
  std::vector<ContainerDetails> containers;
  for (const auto& summary : *all) {
    auto container = co_await engine.Inspect(summary.id);
    if (!container && container.error().code != Code::kNotFound) co_return container.error();
    if (container) containers.push_back(std::move(*container));
  }
  co_return containers;
}

}  // namespace

// Those that the stop of `entry`'s old container took along are restarted when that serves again; but not those that
// somebody works on.
Task<> OperationsImpl::AddDependants(JournalEntry& entry) {
  const SwapRecord swap = entry.upgrade->swap;
  auto outgoing = co_await engine_.Inspect(swap.outgoing.id);
  auto all = co_await ServingContainers(engine_);
  if (entry.upgrade->phase == Phase::kCommitted || !outgoing || !all) co_return;
  auto dependants = DependantsOf(*outgoing, *all);
  std::erase_if(dependants, [this](const auto& it) { return leases_.Holder(it.service_key).has_value(); });
  entry.upgrade->dependants = std::move(dependants);
}

// Each from its own image, once nobody is at work any more.
Task<> OperationsImpl::RenewStranded(std::set<std::string> lost) {
  auto all = co_await AllContainers(engine_);
  if (!all || StrandedOf(*all, lost, clock_.WallNow()).empty()) co_return;
  co_await WaitUntilIdle(clock_.Now() + kLongestWait);
  auto now = co_await AllContainers(engine_);
  if (!now) co_return;
  const auto stranded = StrandedOf(*now, lost, clock_.WallNow());
  for (const auto& it : stranded) {
    if (draining_) co_return;
    log::Warning("it was left in a namespace that is gone: making it anew", {{"container", it.name}});
    Request request;
    request.kind = Kind::kRecreate;
    request.container = it.id;
    request.start = it.ran;
    request.queue = true;
    request.recovers = true;
    auto begun = co_await Submit(std::move(request));
    if (!begun) {
      log::Warning("it stays so: " + begun.error().message, {{"container", it.name}});
      continue;
    }
    auto ended = co_await Wait(begun->id, std::nullopt);
  }
}

}  // namespace berth::agent

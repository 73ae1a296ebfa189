// The agent's own beginning and end: what an earlier one left is taken up, and what this one leaves is in order.
#include <set>

#include "agent/operations/lifecycle.h"
#include "agent/operations/operation_watch.h"
#include "agent/operations/operations_impl.h"
#include "agent/operations/rebuild.h"
#include "agent/operations/router.h"
#include "agent/operations/upgrade.h"
#include "agent/operations/upgrade_plan.h"
#include "engine/base/backoff.h"
#include "engine/base/log.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;

constexpr std::chrono::seconds kCreationInFlight{5};

// All that have a side name, and those whose names these are.
ResultTask<std::vector<ContainerDetails>> SideContainers(engine::Engine& engine) {
  auto all = co_await engine.List(true, {});
  if (!all) co_return all.error();
  std::set<std::string> names;
  for (const auto& summary : *all) {
    const std::string owner = engine::OwnerOfSideName(summary.name);
    if (!owner.empty()) names.insert({owner, summary.name});
  }
  std::vector<ContainerDetails> found;
  for (const auto& summary : *all) {
    if (!names.contains(summary.name)) continue;
    auto container = co_await engine.Inspect(summary.id);
    if (!container && container.error().code != Code::kNotFound) co_return container.error();
    if (container) found.push_back(std::move(*container));
  }
  co_return found;
}

// The proxies in front of it may have been told of one that does not serve any more. They are not in the way of what
// has to be done when they can't be found.
Task<std::vector<std::string>> ProxiesOfAny(engine::Engine& engine, SwapRecord swap) {
  auto container = co_await engine.Inspect(swap.outgoing.id.empty() ? swap.incoming.id : swap.outgoing.id);
  auto all = co_await engine.List(true, {});
  if (!container || !all) co_return std::vector<std::string>();
  std::vector<ContainerDetails> others;
  for (const auto& summary : *all) {
    auto other = co_await engine.Inspect(summary.id);
    if (other && other->id != container->id) others.push_back(std::move(*other));
  }
  auto proxies = co_await FindProxies(engine, std::move(*container), std::move(others));
  co_return proxies ? std::move(proxies->ids) : std::vector<std::string>();
}

// A page may rot where SQLite does not see it.
bool IsReadable(const JournalEntry& entry) {
  if (entry.operation.kind == Kind::kUpgradeGroup) return entry.group && !entry.group->members.empty();
  if (!Replaces(entry.operation.kind)) return true;
  if (!entry.upgrade) return false;
  const SwapRecord& swap = entry.upgrade->swap;
  return !swap.name.empty() && !(swap.outgoing.id.empty() && swap.incoming.id.empty());
}

}  // namespace

Result<> OperationsImpl::Recover() {
  auto unfinished = journal_.Unfinished();
  if (!unfinished) return unfinished.error();
  std::vector<ActivePtr> adopted;  // all, before the first goes on: they are parts of one another
  for (auto& entry : *unfinished) adopted.push_back(Adopt(std::move(entry)));
  for (const auto& active : adopted) {
    if (active) Resume(active);
  }
  boost::asio::co_spawn(loop_, TakeUpWhatIsNotInTheJournal(), [](std::exception_ptr bug) {
    if (bug) std::rethrow_exception(bug);
  });
  return journal_.Prune(clock_.WallNow() - settings_.keep_history, settings_.maximum_history);
}

// Nothing for one that had not begun.
ActivePtr OperationsImpl::Adopt(JournalEntry entry) {
  Request request;
  request.kind = entry.operation.kind;
  request.container = entry.operation.container;
  const auto keys = KeysOf(entry);
  ActivePtr active = Activate(std::move(request), std::move(entry));
  const Operation& operation = active->operation();
  const char* why = nullptr;
  if (!IsReadable(active->entry())) why = "its record in the journal is damaged; look at the container";
  if (IsErrand(operation.kind)) why = "the agent was stopped before it saw the end of this; it looks anew by itself";
  if (operation.state == State::kQueued) why = "the agent was stopped before this began; ask again";
  if (why == nullptr && !leases_.TakeOrQueue(keys, operation.id, operation.parent)) {
    leases_.Release(operation.id);
    why = "another operation works on the same container; ask again";
  }
  if (why != nullptr) {
    active->End(State::kFailed, Error{Code::kAborted, "INTERRUPTED", why});
    active_.erase(operation.id);
    return nullptr;
  }
  for (const auto& key : keys) TellLease(key);
  return active;
}

void OperationsImpl::Resume(const ActivePtr& active) {
  const Operation& operation = active->operation();
  log::Warning("taking up what was interrupted", {{"container", operation.container}, {"operation", operation.id}});
  if (active->group()) {
    Spawn(active, RunGroup(active));
    return;
  }
  if (!Replaces(operation.kind)) {
    Spawn(active, ResumeLifecycle(engine_, clock_, *active));
    return;
  }
  Spawn(active, [](OperationsImpl& self, ActivePtr resumed) -> Task<> {
    UpgradeRun run(self.engine_, self.clock_, resumed, {}, self);  // what was begun is finished
    co_await run.Resume();
  }(*this, active));
}

// Looks twice: an engine goes on creating a container when the agent that asked for it is killed.
Task<> OperationsImpl::TakeUpWhatIsNotInTheJournal() {
  std::set<std::string> lost;
  for (const auto pause : {std::chrono::seconds(0), kCreationInFlight}) {
    co_await clock_.SleepFor(pause);
    auto left = co_await AwaitSideContainers();
    co_await NoteLost(lost);
    Rebuilt rebuilt = RebuildOperations(
        left, [this](const std::string& id) { return Knows(id); }, NewOperationId, clock_.WallNow());
    for (const auto& sentence : rebuilt.left_alone) log::Warning(sentence);
    for (auto& entry : rebuilt.operations) {
      entry.upgrade->proxies = co_await ProxiesOfAny(engine_, entry.upgrade->swap);
      co_await AddDependants(entry);
      TakeUp(std::move(entry));
    }
    co_await RenewStranded(lost);
  }
}

// The operations that made what is there, as far as the journal does not know them; before the first is taken up.
Task<> OperationsImpl::NoteLost(std::set<std::string>& lost) {
  auto all = co_await engine_.List(true, {});
  if (!all) co_return;
  for (const auto& summary : *all) {
    const auto operation = engine::LabelOf(summary.labels, std::string(kOperationLabel));
    if (!operation.empty() && !Knows(operation)) lost.insert(operation);
  }
}

// The engine may be away: then this waits, as long as it takes.
Task<std::vector<ContainerDetails>> OperationsImpl::AwaitSideContainers() {
  Backoff backoff;
  for (;;) {
    auto containers = co_await SideContainers(engine_);
    if (containers) co_return std::move(*containers);
    const auto delay = backoff.Next();
    co_await clock_.SleepFor(delay);
  }
}

// What the journal can't tell now is left for the next start.
bool OperationsImpl::Knows(const std::string& id) {
  const auto entry = journal_.Find(id);
  return !entry || (*entry && IsReadable(**entry));
}

// When somebody works on the service already, or the agent is about to end, what is left waits for the next start.
void OperationsImpl::TakeUp(JournalEntry entry) {
  Operation& operation = entry.operation;
  if (draining_ || leases_.Holder(operation.service_key)) return;
  log::Warning("an operation that the journal does not know left this unfinished",
               {{"container", operation.container}, {"operation", operation.id}});
  const auto namesake = journal_.Find(operation.id);
  if (namesake && *namesake) operation.id = NewOperationId();  // it is there, but could not be read
  if (auto written = journal_.Begin(entry); !written) {
    return log::Error("it stays so: " + written.error().message, {{"operation", operation.id}});
  }
  if (const ActivePtr active = Adopt(std::move(entry))) Resume(active);
}

Task<> OperationsImpl::WaitUntilIdle(SteadyTime deadline) {
  const Alarm alarm(loop_, clock_, idle_, deadline);
  while (!active_.empty() && clock_.Now() < deadline) co_await idle_.Wait();
}

Task<> OperationsImpl::Drain(std::chrono::milliseconds limit) {
  draining_ = true;
  const SteadyTime now = clock_.Now();
  co_await WaitUntilIdle(now + limit / 2);
  const Error stopping{Code::kCancelled, "INTERRUPTED", "the agent was stopped"};
  std::vector<std::string> left;
  for (const auto& [id, operation] : active_) {
    if (!operation->group()) left.push_back(id);  // a group goes on after the next start
  }
  for (const auto& id : left) {
    if (active_.contains(id)) static_cast<void>(CancelBecause(id, stopping));  // past its last chance it ends by itself
  }
  co_await WaitUntilIdle(now + limit);
  RecordEnds();
  if (!active_.empty())
    log::Warning("operations are left to the next start", {{"count", std::to_string(active_.size())}});
}

}  // namespace berth::agent

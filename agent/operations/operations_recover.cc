// The agent's own beginning and end: what an earlier one left is taken up, and what this one leaves is in order.
#include "agent/operations/lifecycle.h"
#include "agent/operations/operation_watch.h"
#include "agent/operations/operations_impl.h"
#include "agent/operations/upgrade.h"
#include "engine/base/log.h"

namespace berth::agent {

Result<> OperationsImpl::Recover() {
  auto unfinished = journal_.Unfinished();
  if (!unfinished) return unfinished.error();
  for (auto& entry : *unfinished) Resume(std::move(entry));
  return journal_.Prune(clock_.WallNow() - settings_.keep_history, settings_.maximum_history);
}

void OperationsImpl::Resume(JournalEntry entry) {
  Request request;
  request.kind = entry.operation.kind;
  request.container = entry.operation.container;
  const ActivePtr active = Activate(std::move(request), std::move(entry));
  const Operation& operation = active->operation();
  if (operation.state == State::kQueued || !leases_.TakeOrQueue(operation.service_key, operation.id)) {
    active->End(State::kFailed,
                Error{Code::kAborted, "INTERRUPTED", "the agent was stopped before this began; ask again"});
    leases_.Release(operation.service_key, operation.id);
    active_.erase(operation.id);
    return;
  }
  TellLease(operation.service_key);
  log::Warning("taking up what was interrupted", {{"container", operation.container}, {"operation", operation.id}});
  if (!Replaces(operation.kind)) {
    Spawn(active, ResumeLifecycle(engine_, clock_, *active));
    return;
  }
  Spawn(active, [](OperationsImpl& self, ActivePtr resumed) -> Task<> {
    UpgradeRun run(self.engine_, self.clock_, resumed, nullptr);
    co_await run.Resume();
  }(*this, active));
}

Task<> OperationsImpl::WaitUntilIdle(SteadyTime deadline) {
  const Alarm alarm(loop_, clock_, idle_, deadline);
  while (!active_.empty() && clock_.Now() < deadline) co_await idle_.Wait();
}

Task<> OperationsImpl::Drain(std::chrono::milliseconds limit) {
  draining_ = true;
  const SteadyTime now = clock_.Now();
  co_await WaitUntilIdle(now + limit / 2);
  std::vector<std::string> left;
  for (const auto& [id, operation] : active_) left.push_back(id);
  for (const auto& id : left) {
    if (active_.contains(id)) static_cast<void>(Cancel(id));  // past the point of no return it ends by itself
  }
  co_await WaitUntilIdle(now + limit);
  RecordEnds();
  if (!active_.empty())
    log::Warning("operations are left to the next start", {{"count", std::to_string(active_.size())}});
}

}  // namespace berth::agent

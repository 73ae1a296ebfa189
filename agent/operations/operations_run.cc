// From the begin of an operation to its end.
#include "agent/operations/lifecycle.h"
#include "agent/operations/operations_impl.h"
#include "agent/operations/resolve.h"
#include "agent/operations/upgrade.h"
#include "engine/base/log.h"

namespace berth::agent {
namespace {

namespace asio = boost::asio;
using engine::ContainerDetails;

constexpr int kEndsBetweenPrunes = 256;

}  // namespace

void OperationsImpl::Spawn(ActivePtr operation, Task<> work) {
  asio::co_spawn(loop_, std::move(work), [this, operation](std::exception_ptr bug) {
    if (bug) std::rethrow_exception(bug);  // out of the loop: the agent restarts and recovers
    HasEnded(operation->operation().state) ? Retire(operation) : Leave(operation);
  });
}

Task<> OperationsImpl::Perform(ActivePtr operation, ContainerDetails container) {
  if (Replaces(operation->request().kind)) {
    UpgradeRun run(engine_, clock_, operation, {settings_.credentials, settings_.policy, settings_.verify}, *this);
    co_await run.Run(std::move(container));
    const bool succeeded = operation->operation().state == State::kSucceeded;
    const KeepRule keep = operation->record()->keep;
    if (succeeded && keep.image_cleanup) {
      co_await CleanImages(operation->operation().container, keep.count, operation->operation().id);
    }
  } else {
    co_await RunLifecycle(engine_, *operation, std::move(container));
  }
}

// What was true when it was queued need not be true any more: everything is examined again.
Task<> OperationsImpl::TakeTurn(ActivePtr operation) {
  if (operation->group()) {  // each of its parts is examined when it begins
    co_await RunGroup(operation);
    co_return;
  }
  auto container = co_await Resolve(engine_, operation->operation().container, operation->request().caller.scope);
  if (!container) {
    operation->End(State::kFailed, container.error());
    co_return;
  }
  const auto needed = CheckStillNeeded(operation->request(), *container);
  auto preflight = co_await Examine(operation->request(), *container, operation->operation().id);
  std::optional<Error> refused;
  if (!needed)
    refused = needed.error();
  else if (!preflight)
    refused = preflight.error();
  else if (!preflight->plan.refusals.empty())
    refused = WouldLose(container->name, preflight->plan.refusals);
  if (refused) {
    operation->End(State::kFailed, std::move(refused));
    co_return;
  }
  operation->mutable_operation().state = State::kRunning;
  operation->mutable_operation().container_id = container->id;
  if (Replaces(operation->request().kind)) {
    operation->mutable_operation().plan = std::move(preflight->plan);
    UpgradeRecord record = std::move(preflight->record);
    record.keep = operation->record()->keep;
    record.owner_started_at = container->started_at;
    auto taken = TakeMore(operation->operation().id, KeysOf({operation->operation(), "", record, {}}));
    if (!taken) {
      operation->End(State::kFailed, taken.error());
      co_return;
    }
    auto written = operation->Intend(std::move(record));
    if (!written) {
      operation->End(State::kFailed, written.error());
      co_return;
    }
  }
  operation->Report(0, "Begin");
  co_await Perform(operation, std::move(*container));
}

// It goes on after the next start of the agent: its record says where.
void OperationsImpl::Leave(const ActivePtr& operation) {
  leases_.Release(operation->operation().id);
  active_.erase(operation->operation().id);
  idle_.WakeAll();
}

void OperationsImpl::Retire(const ActivePtr& operation) {
  const Operation& ended = operation->operation();
  log::Info(std::string(Name(ended.kind)) + (ended.state == State::kSucceeded ? " succeeded" : " did not succeed"),
            {{"container", SubjectOf(ended)},
             {"operation", ended.id},
             {"error", ended.error ? ended.error->message : "none"}});
  ++ended_[{ended.kind, ended.state}];
  const auto keys = leases_.KeysOf(ended.id);
  const auto next = leases_.Release(ended.id);
  if (!operation->RecordEnd()) unrecorded_[ended.id] = operation;
  active_.erase(ended.id);
  errands_.erase(ended.id);
  for (const auto& id : next) PassTurn(active_.at(id));
  for (const auto& key : keys) TellLease(key);
  if (const auto parent = active_.find(ended.parent); parent != active_.end()) parent->second->changed().WakeAll();
  if (++ends_ % kEndsBetweenPrunes == 0) {
    auto pruned = journal_.Prune(clock_.WallNow() - settings_.keep_history, settings_.maximum_history);
    if (!pruned) log::Warning("cannot prune the journal", {{"error", pruned.error().message}});
  }
  idle_.WakeAll();
}

// To whom a lease came back that it had lent goes on without being told.
void OperationsImpl::PassTurn(const ActivePtr& successor) {
  if (successor->operation().state != State::kQueued) return;
  successor->PassPointOfNoReturn();  // its own work says when it can be cancelled again
  const bool errand = errands_.contains(successor->operation().id);
  Spawn(successor, errand ? RunErrand(successor) : TakeTurn(successor));
}

// Those who came to live with the container while its operation was queued.
Result<> OperationsImpl::TakeMore(const std::string& id, const ServiceKeys& keys) {
  for (const auto& key : keys) {
    const auto holder = leases_.Holder(key);
    if (holder && holder != id) return InProgress(key, *holder);
  }
  leases_.TakeOrQueue(keys, id);
  for (const auto& key : keys) TellLease(key);
  return {};
}

// The watchdog knows which container it heals itself, but not what else that concerns.
void OperationsImpl::TellLease(const std::string& service_key) const {
  if (service_key.starts_with(kGroupKey)) return;
  const auto id = leases_.Holder(service_key);
  const Operation* holder = id ? &active_.at(*id)->operation() : nullptr;
  const bool own = holder != nullptr && holder->service_key == service_key && holder->parent.empty();
  on_lease_({service_key, id.value_or(""), own ? holder->origin : Origin::kCaller});
}

void OperationsImpl::OnLease(std::function<void(const LeaseChange&)> told) {
  on_lease_ = std::move(told);
  for (const auto& [id, active] : active_) {
    for (const auto& key : leases_.KeysOf(id)) {
      if (leases_.Holder(key) == id) TellLease(key);
    }
  }
}

void OperationsImpl::RecordEnds() {
  std::erase_if(unrecorded_, [](const auto& ended) { return ended.second->RecordEnd(); });
}

}  // namespace berth::agent

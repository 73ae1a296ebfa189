#include "agent/operations/operations.h"

#include <map>

#include "agent/operations/leases.h"
#include "agent/operations/lifecycle.h"
#include "agent/operations/operation_watch.h"
#include "agent/operations/preflight.h"
#include "agent/operations/resolve.h"
#include "agent/operations/upgrade.h"
#include "agent/operations/upgrade_plan.h"
#include "engine/base/log.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

namespace asio = boost::asio;
using engine::ContainerDetails;

constexpr int kEndsBetweenPrunes = 256;
constexpr std::chrono::hours kLongestWait{24};  // no operation takes longer

using ActivePtr = std::shared_ptr<ActiveOperation>;

bool Replaces(Kind kind) { return kind == Kind::kUpgrade || kind == Kind::kRollback || kind == Kind::kRecreate; }

Error InProgress(const std::string& container, const std::string& holder) {
  return {Code::kAborted,
          "OPERATION_IN_PROGRESS",
          "operations/" + holder + " is working on " + container + "; wait for it, or ask to be queued",
          {{"operation", "operations/" + holder}, {"container", container}}};
}

Error WouldLose(const std::string& container, const std::vector<std::string>& refusals) {
  std::string message = container + " can't be replaced without losing something";
  for (const auto& refusal : refusals) message += "; " + refusal;
  return {Code::kFailedPrecondition, "WOULD_LOSE", std::move(message), {{"container", container}}};
}

Error NoSuchOperation(const std::string& id) {
  return {Code::kNotFound,
          "OPERATION_NOT_FOUND",
          "there is no operation " + id + " (they are kept for 30 days)",
          {{"operation", id}}};
}

Result<> CheckEtag(const Request& request, const ContainerDetails& container) {
  if (request.etag.empty() || request.etag == EtagOf(container)) return {};
  return Error{Code::kAborted,
               "ETAG_MISMATCH",
               container.name + " has changed since; look at it again",
               {{"etag", EtagOf(container)}}};
}

Progress FirstProgress(const Operation& operation) {
  Progress progress{1, operation.created_at, 0, 0, "Begin", {}};
  if (operation.state == State::kQueued) progress.message = "Wait for an earlier operation";
  if (operation.state == State::kQueued || Replaces(operation.kind)) return progress;
  progress.step = progress.step_count = 1;
  progress.message = operation.plan->steps.front();
  return progress;
}

class OperationsImpl final : public Operations {
 public:
  OperationsImpl(asio::any_io_executor loop, engine::Engine& engine, Journal& journal, Clock& clock,
                 OperationSettings settings)
      : loop_(loop), engine_(engine), journal_(journal), clock_(clock), settings_(std::move(settings)), idle_(loop) {}

  ResultTask<Operation> Submit(Request request) override;
  Result<Operation> Get(const std::string& id) override;
  Result<std::vector<Operation>> List(const OperationQuery& query) override;
  Result<std::unique_ptr<OperationWatch>> Watch(const std::string& id, std::uint64_t from_sequence) override;
  ResultTask<Operation> Wait(std::string id, std::optional<std::chrono::milliseconds> limit) override;
  Result<Operation> Cancel(const std::string& id) override;
  Result<> Recover() override;
  Task<> Drain(std::chrono::milliseconds limit) override;
  std::size_t RunningCount() const override { return active_.size(); }
  const EndedOperations& Ended() const override { return ended_; }
  void OnLease(std::function<void(const LeaseChange&)> told) override;

 private:
  Result<std::optional<Operation>> Repeated(const Request& request);
  Result<> MayBegin(const Request& request, const std::string& key, const std::string& container) const;
  Result<std::optional<Operation>> Admit(const Request& request, const std::string& key, const std::string& container);
  ResultTask<Preflight> Examine(const Request& request, const ContainerDetails& container, const std::string& id);
  Result<Operation> Begin(Request request, const ContainerDetails& container, JournalEntry entry);
  ActivePtr Activate(Request request, JournalEntry entry);
  void Spawn(ActivePtr operation, Task<> work);
  Task<> Perform(ActivePtr operation, ContainerDetails container);
  Task<> TakeTurn(ActivePtr operation);
  void Retire(const ActivePtr& operation);
  void TellLease(const std::string& service_key) const;
  void RecordEnds();
  void Resume(JournalEntry entry);
  Task<> WaitUntilIdle(SteadyTime deadline);

  asio::any_io_executor loop_;
  engine::Engine& engine_;
  Journal& journal_;
  Clock& clock_;
  OperationSettings settings_;
  Leases leases_;
  std::map<std::string, ActivePtr> active_;      // running and queued, by id
  std::map<std::string, ActivePtr> unrecorded_;  // ended, but the journal could not take the end yet
  EndedOperations ended_;
  Notifier idle_;
  bool draining_ = false;
  int ends_until_prune_ = kEndsBetweenPrunes;
  std::function<void(const LeaseChange&)> on_lease_ = [](const LeaseChange&) {};
};

// --- begin
// --------------------------------------------------------------------------------------------------------------

// The same request again: its operation. The same id with another request: an error.
Result<std::optional<Operation>> OperationsImpl::Repeated(const Request& request) {
  if (request.request_id.empty()) return std::optional<Operation>();
  auto entry = journal_.FindByRequestId(request.request_id);
  if (!entry) return entry.error();
  if (!*entry) return std::optional<Operation>();
  if ((*entry)->request_hash != HashOf(request)) {
    return Error{Code::kAlreadyExists,
                 "REQUEST_ID_REUSED",
                 "request_id " + request.request_id + " was used for another request; take a new one",
                 {{"operation", "operations/" + (*entry)->operation.id}}};
  }
  auto operation = Get((*entry)->operation.id);
  if (!operation) return operation.error();
  return std::optional(std::move(*operation));
}

Result<> OperationsImpl::MayBegin(const Request& request, const std::string& key, const std::string& container) const {
  if (draining_) return Error{Code::kUnavailable, "DRAINING", "the agent is stopping; try again in a moment"};
  if (active_.size() >= settings_.maximum_unfinished) {
    return Error{Code::kResourceExhausted, "TOO_MANY_OPERATIONS", "too many operations are under way; try again later"};
  }
  const auto holder = leases_.Holder(key);
  if (holder && !request.queue) return InProgress(container, *holder);
  return {};
}

// May it begin now? Its twin, when the same request came first; asked again after every await.
Result<std::optional<Operation>> OperationsImpl::Admit(const Request& request, const std::string& key,
                                                       const std::string& container) {
  if (request.validate_only) return std::optional<Operation>();
  auto twin = Repeated(request);
  if (!twin || *twin) return twin;
  if (auto may = MayBegin(request, key, container); !may) return may.error();
  return std::optional<Operation>();
}

ResultTask<Preflight> OperationsImpl::Examine(const Request& request, const ContainerDetails& container,
                                              const std::string& id) {
  if (request.kind == Kind::kUpgrade) co_return co_await PreflightUpgrade(engine_, request, container, id);
  if (request.kind == Kind::kRollback) co_return co_await PreflightRollback(engine_, container, id);
  if (request.kind == Kind::kRecreate) co_return co_await PreflightRecreate(engine_, request, container, id);
  Preflight preflight;
  preflight.plan.steps = LifecycleSteps(request.kind, container);
  co_return preflight;
}

ResultTask<Operation> OperationsImpl::Submit(Request request) {
  if (!request.validate_only) {  // also while the engine is away
    auto repeated = Repeated(request);
    if (!repeated) co_return repeated.error();
    if (*repeated) co_return std::move(**repeated);
  }
  auto container = co_await Resolve(engine_, request.container);
  if (!container) co_return container.error();
  if (auto same = CheckEtag(request, *container); !same) co_return same.error();
  if (auto needed = CheckStillNeeded(request, *container); !needed) co_return needed.error();
  JournalEntry entry;
  entry.operation.id = request.validate_only ? "<operation>" : NewOperationId();  // the plan names it
  entry.operation.service_key = engine::ServiceKeyOf(container->name, container->labels);
  auto twin = Admit(request, entry.operation.service_key, container->name);
  if (!twin) co_return twin.error();
  if (*twin) co_return std::move(**twin);
  auto preflight = co_await Examine(request, *container, entry.operation.id);
  if (!preflight) co_return preflight.error();
  if (!preflight->plan.refusals.empty() && !request.validate_only) {
    co_return WouldLose(container->name, preflight->plan.refusals);
  }
  if (Replaces(request.kind)) {
    entry.upgrade =
        UpgradeRecord{Phase::kPreparing, preflight->swap, request.keep_previous.value_or(settings_.keep_previous)};
  }
  entry.operation.plan = std::move(preflight->plan);
  co_return Begin(std::move(request), *container, std::move(entry));
}

// From here to the journal there is no await: nobody comes between the check and the lease.
Result<Operation> OperationsImpl::Begin(Request request, const ContainerDetails& container, JournalEntry entry) {
  Operation& operation = entry.operation;
  operation.kind = request.kind;
  operation.origin = request.origin;
  operation.container = container.name;
  operation.container_id = container.id;
  operation.request_id = request.request_id;
  operation.created_at = clock_.WallNow();
  if (request.validate_only) {
    operation.id.clear();
    operation.state = State::kValidated;
    return operation;
  }
  auto twin = Admit(request, operation.service_key, container.name);
  if (!twin) return twin.error();
  if (*twin) return std::move(**twin);

  const bool queued = leases_.Holder(operation.service_key).has_value();
  operation.state = queued ? State::kQueued : State::kRunning;
  operation.progress = FirstProgress(operation);
  if (!Replaces(operation.kind)) operation.plan.reset();  // one step, and the progress says it
  entry.request_hash = HashOf(request);
  if (auto written = journal_.Begin(entry); !written) return Annotate(written.error(), "nothing was done");

  leases_.TakeOrQueue(operation.service_key, operation.id);
  const ActivePtr active = Activate(std::move(request), std::move(entry));
  if (queued) {
    active->AllowCancel();
  } else {
    TellLease(active->operation().service_key);
    Spawn(active, Perform(active, container));
  }
  return active->operation();
}

ActivePtr OperationsImpl::Activate(Request request, JournalEntry entry) {
  const std::string id = entry.operation.id;
  log::Info(std::string(Name(entry.operation.kind)) + " begins",
            {{"container", entry.operation.container}, {"operation", id}});
  return active_[id] = std::make_shared<ActiveOperation>(loop_, clock_, journal_, std::move(request), std::move(entry));
}

// --- run
// ----------------------------------------------------------------------------------------------------------------

void OperationsImpl::Spawn(ActivePtr operation, Task<> work) {
  asio::co_spawn(loop_, std::move(work), [this, operation](std::exception_ptr bug) {
    if (bug) std::rethrow_exception(bug);  // out of the loop: the agent restarts and recovers
    Retire(operation);
  });
}

Task<> OperationsImpl::Perform(ActivePtr operation, ContainerDetails container) {
  if (Replaces(operation->request().kind)) {
    UpgradeRun run(engine_, clock_, operation, settings_.credentials);
    co_await run.Run(std::move(container));
  } else {
    co_await RunLifecycle(engine_, *operation, std::move(container));
  }
}

// What was true when it was queued need not be true any more: everything is examined again.
Task<> OperationsImpl::TakeTurn(ActivePtr operation) {
  auto container = co_await Resolve(engine_, operation->operation().container);
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
    UpgradeRecord record = *operation->record();
    record.swap = std::move(preflight->swap);
    auto written = operation->Intend(std::move(record));
    if (!written) {
      operation->End(State::kFailed, written.error());
      co_return;
    }
  }
  operation->Report(0, "Begin");
  co_await Perform(operation, std::move(*container));
}

void OperationsImpl::Retire(const ActivePtr& operation) {
  const Operation& ended = operation->operation();
  log::Info(std::string(Name(ended.kind)) + (ended.state == State::kSucceeded ? " succeeded" : " did not succeed"),
            {{"container", ended.container},
             {"operation", ended.id},
             {"error", ended.error ? ended.error->message : "none"}});
  ++ended_[{ended.kind, ended.state}];
  const auto next = leases_.Release(ended.service_key, ended.id);
  if (!operation->RecordEnd()) unrecorded_[ended.id] = operation;
  active_.erase(ended.id);
  if (next) {
    const ActivePtr successor = active_.at(*next);
    successor->PassPointOfNoReturn();  // its own work says when it can be cancelled again
    Spawn(successor, TakeTurn(successor));
  }
  TellLease(ended.service_key);
  if (--ends_until_prune_ == 0) {
    ends_until_prune_ = kEndsBetweenPrunes;
    auto pruned = journal_.Prune(clock_.WallNow() - settings_.keep_history, settings_.maximum_history);
    if (!pruned) log::Warning("cannot prune the journal", {{"error", pruned.error().message}});
  }
  idle_.WakeAll();
}

void OperationsImpl::TellLease(const std::string& service_key) const {
  const auto holder = leases_.Holder(service_key);
  on_lease_({service_key, holder.value_or(""), holder ? active_.at(*holder)->operation().origin : Origin::kCaller});
}

void OperationsImpl::OnLease(std::function<void(const LeaseChange&)> told) {
  on_lease_ = std::move(told);
  for (const auto& [id, active] : active_) {
    const std::string& key = active->operation().service_key;
    if (leases_.Holder(key) == id) TellLease(key);
  }
}

void OperationsImpl::RecordEnds() {
  std::erase_if(unrecorded_, [](const auto& ended) { return ended.second->RecordEnd(); });
}

// --- follow
// -------------------------------------------------------------------------------------------------------------

Result<Operation> OperationsImpl::Get(const std::string& id) {
  RecordEnds();
  for (const auto* here : {&active_, &unrecorded_}) {
    if (const auto found = here->find(id); found != here->end()) return found->second->operation();
  }
  auto entry = journal_.Find(id);
  if (!entry) return entry.error();
  if (!*entry) return NoSuchOperation(id);
  return (*entry)->operation;
}

Result<std::vector<Operation>> OperationsImpl::List(const OperationQuery& query) {
  RecordEnds();
  auto operations = journal_.List(query);
  if (!operations || unrecorded_.empty()) return operations;
  for (auto& operation : *operations) {
    if (const auto ended = unrecorded_.find(operation.id); ended != unrecorded_.end()) {
      operation = ended->second->operation();
    }
  }
  if (query.unfinished) std::erase_if(*operations, [](const auto& operation) { return HasEnded(operation.state); });
  return operations;
}

Result<std::unique_ptr<OperationWatch>> OperationsImpl::Watch(const std::string& id, std::uint64_t from_sequence) {
  auto operation = Get(id);
  if (!operation) return operation.error();
  const auto active = active_.find(id);
  return MakeOperationWatch(journal_, active != active_.end() ? active->second : nullptr, std::move(*operation),
                            from_sequence);
}

ResultTask<Operation> OperationsImpl::Wait(std::string id, std::optional<std::chrono::milliseconds> limit) {
  auto operation = Get(id);
  const auto found = active_.find(id);
  if (!operation || found == active_.end()) co_return operation;
  const ActivePtr active = found->second;
  const SteadyTime deadline = clock_.Now() + limit.value_or(kLongestWait);
  const Alarm alarm(loop_, clock_, active->changed(), deadline);
  while (!HasEnded(active->operation().state) && clock_.Now() < deadline) co_await active->changed().Wait();
  co_return active->operation();
}

Result<Operation> OperationsImpl::Cancel(const std::string& id) {
  auto operation = Get(id);
  if (!operation) return operation;
  if (HasEnded(operation->state)) {
    return Error{Code::kFailedPrecondition, "OPERATION_ENDED", "operations/" + id + " has ended already"};
  }
  const ActivePtr active = active_.at(id);
  if (!active->RequestCancel()) {
    return Error{Code::kFailedPrecondition, "PAST_POINT_OF_NO_RETURN", "operations/" + id + " can't go back any more"};
  }
  if (active->operation().state == State::kQueued) {
    active->End(State::kCancelled, Error{Code::kCancelled, "CANCELLED", "cancelled before it began"});
    Retire(active);
  }
  return active->operation();
}

// --- the agent's own beginning and end
// ----------------------------------------------------------------------------------

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

}  // namespace

std::unique_ptr<Operations> MakeOperations(asio::any_io_executor loop, engine::Engine& engine, Journal& journal,
                                           Clock& clock, OperationSettings settings) {
  return std::make_unique<OperationsImpl>(loop, engine, journal, clock, std::move(settings));
}

}  // namespace berth::agent

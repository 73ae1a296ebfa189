#include "agent/operations/operations.h"

#include <algorithm>

#include "agent/operations/lifecycle.h"
#include "agent/operations/operations_impl.h"
#include "agent/operations/resolve.h"
#include "engine/base/log.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;

Result<> CheckEtag(const Request& request, const ContainerDetails& container) {
  if (request.etag.empty() || request.etag == EtagOf(container)) return {};
  return Error{Code::kAborted,
               "ETAG_MISMATCH",
               container.name + " has changed since; look at it again",
               {{"etag", EtagOf(container)}}};
}

KeepRule KeepRuleOf(const Request& request, const KeepRule& usual) {
  return {request.keep_previous.value_or(usual.count), request.keep_previous_for.value_or(usual.age),
          request.image_cleanup.value_or(usual.image_cleanup)};
}

}  // namespace

Progress FirstProgress(const Operation& operation) {
  Progress progress{1, operation.created_at, 0, 0, "Begin", {}};
  if (operation.state == State::kQueued) progress.message = "Wait for an earlier operation";
  const bool has_steps = Replaces(operation.kind) || operation.kind == Kind::kUpgradeGroup;
  if (operation.state == State::kQueued || !operation.plan || has_steps) return progress;
  progress.step = progress.step_count = 1;
  progress.message = operation.plan->steps.front();
  return progress;
}

ServiceKeys KeysOf(const JournalEntry& entry) {
  ServiceKeys keys;
  if (entry.group) {
    for (const auto& member : entry.group->members) keys.push_back(std::string(kGroupKey) + member.container);
    return keys;
  }
  keys.push_back(entry.operation.service_key);
  if (!entry.upgrade) return keys;
  for (const auto& dependant : entry.upgrade->dependants) keys.push_back(dependant.service_key);
  return keys;
}

Error InProgress(const std::string& container, const std::string& holder) {
  return {Code::kAborted,
          "OPERATION_IN_PROGRESS",
          "operations/" + holder + " is working on " + container + "; wait for it, or ask to be queued",
          {{"operation", "operations/" + holder}, {"container", container}}};
}

// The same request again: its operation. The same id with another request: an error.
Result<std::optional<Operation>> OperationsImpl::Repeated(const Request& request, const std::string& hash) {
  const std::string& request_id = request.request_id;
  if (request_id.empty()) return std::optional<Operation>();
  auto entry = journal_.FindByRequestId(request_id);
  if (!entry) return entry.error();
  if (!*entry) return std::optional<Operation>();
  if ((*entry)->request_hash != hash) {
    return Error{Code::kAlreadyExists,
                 "REQUEST_ID_REUSED",
                 "request_id " + request_id + " was used for another request; take a new one",
                 {{"operation", "operations/" + (*entry)->operation.id}}};
  }
  auto operation = Get((*entry)->operation.id);
  if (!operation) return operation.error();
  if (!request.caller.scope.Covers(operation->labels)) return NoSuchContainer(request.container);
  return std::optional(std::move(*operation));
}

// What an upgrade can't end without is not held up.
bool OperationsImpl::IsPartOfOneUnderWay(const Request& request) const {
  const auto parent = active_.find(request.parent);
  return parent != active_.end() && !parent->second->group();
}

bool OperationsImpl::TakesBack(const Request& request) const {
  const auto parent = active_.find(request.parent);
  return request.kind == Kind::kRollback && parent != active_.end() && parent->second->group();
}

Result<> OperationsImpl::MayBegin(const Request& request, const JournalEntry& entry) const {
  const bool may_wait = !IsPartOfOneUnderWay(request);
  if (may_wait && draining_) {
    return Error{Code::kUnavailable, "DRAINING", "the agent is stopping; try again in a moment"};
  }
  if (may_wait && active_.size() >= settings_.maximum_unfinished) {
    return Error{Code::kResourceExhausted, "TOO_MANY_OPERATIONS", "too many operations are under way; try again later"};
  }
  for (const auto& key : KeysOf(entry)) {
    const auto holder = leases_.Holder(key);
    if (holder && holder != request.parent && !request.queue) {
      return InProgress(key == entry.operation.service_key ? entry.operation.container : key, *holder);
    }
  }
  return {};
}

// May it begin now? Its twin, when the same request came first; asked again after every await.
Result<std::optional<Operation>> OperationsImpl::Admit(const Request& request, const JournalEntry& entry) {
  if (request.validate_only) return std::optional<Operation>();
  auto twin = Repeated(request, HashOf(request));
  if (!twin || *twin) return twin;
  if (auto may = MayBegin(request, entry); !may) return may.error();
  return std::optional<Operation>();
}

// Every change of a container comes by here. What an upgrade can't end without was asked for with it, and what a group
// takes back it has done itself: both go on when the policy has changed meanwhile.
ResultTask<Preflight> OperationsImpl::Examine(Request request, ContainerDetails container, std::string id) {
  const bool asked_before = IsPartOfOneUnderWay(request) || TakesBack(request);
  const auto key = engine::ServiceKeyOf(container.name, container.labels);
  const bool ask = !asked_before && IsOfCaller(request);
  Result<> may = ask ? MayChange(settings_.policy, key, container.name) : Result<>();
  if (!may && !request.validate_only) co_return may.error();
  auto preflight = co_await Explore(request, container, id);
  if (!preflight) co_return preflight;
  if (may && !asked_before) may = MayDo(settings_.policy, request, *preflight);
  if (may && !asked_before) {
    const auto covered = co_await Covers(request.caller.scope, preflight->record.dependants);
    may = covered;
  }
  if (!may && !request.validate_only) co_return may.error();
  auto& refusals = preflight->plan.refusals;
  if (!may) refusals.insert(refusals.begin(), may.error().message);
  co_return preflight;
}

// What is made anew besides has to be the caller's as well; he does not learn what it is.
ResultTask<> OperationsImpl::Covers(Scope scope, std::vector<Dependant> dependants) {
  if (scope.IsWholeHost()) co_return Result<>();
  for (const auto& dependant : dependants) {
    const auto seen = co_await Resolve(engine_, dependant.id, scope);
    if (seen) continue;
    co_return Error{Code::kPermissionDenied, "SCOPE_TOO_NARROW",
                    "a container that is not yours to change shares its network or volumes, and would be made anew "
                    "with it; ask somebody who may change both"};
  }
  co_return Result<>();
}

ResultTask<Preflight> OperationsImpl::Explore(const Request& request, const ContainerDetails& container,
                                              const std::string& id) {
  if (request.kind == Kind::kUpgrade) co_return co_await PreflightUpgrade(engine_, journal_, request, container, id);
  if (request.kind == Kind::kRollback) co_return co_await ExamineRollback(request, container, id);
  if (request.kind == Kind::kRecreate) co_return co_await PreflightRecreate(engine_, journal_, request, container, id);
  Preflight preflight;
  preflight.plan.steps = LifecycleSteps(request.kind, container);
  co_return preflight;
}

ResultTask<Operation> OperationsImpl::Submit(Request request) {
  if (!request.validate_only) {  // also while the engine is away
    auto repeated = Repeated(request, HashOf(request));
    if (!repeated) co_return repeated.error();
    if (*repeated) co_return std::move(**repeated);
  }
  auto container = co_await Resolve(engine_, request.container, request.caller.scope);
  if (!container) co_return container.error();
  if (auto same = CheckEtag(request, *container); !same) co_return same.error();
  if (auto needed = CheckStillNeeded(request, *container); !needed) co_return needed.error();
  JournalEntry entry;
  entry.operation.id = request.validate_only ? "<operation>" : NewOperationId();  // the plan names it
  if (!request.id.empty()) entry.operation.id = request.id;
  entry.operation.container = container->name;
  entry.operation.service_key = engine::ServiceKeyOf(container->name, container->labels);
  entry.operation.labels = ForScopes(container->labels, settings_.scope_labels);
  auto twin = Admit(request, entry);
  if (!twin) co_return twin.error();
  if (*twin) co_return std::move(**twin);
  auto preflight = co_await Examine(request, *container, entry.operation.id);
  if (!preflight) co_return preflight.error();
  if (!preflight->plan.refusals.empty() && !request.validate_only) {
    co_return WouldLose(container->name, preflight->plan.refusals);
  }
  if (Replaces(request.kind)) {
    entry.upgrade = std::move(preflight->record);
    entry.upgrade->keep = KeepRuleOf(request, settings_.keep);
    entry.upgrade->owner_started_at = container->started_at;
  }
  entry.operation.plan = std::move(preflight->plan);
  co_return Begin(std::move(request), *container, std::move(entry));
}

bool OperationsImpl::HasToWait(const JournalEntry& entry, const std::string& parent) const {
  const auto keys = KeysOf(entry);
  return std::any_of(keys.begin(), keys.end(), [&](const auto& key) {
    const auto holder = leases_.Holder(key);
    return holder && holder != parent;
  });
}

Result<Operation> OperationsImpl::Begin(Request request, const ContainerDetails& container, JournalEntry entry) {
  Operation& operation = entry.operation;
  operation.kind = request.kind;
  operation.origin = request.origin;
  operation.parent = request.parent;
  operation.container = container.name;
  operation.container_id = container.id;
  operation.request_id = request.request_id;
  operation.created_at = clock_.WallNow();
  if (request.validate_only) {
    operation.id.clear();
    operation.state = State::kValidated;
    return operation;
  }
  return Enter(std::move(request), std::move(entry),
               [&](const ActivePtr& active) { return Perform(active, container); });
}

// From here to the journal there is no await: nobody comes between the check and the lease.
Result<Operation> OperationsImpl::Enter(Request request, JournalEntry entry,
                                        const std::function<Task<>(const ActivePtr&)>& perform) {
  Operation& operation = entry.operation;
  auto twin = Admit(request, entry);
  if (!twin) return twin.error();
  if (*twin) return std::move(**twin);

  const bool queued = HasToWait(entry, request.parent);
  operation.state = queued ? State::kQueued : State::kRunning;
  operation.progress = FirstProgress(operation);
  if (!Replaces(operation.kind)) operation.plan.reset();  // one step, and the progress says it
  entry.request_hash = HashOf(request);
  if (auto written = journal_.Begin(entry); !written) return Annotate(written.error(), "nothing was done");

  const auto keys = KeysOf(entry);
  leases_.TakeOrQueue(keys, operation.id, request.parent);
  const ActivePtr active = Activate(std::move(request), std::move(entry));
  if (queued) {
    active->AllowCancel();
  } else {
    for (const auto& key : keys) TellLease(key);
    Spawn(active, perform(active));
  }
  return active->operation();
}

ActivePtr OperationsImpl::Activate(Request request, JournalEntry entry) {
  const std::string id = entry.operation.id;
  log::Info(std::string(Name(entry.operation.kind)) + " begins",
            {{"container", SubjectOf(entry.operation)}, {"operation", id}});
  const auto parent = active_.find(request.parent);
  if (parent != active_.end()) parent->second->mutable_operation().children.push_back(id);
  return active_[id] = std::make_shared<ActiveOperation>(loop_, clock_, journal_, std::move(request), std::move(entry));
}

std::unique_ptr<Operations> MakeOperations(boost::asio::any_io_executor loop, engine::Engine& engine, Journal& journal,
                                           Clock& clock, OperationSettings settings) {
  return std::make_unique<OperationsImpl>(loop, engine, journal, clock, std::move(settings));
}

}  // namespace berth::agent

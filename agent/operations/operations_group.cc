// Operations that consist of others.
#include <algorithm>

#include "agent/operations/group_plan.h"
#include "agent/operations/group_run.h"
#include "agent/operations/operations_impl.h"

namespace berth::agent {

using engine::ContainerDetails;

ResultTask<Operation> OperationsImpl::SubmitGroup(GroupRequest request) {
  const std::string hash = HashOf(request);
  if (!request.each.validate_only) {
    auto repeated = Repeated(request.each, hash);
    if (!repeated) co_return repeated.error();
    if (*repeated) co_return std::move(**repeated);
  }
  if (request.roll_back && !request.each.keep_previous) {
    request.each.keep_previous = std::max(1, settings_.keep.count);  // nothing kept is nothing to go back to
  }
  const ExamineMember examine = [this](Request member, ContainerDetails container) {
    return Examine(std::move(member), std::move(container), "<operation>");
  };
  auto preflight = co_await PreflightGroup(engine_, examine, request);
  if (!preflight) co_return preflight.error();
  JournalEntry entry;
  entry.operation.id = request.each.validate_only ? "" : NewOperationId();
  entry.operation.kind = Kind::kUpgradeGroup;
  entry.operation.container = DescribeSelection(request);
  entry.operation.request_id = request.each.request_id;
  entry.operation.created_at = clock_.WallNow();
  entry.operation.plan = std::move(preflight->plan);
  entry.operation.labels = ForScopes(preflight->labels, settings_.scope_labels);
  entry.group = std::move(preflight->record);
  entry.request_hash = hash;
  if (request.each.validate_only) {
    entry.operation.state = State::kValidated;
    co_return entry.operation;
  }
  if (!entry.operation.plan->refusals.empty()) {
    co_return WouldLose(entry.operation.container, entry.operation.plan->refusals);
  }
  if (auto free = NobodyWorksOn(preflight->services, request.each); !free) co_return free.error();
  co_return BeginGroup(std::move(request.each), std::move(entry));
}

// Each is waited for when its turn comes; but what is busy now is better known at once.
Result<> OperationsImpl::NobodyWorksOn(const ServiceKeys& services, const Request& request) const {
  for (const auto& key : services) {
    const auto holder = leases_.Holder(key);
    if (holder && !request.queue) return InProgress(key, *holder);
  }
  return {};
}

Result<Operation> OperationsImpl::BeginGroup(Request request, JournalEntry entry) {
  auto twin = Repeated(request, entry.request_hash);
  if (!twin) return twin.error();
  if (*twin) return std::move(**twin);
  if (auto may = MayBegin(request, entry); !may) return may.error();

  Operation& operation = entry.operation;
  const bool queued = HasToWait(entry, "");
  operation.state = queued ? State::kQueued : State::kRunning;
  operation.progress = FirstProgress(operation);
  operation.plan->parts.clear();  // each has its own in its operation
  if (auto written = journal_.Begin(entry); !written) return Annotate(written.error(), "nothing was done");
  leases_.TakeOrQueue(KeysOf(entry), operation.id);
  request.kind = Kind::kUpgradeGroup;
  const ActivePtr active = Activate(std::move(request), std::move(entry));
  active->AllowCancel();
  if (!queued) Spawn(active, RunGroup(active));
  return active->operation();
}

Task<> OperationsImpl::RunGroup(ActivePtr operation) {
  operation->mutable_operation().state = State::kRunning;
  GroupRun run(*this, clock_, operation);
  co_await run.Run();
}

}  // namespace berth::agent

// Operations as others see them: what they are, how they go on, and that they shall go back.
#include "agent/operations/operation_watch.h"
#include "agent/operations/operations_impl.h"

namespace berth::agent {
namespace {

constexpr std::chrono::hours kLongestWait{24};  // no operation takes longer

}  // namespace

Error NoSuchOperation(const std::string& id) {
  return {Code::kNotFound,
          "OPERATION_NOT_FOUND",
          "there is no operation " + id + " (they are kept for 30 days)",
          {{"operation", id}}};
}

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
  return CancelBecause(id, {Code::kCancelled, "CANCELLED", "cancelled by request"});
}

Result<Operation> OperationsImpl::CancelBecause(const std::string& id, const Error& why) {
  auto operation = Get(id);
  if (!operation) return operation;
  if (HasEnded(operation->state)) {
    return Error{Code::kFailedPrecondition, "OPERATION_ENDED", "operations/" + id + " has ended already"};
  }
  const ActivePtr active = active_.at(id);
  if (!active->RequestCancel(why)) {
    return Error{Code::kFailedPrecondition, "PAST_POINT_OF_NO_RETURN", "operations/" + id + " can't go back any more"};
  }
  if (active->operation().state == State::kQueued) {
    active->End(State::kCancelled, Error{why.code, why.reason, why.message + " before it began"});
    Retire(active);
  }
  return active->operation();
}

}  // namespace berth::agent

// Operations whose work is another room's.
#include "agent/operations/operations_impl.h"

namespace berth::agent {
namespace {

constexpr std::string_view kLineage = "certificate:";

Request RequestOf(const Errand& errand) {
  Request request;
  request.kind = errand.kind;
  request.origin = errand.origin;
  request.caller = errand.caller;
  request.container = errand.service_key;
  request.image = errand.details;
  request.parent = errand.parent;
  request.queue = errand.queue;
  request.request_id = errand.request_id;
  request.timeout = errand.timeout;
  return request;
}

}  // namespace

std::string LineageKey(std::string_view lineage) { return std::string(kLineage) + std::string(lineage); }

std::string LineageOf(const Operation& operation) {
  const auto& key = operation.service_key;
  return key.starts_with(kLineage) ? key.substr(kLineage.size()) : std::string();
}

// One that concerns no container is about files of this host alone; what it means for containers are errands of their
// own.
Result<Operation> OperationsImpl::Submit(Errand errand) {
  Request request = RequestOf(errand);
  if (IsOfCaller(request) && !errand.container.empty()) {
    if (auto may = MayChange(settings_.policy, errand.service_key, errand.container); !may) return may.error();
  }
  JournalEntry entry;
  Operation& operation = entry.operation;
  operation.id = NewOperationId();
  operation.kind = errand.kind;
  operation.origin = errand.origin;
  operation.parent = errand.parent;
  operation.container = errand.container;
  operation.container_id = errand.container_id;
  operation.service_key = errand.service_key;
  operation.request_id = errand.request_id;
  operation.created_at = clock_.WallNow();
  const std::string id = operation.id;
  errands_[id] = std::move(errand.work);
  auto entered =
      Enter(std::move(request), std::move(entry), [this](const ActivePtr& active) { return RunErrand(active); });
  if (!active_.contains(id)) errands_.erase(id);
  return entered;
}

Task<> OperationsImpl::RunErrand(ActivePtr active) {
  const auto errand = errands_.extract(active->operation().id);
  active->mutable_operation().state = State::kRunning;
  active->AllowCancel();
  auto done = co_await active->Interruptible(errand.mapped()(active));
  if (done) {
    active->End(State::kSucceeded, std::nullopt);
    co_return;
  }
  const Error error = done.error();
  active->End(error.code == Code::kCancelled ? State::kCancelled : State::kFailed, error);
}

}  // namespace berth::agent

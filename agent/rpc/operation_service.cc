#include "agent/rpc/operation_service.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "agent/rpc/convert.h"
#include "agent/rpc/requests.h"

namespace berth::rpc {
namespace {

v1::WatchOperationResponse ToItem(const agent::OperationWatch::Item& item) {
  v1::WatchOperationResponse message;
  if (item.progress) *message.mutable_progress() = ToProto(*item.progress);
  if (item.operation) *message.mutable_operation() = ToProto(*item.operation);
  return message;
}

// One page of a listing that was asked for one operation more than fits, to see whether there is a next one.
v1::ListOperationsResponse ToPage(const std::vector<agent::Operation>& operations, std::size_t page_size) {
  v1::ListOperationsResponse page;
  const std::size_t count = std::min(operations.size(), page_size);
  for (std::size_t i = 0; i < count; ++i) *page.add_operations() = ToProto(operations[i]);
  if (operations.size() > page_size) page.set_next_page_token(operations[page_size - 1].id);
  return page;
}

}  // namespace

grpc::ServerUnaryReactor* OperationService::GetOperation(grpc::CallbackServerContext* context,
                                                         const v1::GetOperationRequest* request,
                                                         v1::Operation* response) {
  return bridge_.Read(context, *request, response, [=, this](const auto& caller) { return Get(*request, caller); });
}

grpc::ServerUnaryReactor* OperationService::ListOperations(grpc::CallbackServerContext* context,
                                                           const v1::ListOperationsRequest* request,
                                                           v1::ListOperationsResponse* response) {
  return bridge_.Read(context, *request, response, [=, this](const auto& caller) { return List(*request, caller); });
}

grpc::ServerWriteReactor<v1::WatchOperationResponse>* OperationService::WatchOperation(
    grpc::CallbackServerContext* context, const v1::WatchOperationRequest* request) {
  return bridge_.Stream<v1::WatchOperationResponse>(
      context, *request, [=, this](auto& call, const auto& caller) { return Watch(*request, call, caller); });
}

grpc::ServerUnaryReactor* OperationService::WaitOperation(grpc::CallbackServerContext* context,
                                                          const v1::WaitOperationRequest* request,
                                                          v1::Operation* response) {
  return bridge_.Read(context, *request, response, [=, this](const auto& caller) { return Wait(*request, caller); });
}

grpc::ServerUnaryReactor* OperationService::CancelOperation(grpc::CallbackServerContext* context,
                                                            const v1::CancelOperationRequest* request,
                                                            v1::Operation* response) {
  return bridge_.Mutate(context, *request, response,
                        [=, this](const auto& caller) { return Cancel(*request, caller); });
}

ResultTask<v1::Operation> OperationService::Get(const v1::GetOperationRequest& request, const agent::Caller& caller) {
  const auto id = ToOperationId(request.name());
  if (!id) co_return id.error();
  const auto operation = Find(*id, caller.scope);
  if (!operation) co_return operation.error();
  co_return ToProto(*operation);
}

ResultTask<v1::ListOperationsResponse> OperationService::List(const v1::ListOperationsRequest& request,
                                                              const agent::Caller& caller) {
  auto query = ToQuery(request);
  if (!query) co_return query.error();
  const std::size_t page_size = query->limit++;
  const auto operations = Listed(*query, caller.scope);
  if (!operations) co_return operations.error();
  co_return ToPage(*operations, page_size);
}

Result<agent::Operation> OperationService::Find(const std::string& id, const agent::Scope& scope) {
  auto operation = operations_.Get(id);
  if (operation && !scope.Covers(operation->labels)) return agent::NoSuchOperation(id);
  return operation;
}

// As many as asked for of those that the scope covers, as long as there are any.
Result<std::vector<agent::Operation>> OperationService::Listed(agent::OperationQuery query, const agent::Scope& scope) {
  if (scope.IsWholeHost()) return operations_.List(query);
  std::vector<agent::Operation> covered;
  for (;;) {
    auto some = operations_.List(query);
    if (!some) return some.error();
    for (auto& operation : *some) {
      query.before_id = operation.id;
      if (covered.size() < query.limit && scope.Covers(operation.labels)) covered.push_back(std::move(operation));
    }
    if (some->size() < query.limit || covered.size() == query.limit) return covered;
  }
}

ResultTask<> OperationService::Watch(const v1::WatchOperationRequest& request,
                                     StreamCall<v1::WatchOperationResponse>& call, const agent::Caller& caller) {
  const auto id = ToOperationId(request.name());
  if (!id) co_return id.error();
  const auto seen = Find(*id, caller.scope);
  if (!seen) co_return seen.error();
  auto watch = operations_.Watch(*id, std::max<std::uint64_t>(request.from_sequence(), 1));
  if (!watch) co_return watch.error();
  call.Opened();
  for (;;) {
    const auto item = co_await (*watch)->Next();
    if (!item) co_return item.error();
    if (!*item) co_return Result<>();
    auto message = ToItem(**item);
    const auto written = co_await call.Write(std::move(message));
    if (!written) co_return written;
  }
}

ResultTask<v1::Operation> OperationService::Wait(const v1::WaitOperationRequest& request, const agent::Caller& caller) {
  const auto id = ToOperationId(request.name());
  if (!id) co_return id.error();
  const auto limit = ToWaitLimit(request);
  if (!limit) co_return limit.error();
  const auto seen = Find(*id, caller.scope);
  if (!seen) co_return seen.error();
  const auto operation = co_await operations_.Wait(*id, *limit);
  if (!operation) co_return operation.error();
  co_return ToProto(*operation);
}

ResultTask<v1::Operation> OperationService::Cancel(const v1::CancelOperationRequest& request,
                                                   const agent::Caller& caller) {
  const auto id = ToOperationId(request.name());
  if (!id) co_return id.error();
  const auto seen = Find(*id, caller.scope);
  if (!seen) co_return seen.error();
  const auto operation = operations_.Cancel(*id);
  if (!operation) co_return operation.error();
  co_return ToProto(*operation);
}

}  // namespace berth::rpc

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

grpc::ServerUnaryReactor* OperationService::GetOperation(grpc::CallbackServerContext*,
                                                         const v1::GetOperationRequest* request,
                                                         v1::Operation* response) {
  return bridge_.Read(response, Get(*request));
}

grpc::ServerUnaryReactor* OperationService::ListOperations(grpc::CallbackServerContext*,
                                                           const v1::ListOperationsRequest* request,
                                                           v1::ListOperationsResponse* response) {
  return bridge_.Read(response, List(*request));
}

grpc::ServerWriteReactor<v1::WatchOperationResponse>* OperationService::WatchOperation(
    grpc::CallbackServerContext*, const v1::WatchOperationRequest* request) {
  return bridge_.Stream<v1::WatchOperationResponse>([=, this](auto& call) { return Watch(*request, call); });
}

grpc::ServerUnaryReactor* OperationService::WaitOperation(grpc::CallbackServerContext*,
                                                          const v1::WaitOperationRequest* request,
                                                          v1::Operation* response) {
  return bridge_.Read(response, Wait(*request));
}

grpc::ServerUnaryReactor* OperationService::CancelOperation(grpc::CallbackServerContext*,
                                                            const v1::CancelOperationRequest* request,
                                                            v1::Operation* response) {
  return bridge_.Mutate(response, Cancel(*request));
}

ResultTask<v1::Operation> OperationService::Get(const v1::GetOperationRequest& request) {
  const auto id = ToOperationId(request.name());
  if (!id) co_return id.error();
  const auto operation = operations_.Get(*id);
  if (!operation) co_return operation.error();
  co_return ToProto(*operation);
}

ResultTask<v1::ListOperationsResponse> OperationService::List(const v1::ListOperationsRequest& request) {
  auto query = ToQuery(request);
  if (!query) co_return query.error();
  const std::size_t page_size = query->limit++;
  const auto operations = operations_.List(*query);
  if (!operations) co_return operations.error();
  co_return ToPage(*operations, page_size);
}

ResultTask<> OperationService::Watch(const v1::WatchOperationRequest& request,
                                     StreamCall<v1::WatchOperationResponse>& call) {
  const auto id = ToOperationId(request.name());
  if (!id) co_return id.error();
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

ResultTask<v1::Operation> OperationService::Wait(const v1::WaitOperationRequest& request) {
  const auto id = ToOperationId(request.name());
  if (!id) co_return id.error();
  const auto limit = ToWaitLimit(request);
  if (!limit) co_return limit.error();
  const auto operation = co_await operations_.Wait(*id, *limit);
  if (!operation) co_return operation.error();
  co_return ToProto(*operation);
}

ResultTask<v1::Operation> OperationService::Cancel(const v1::CancelOperationRequest& request) {
  const auto id = ToOperationId(request.name());
  if (!id) co_return id.error();
  const auto operation = operations_.Cancel(*id);
  if (!operation) co_return operation.error();
  co_return ToProto(*operation);
}

}  // namespace berth::rpc

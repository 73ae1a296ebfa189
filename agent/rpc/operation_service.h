// OperationService: what became of what was asked.
#pragma once

#include "agent/operations/operations.h"
#include "agent/rpc/bridge.h"
#include "berth/v1/operation_service.grpc.pb.h"

namespace berth::rpc {

class OperationService final : public v1::OperationService::CallbackService {
 public:
  OperationService(Bridge& bridge, agent::Operations& operations) : bridge_(bridge), operations_(operations) {}

  grpc::ServerUnaryReactor* GetOperation(grpc::CallbackServerContext* context, const v1::GetOperationRequest* request,
                                         v1::Operation* response) override;
  grpc::ServerUnaryReactor* ListOperations(grpc::CallbackServerContext* context,
                                           const v1::ListOperationsRequest* request,
                                           v1::ListOperationsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchOperationResponse>* WatchOperation(
      grpc::CallbackServerContext* context, const v1::WatchOperationRequest* request) override;
  grpc::ServerUnaryReactor* WaitOperation(grpc::CallbackServerContext* context, const v1::WaitOperationRequest* request,
                                          v1::Operation* response) override;
  grpc::ServerUnaryReactor* CancelOperation(grpc::CallbackServerContext* context,
                                            const v1::CancelOperationRequest* request,
                                            v1::Operation* response) override;

 private:
  // On the loop. A request and its caller live as long as the call, and so longer than these.
  ResultTask<v1::Operation> Get(const v1::GetOperationRequest& request, const agent::Caller& caller);
  ResultTask<v1::ListOperationsResponse> List(const v1::ListOperationsRequest& request, const agent::Caller& caller);
  ResultTask<> Watch(const v1::WatchOperationRequest& request, StreamCall<v1::WatchOperationResponse>& call,
                     const agent::Caller& caller);
  ResultTask<v1::Operation> Wait(const v1::WaitOperationRequest& request, const agent::Caller& caller);
  ResultTask<v1::Operation> Cancel(const v1::CancelOperationRequest& request, const agent::Caller& caller);
  // NOT_FOUND also for one that the scope does not cover.
  Result<agent::Operation> Find(const std::string& id, const agent::Scope& scope);
  Result<std::vector<agent::Operation>> Listed(agent::OperationQuery query, const agent::Scope& scope);

  Bridge& bridge_;
  agent::Operations& operations_;
};

}  // namespace berth::rpc

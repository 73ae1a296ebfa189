// AuditService: who changed what.
#pragma once

#include "agent/audit.h"
#include "agent/rpc/bridge.h"
#include "berth/v1/audit_service.grpc.pb.h"

namespace berth::rpc {

// INVALID_ARGUMENT (BAD_FIELD) with the field's name.
Result<agent::AuditQuery> ToQuery(const v1::ListAuditRecordsRequest& proto);
v1::AuditRecord ToProto(const agent::AuditRecord& record);

class AuditService final : public v1::AuditService::CallbackService {
 public:
  AuditService(Bridge& bridge, agent::AuditLog& audit) : bridge_(bridge), audit_(audit) {}

  grpc::ServerUnaryReactor* ListAuditRecords(grpc::CallbackServerContext* context,
                                             const v1::ListAuditRecordsRequest* request,
                                             v1::ListAuditRecordsResponse* response) override;

 private:
  ResultTask<v1::ListAuditRecordsResponse> List(const v1::ListAuditRecordsRequest& request);

  Bridge& bridge_;
  agent::AuditLog& audit_;
};

}  // namespace berth::rpc

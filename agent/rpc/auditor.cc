#include "agent/rpc/auditor.h"

#include "agent/rpc/audit_record.h"
#include "engine/base/log.h"

namespace berth::rpc {
namespace {

void Told(const Result<>& done) {
  if (!done) log::Warning("cannot write down what came of a request", {{"error", done.error().message}});
}

}  // namespace

Result<std::int64_t> LogAuditor::Begin(const google::protobuf::Message& request, const agent::Caller& caller) {
  if (ChangesNothing(request)) return 0;
  agent::AuditRecord record = RecordOf(request);
  record.time = clock_.WallNow();
  record.identity = caller.identity;
  record.address = caller.address;
  auto id = log_.Write(record);
  if (id) return id;
  const bool full = id.error().code == Code::kResourceExhausted;
  return Error{full ? Code::kResourceExhausted : Code::kUnavailable, id.error().reason,
               "nothing was done, because nobody could write down who asked for it: " + id.error().message};
}

void LogAuditor::End(std::int64_t record, const std::string& refused, const std::string& operation) {
  if (record == 0) return;
  if (!operation.empty()) return Told(log_.Link(record, operation));
  const auto outcome = refused.empty() ? agent::AuditOutcome::kSucceeded : agent::AuditOutcome::kRefused;
  Told(log_.Close(record, outcome, refused));
}

}  // namespace berth::rpc

// Writes down what callers ask to be changed: before it is done, and what came of it.
#pragma once

#include <string>

#include <google/protobuf/message.h>

#include "agent/audit.h"
#include "engine/base/clock.h"

namespace berth::rpc {

// Loop thread. Outlives the bridge.
class Auditor {
 public:
  virtual ~Auditor() = default;

  // The record's id; 0 for a dry run. UNAVAILABLE when it can't be written, RESOURCE_EXHAUSTED
  // (DISK_FULL) when the disk is full: then nothing may be done.
  virtual Result<std::int64_t> Begin(const google::protobuf::Message& request, const agent::Caller& caller) = 0;
  // `refused` is why; empty when it was not. An operation that was begun says by itself how it ends.
  virtual void End(std::int64_t record, const std::string& refused, const std::string& operation) = 0;
};

class LogAuditor final : public Auditor {
 public:
  LogAuditor(agent::AuditLog& log, Clock& clock) : log_(log), clock_(clock) {}

  Result<std::int64_t> Begin(const google::protobuf::Message& request, const agent::Caller& caller) override;
  void End(std::int64_t record, const std::string& refused, const std::string& operation) override;

 private:
  agent::AuditLog& log_;
  Clock& clock_;
};

}  // namespace berth::rpc

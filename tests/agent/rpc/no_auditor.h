// An auditor that writes nothing down.
#pragma once

#include "agent/rpc/auditor.h"

namespace berth::test {

class NoAuditor final : public rpc::Auditor {
 public:
  Result<std::int64_t> answer = 0;

  Result<std::int64_t> Begin(const google::protobuf::Message&, const agent::Caller&) override { return answer; }
  void End(std::int64_t, const std::string&, const std::string&) override {}
};

}  // namespace berth::test

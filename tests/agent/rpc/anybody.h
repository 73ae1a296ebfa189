// Lets everybody in, as whom a test says.
#pragma once

#include "agent/rpc/gatekeeper.h"

namespace berth::test {

class Anybody final : public rpc::Gatekeeper {
 public:
  Result<agent::Caller> caller = agent::TheAgent();

  Result<agent::Caller> Identify(const grpc::CallbackServerContext&) override { return caller; }
};

}  // namespace berth::test

// Who is behind a call.
#pragma once

#include <grpcpp/support/server_callback.h>

#include "agent/operations/caller.h"

namespace berth::rpc {

// Loop thread. One for each kind of connection; it outlives the bridge.
class Gatekeeper {
 public:
  virtual ~Gatekeeper() = default;

  // PERMISSION_DENIED (CALLER_UNKNOWN) for somebody whom nothing was granted; RESOURCE_EXHAUSTED (TOO_MANY_CALLS).
  virtual Result<agent::Caller> Identify(const grpc::CallbackServerContext& call) = 0;
};

}  // namespace berth::rpc

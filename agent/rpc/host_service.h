// HostService: the host and the agent itself.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/operations/operations.h"
#include "agent/rpc/bridge.h"
#include "berth/v1/host_service.grpc.pb.h"
#include "engine/base/clock.h"
#include "engine/engine.h"

namespace berth::rpc {

// What the host is, and what it suffers from besides its engine.
struct HostFacts {
  std::string hostname;
  std::string agent_version;
  std::string engine_endpoint;
  std::vector<std::string> degraded_reasons = {};  // of the start: a journal that was set aside ...
  std::function<std::vector<std::string>()> more_reasons = [] { return std::vector<std::string>(); };  // of the moment
};

class HostService final : public v1::HostService::CallbackService {
 public:
  HostService(Bridge& bridge, engine::Engine& engine, agent::Operations& operations, Clock& clock, HostFacts facts);

  grpc::ServerUnaryReactor* GetHost(grpc::CallbackServerContext* context, const v1::GetHostRequest* request,
                                    v1::Host* response) override;

 private:
  ResultTask<v1::Host> Get();
  v1::Agent Agent() const;
  // The engine's own account of itself, or why there is none.
  ResultTask<v1::Engine> Engine();
  ResultTask<v1::Engine> AskEngine();

  Bridge& bridge_;
  engine::Engine& engine_;
  agent::Operations& operations_;
  Clock& clock_;
  const HostFacts facts_;
  const SteadyTime started_at_;
  const WallTime started_on_;
};

}  // namespace berth::rpc

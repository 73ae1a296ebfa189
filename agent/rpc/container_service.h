// ContainerService: what there is, and the one way to change it.
#pragma once

#include <string>

#include "agent/event_hub.h"
#include "agent/operations/operations.h"
#include "agent/rpc/bridge.h"
#include "agent/rpc/slots.h"
#include "berth/v1/container_service.grpc.pb.h"
#include "engine/engine.h"

namespace berth::rpc {

struct StreamLimits {
  std::size_t engine_streams = 64;  // StreamLogs and StreamStats: each holds a connection to the engine
  std::size_t watches = 1024;       // WatchEvents, which share one
};

class ContainerService final : public v1::ContainerService::CallbackService {
 public:
  ContainerService(Bridge& bridge, engine::Engine& engine, agent::Operations& operations, agent::EventHub& events,
                   StreamLimits limits)
      : bridge_(bridge),
        engine_(engine),
        operations_(operations),
        events_(events),
        engine_streams_(limits.engine_streams),
        watches_(limits.watches) {}

  grpc::ServerUnaryReactor* ListContainers(grpc::CallbackServerContext* context,
                                           const v1::ListContainersRequest* request,
                                           v1::ListContainersResponse* response) override;
  grpc::ServerUnaryReactor* GetContainer(grpc::CallbackServerContext* context, const v1::GetContainerRequest* request,
                                         v1::ContainerDetails* response) override;
  grpc::ServerUnaryReactor* StartContainer(grpc::CallbackServerContext* context,
                                           const v1::StartContainerRequest* request, v1::Operation* response) override;
  grpc::ServerUnaryReactor* StopContainer(grpc::CallbackServerContext* context, const v1::StopContainerRequest* request,
                                          v1::Operation* response) override;
  grpc::ServerUnaryReactor* RestartContainer(grpc::CallbackServerContext* context,
                                             const v1::RestartContainerRequest* request,
                                             v1::Operation* response) override;
  grpc::ServerUnaryReactor* UpgradeContainer(grpc::CallbackServerContext* context,
                                             const v1::UpgradeContainerRequest* request,
                                             v1::Operation* response) override;
  grpc::ServerUnaryReactor* UpgradeContainers(grpc::CallbackServerContext* context,
                                              const v1::UpgradeContainersRequest* request,
                                              v1::Operation* response) override;
  grpc::ServerUnaryReactor* RollbackContainer(grpc::CallbackServerContext* context,
                                              const v1::RollbackContainerRequest* request,
                                              v1::Operation* response) override;
  grpc::ServerUnaryReactor* ListVersions(grpc::CallbackServerContext* context, const v1::ListVersionsRequest* request,
                                         v1::ListVersionsResponse* response) override;
  grpc::ServerWriteReactor<v1::LogChunk>* StreamLogs(grpc::CallbackServerContext* context,
                                                     const v1::StreamLogsRequest* request) override;
  grpc::ServerWriteReactor<v1::Stats>* StreamStats(grpc::CallbackServerContext* context,
                                                   const v1::StreamStatsRequest* request) override;
  grpc::ServerWriteReactor<v1::ContainerEvent>* WatchEvents(grpc::CallbackServerContext* context,
                                                            const v1::WatchEventsRequest* request) override;

 private:
  // On the loop. A request and its caller live as long as the call, and so longer than these.
  ResultTask<v1::ListContainersResponse> List(const v1::ListContainersRequest& request, const agent::Caller& caller);
  ResultTask<v1::ContainerDetails> Get(const v1::GetContainerRequest& request, const agent::Caller& caller);
  ResultTask<v1::ListVersionsResponse> Versions(const v1::ListVersionsRequest& request, const agent::Caller& caller);
  template <class Proto>
  ResultTask<v1::Operation> Submit(const Proto& request, const agent::Caller& caller);
  ResultTask<v1::Operation> SubmitGroup(const v1::UpgradeContainersRequest& request, const agent::Caller& caller);
  ResultTask<> Logs(const v1::StreamLogsRequest& request, StreamCall<v1::LogChunk>& call, const agent::Caller& caller);
  ResultTask<> Stats(const v1::StreamStatsRequest& request, StreamCall<v1::Stats>& call, const agent::Caller& caller);
  ResultTask<> Events(const v1::WatchEventsRequest& request, StreamCall<v1::ContainerEvent>& call,
                      const agent::Caller& caller);

  // The engine's phrase for the container, "Up 3 minutes".
  ResultTask<std::string> StatusOf(const std::string& id);

  Bridge& bridge_;
  engine::Engine& engine_;
  agent::Operations& operations_;
  agent::EventHub& events_;
  Slots engine_streams_;
  Slots watches_;
};

}  // namespace berth::rpc

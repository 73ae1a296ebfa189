// WatchdogService: what is watched, what was done about it, and how to hold it back.
#pragma once

#include <string>
#include <vector>

#include "agent/episode_history.h"
#include "agent/operations/resolve.h"
#include "agent/rpc/bridge.h"
#include "berth/v1/watchdog_service.grpc.pb.h"
#include "notices/notice.h"
#include "watchdog/watcher.h"

namespace berth::rpc {

// What the service answers from. All of it outlives the server.
struct WatchdogParts {
  watchdog::Watcher* watcher = nullptr;  // none: switched off
  agent::EpisodeHistory& history;
  notices::Notices& notices;
};

class WatchdogService final : public v1::WatchdogService::CallbackService {
 public:
  WatchdogService(Bridge& bridge, engine::Engine& engine, const WatchdogParts& parts)
      : bridge_(bridge), engine_(engine), parts_(parts) {}

  grpc::ServerUnaryReactor* GetWatchdog(grpc::CallbackServerContext* context, const v1::GetWatchdogRequest* request,
                                        v1::Watchdog* response) override;
  grpc::ServerUnaryReactor* ListEpisodes(grpc::CallbackServerContext* context, const v1::ListEpisodesRequest* request,
                                         v1::ListEpisodesResponse* response) override;
  grpc::ServerUnaryReactor* PauseWatchdog(grpc::CallbackServerContext* context, const v1::PauseWatchdogRequest* request,
                                          v1::Watchdog* response) override;
  grpc::ServerUnaryReactor* ResumeWatchdog(grpc::CallbackServerContext* context,
                                           const v1::ResumeWatchdogRequest* request, v1::Watchdog* response) override;
  grpc::ServerUnaryReactor* ResetCircuit(grpc::CallbackServerContext* context, const v1::ResetCircuitRequest* request,
                                         v1::Watchdog* response) override;
  grpc::ServerUnaryReactor* SendTestNotice(grpc::CallbackServerContext* context,
                                           const v1::SendTestNoticeRequest* request,
                                           v1::SendTestNoticeResponse* response) override;

 private:
  // On the loop. A request and its caller live as long as the call, and so longer than these.
  ResultTask<v1::Watchdog> Get(const v1::GetWatchdogRequest& request, const agent::Caller& caller);
  ResultTask<v1::ListEpisodesResponse> List(const v1::ListEpisodesRequest& request, const agent::Caller& caller);
  ResultTask<v1::Watchdog> Pause(const v1::PauseWatchdogRequest& request, const agent::Caller& caller);
  ResultTask<v1::Watchdog> Resume(const v1::ResumeWatchdogRequest& request, const agent::Caller& caller);
  ResultTask<v1::Watchdog> Reset(const v1::ResetCircuitRequest& request, const agent::Caller& caller);
  ResultTask<v1::SendTestNoticeResponse> TestNotice();

  // FAILED_PRECONDITION (WATCHDOG_OFF).
  Result<watchdog::Watcher*> Watcher() const;
  // What is watched of the container, or of all; NOT_FOUND (NOT_WATCHED) for one that is not there, or that the scope
  // does not cover.
  ResultTask<v1::Watchdog> Show(std::string container, agent::Scope scope) const;
  // What may be told to hold back: one that is in the scope, or all for who has the whole host.
  ResultTask<> CheckReach(std::string container, agent::Scope scope) const;
  Result<std::vector<watchdog::Episode>> Listed(agent::EpisodeQuery query, const agent::ServicesInScope& services);

  Bridge& bridge_;
  engine::Engine& engine_;
  const WatchdogParts parts_;
};

}  // namespace berth::rpc

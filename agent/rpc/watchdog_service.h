// WatchdogService: what is watched, what was done about it, and how to hold it back.
#pragma once

#include "agent/episode_history.h"
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
  WatchdogService(Bridge& bridge, const WatchdogParts& parts) : bridge_(bridge), parts_(parts) {}

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
  // On the loop. A request lives as long as its call, and so longer than these.
  ResultTask<v1::Watchdog> Get(const v1::GetWatchdogRequest& request);
  ResultTask<v1::ListEpisodesResponse> List(const v1::ListEpisodesRequest& request);
  ResultTask<v1::Watchdog> Pause(const v1::PauseWatchdogRequest& request);
  ResultTask<v1::Watchdog> Resume(const v1::ResumeWatchdogRequest& request);
  ResultTask<v1::Watchdog> Reset(const v1::ResetCircuitRequest& request);
  ResultTask<v1::SendTestNoticeResponse> TestNotice();

  // FAILED_PRECONDITION (WATCHDOG_OFF).
  Result<watchdog::Watcher*> Watcher() const;
  // NOT_FOUND (NOT_WATCHED) for a container that is not there.
  Result<v1::Watchdog> Show(const std::string& container) const;

  Bridge& bridge_;
  const WatchdogParts parts_;
};

}  // namespace berth::rpc

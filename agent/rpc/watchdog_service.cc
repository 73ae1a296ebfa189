#include "agent/rpc/watchdog_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/rpc/convert.h"
#include "agent/rpc/fields.h"
#include "agent/rpc/requests.h"

namespace berth::rpc {
namespace {

// Empty: all of them.
std::optional<std::string> OneOrAll(const std::string& container) {
  return container.empty() ? std::nullopt : std::optional(container);
}

// One page of a listing that was asked for one episode more than fits, to see whether there is a next one.
v1::ListEpisodesResponse ToPage(const std::vector<watchdog::Episode>& episodes, std::size_t page_size) {
  v1::ListEpisodesResponse page;
  const std::size_t count = std::min(episodes.size(), page_size);
  for (std::size_t i = 0; i < count; ++i) *page.add_episodes() = ToProto(episodes[i]);
  if (episodes.size() > page_size) page.set_next_page_token(std::to_string(episodes[page_size - 1].id));
  return page;
}

}  // namespace

grpc::ServerUnaryReactor* WatchdogService::GetWatchdog(grpc::CallbackServerContext*,
                                                       const v1::GetWatchdogRequest* request, v1::Watchdog* response) {
  return bridge_.Read(response, Get(*request));
}

grpc::ServerUnaryReactor* WatchdogService::ListEpisodes(grpc::CallbackServerContext*,
                                                        const v1::ListEpisodesRequest* request,
                                                        v1::ListEpisodesResponse* response) {
  return bridge_.Read(response, List(*request));
}

grpc::ServerUnaryReactor* WatchdogService::PauseWatchdog(grpc::CallbackServerContext*,
                                                         const v1::PauseWatchdogRequest* request,
                                                         v1::Watchdog* response) {
  return bridge_.Mutate(response, Pause(*request));
}

grpc::ServerUnaryReactor* WatchdogService::ResumeWatchdog(grpc::CallbackServerContext*,
                                                          const v1::ResumeWatchdogRequest* request,
                                                          v1::Watchdog* response) {
  return bridge_.Mutate(response, Resume(*request));
}

grpc::ServerUnaryReactor* WatchdogService::ResetCircuit(grpc::CallbackServerContext*,
                                                        const v1::ResetCircuitRequest* request,
                                                        v1::Watchdog* response) {
  return bridge_.Mutate(response, Reset(*request));
}

grpc::ServerUnaryReactor* WatchdogService::SendTestNotice(grpc::CallbackServerContext*,
                                                          const v1::SendTestNoticeRequest*,
                                                          v1::SendTestNoticeResponse* response) {
  return bridge_.Read(response, TestNotice());
}

Result<watchdog::Watcher*> WatchdogService::Watcher() const {
  if (parts_.watcher) return parts_.watcher;
  return Error{Code::kFailedPrecondition, "WATCHDOG_OFF",
               "the watchdog is switched off on this host: set enabled = true in [heal] of berthd.toml, and restart "
               "berthd"};
}

Result<v1::Watchdog> WatchdogService::Show(const std::string& container) const {
  v1::Watchdog message;
  if (!parts_.watcher) return message;
  message = ToProto(parts_.watcher->Host());
  for (const auto& status : parts_.watcher->Watched()) {
    const bool wanted = container.empty() || status.container == container || status.service_key == container;
    if (wanted) *message.add_containers() = ToProto(status);
  }
  if (container.empty() || message.containers_size() > 0) return message;
  return watchdog::NotWatched(container);
}

ResultTask<v1::Watchdog> WatchdogService::Get(const v1::GetWatchdogRequest& request) {
  const auto container = ToWatchedName(request.container());
  if (!container) co_return container.error();
  co_return Show(*container);
}

ResultTask<v1::ListEpisodesResponse> WatchdogService::List(const v1::ListEpisodesRequest& request) {
  auto query = ToQuery(request);
  if (!query) co_return query.error();
  const std::size_t page_size = query->limit++;
  const auto episodes = parts_.history.List(*query);
  if (!episodes) co_return episodes.error();
  co_return ToPage(*episodes, page_size);
}

ResultTask<v1::Watchdog> WatchdogService::Pause(const v1::PauseWatchdogRequest& request) {
  const auto pause = ToPause(request);
  if (!pause) co_return pause.error();
  const auto watcher = Watcher();
  if (!watcher) co_return watcher.error();
  const auto paused = (*watcher)->Pause(OneOrAll(request.container()), *pause);
  if (!paused) co_return paused.error();
  const auto kept = parts_.history.KeepPauses((*watcher)->Pauses());
  if (!kept) co_return Annotate(kept.error(), "paused, but only until berthd is restarted");
  co_return Show(request.container());
}

ResultTask<v1::Watchdog> WatchdogService::Resume(const v1::ResumeWatchdogRequest& request) {
  const auto container = ToWatchedName(request.container());
  if (!container) co_return container.error();
  const auto watcher = Watcher();
  if (!watcher) co_return watcher.error();
  const auto resumed = (*watcher)->Resume(OneOrAll(*container));
  if (!resumed) co_return resumed.error();
  const auto kept = parts_.history.KeepPauses((*watcher)->Pauses());
  if (!kept) co_return Annotate(kept.error(), "resumed, but only until berthd is restarted");
  co_return Show(*container);
}

ResultTask<v1::Watchdog> WatchdogService::Reset(const v1::ResetCircuitRequest& request) {
  const auto container = ToWatchedName(request.container());
  if (!container) co_return container.error();
  if (container->empty()) co_return BadField("container", "is required");
  const auto watcher = Watcher();
  if (!watcher) co_return watcher.error();
  const auto reset = (*watcher)->Reset(*container);
  if (!reset) co_return reset.error();
  co_return Show(*container);
}

ResultTask<v1::SendTestNoticeResponse> WatchdogService::TestNotice() {
  const auto deliveries = co_await parts_.notices.Test();
  if (!deliveries) co_return deliveries.error();
  v1::SendTestNoticeResponse response;
  for (const auto& delivery : *deliveries) *response.add_deliveries() = ToProto(delivery);
  co_return response;
}

}  // namespace berth::rpc

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

bool IsIn(const agent::ServicesInScope& services, const std::string& service_key) {
  return !services || services->contains(service_key);
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

grpc::ServerUnaryReactor* WatchdogService::GetWatchdog(grpc::CallbackServerContext* context,
                                                       const v1::GetWatchdogRequest* request, v1::Watchdog* response) {
  return bridge_.Read(context, *request, response, [=, this](const auto& caller) { return Get(*request, caller); });
}

grpc::ServerUnaryReactor* WatchdogService::ListEpisodes(grpc::CallbackServerContext* context,
                                                        const v1::ListEpisodesRequest* request,
                                                        v1::ListEpisodesResponse* response) {
  return bridge_.Read(context, *request, response, [=, this](const auto& caller) { return List(*request, caller); });
}

grpc::ServerUnaryReactor* WatchdogService::PauseWatchdog(grpc::CallbackServerContext* context,
                                                         const v1::PauseWatchdogRequest* request,
                                                         v1::Watchdog* response) {
  return bridge_.Mutate(context, *request, response, [=, this](const auto& caller) { return Pause(*request, caller); });
}

grpc::ServerUnaryReactor* WatchdogService::ResumeWatchdog(grpc::CallbackServerContext* context,
                                                          const v1::ResumeWatchdogRequest* request,
                                                          v1::Watchdog* response) {
  return bridge_.Mutate(context, *request, response,
                        [=, this](const auto& caller) { return Resume(*request, caller); });
}

grpc::ServerUnaryReactor* WatchdogService::ResetCircuit(grpc::CallbackServerContext* context,
                                                        const v1::ResetCircuitRequest* request,
                                                        v1::Watchdog* response) {
  return bridge_.Mutate(context, *request, response, [=, this](const auto& caller) { return Reset(*request, caller); });
}

grpc::ServerUnaryReactor* WatchdogService::SendTestNotice(grpc::CallbackServerContext* context,
                                                          const v1::SendTestNoticeRequest* request,
                                                          v1::SendTestNoticeResponse* response) {
  return bridge_.Read(context, *request, response, [this](const auto&) { return TestNotice(); });
}

Result<watchdog::Watcher*> WatchdogService::Watcher() const {
  if (parts_.watcher) return parts_.watcher;
  return Error{Code::kFailedPrecondition, "WATCHDOG_OFF",
               "the watchdog is switched off on this host: set enabled = true in [heal] of berthd.toml, and restart "
               "berthd"};
}

ResultTask<v1::Watchdog> WatchdogService::Show(std::string container, agent::Scope scope) const {
  v1::Watchdog message;
  if (!parts_.watcher) co_return message;
  const auto services = co_await agent::ServicesIn(engine_, std::move(scope));
  if (!services) co_return services.error();
  message = ToProto(parts_.watcher->Host());
  for (const auto& status : parts_.watcher->Watched()) {
    const bool wanted = container.empty() || status.container == container || status.service_key == container;
    if (wanted && IsIn(*services, status.service_key)) *message.add_containers() = ToProto(status);
  }
  if (container.empty() || message.containers_size() > 0) co_return message;
  co_return watchdog::NotWatched(container);
}

ResultTask<> WatchdogService::CheckReach(std::string container, agent::Scope scope) const {
  if (scope.IsWholeHost()) co_return Result<>();
  if (container.empty()) co_return BadField("container", "is required: not all containers are in your scope");
  const auto shown = co_await Show(container, scope);
  if (!shown) co_return shown.error();
  co_return Result<>();
}

ResultTask<v1::Watchdog> WatchdogService::Get(const v1::GetWatchdogRequest& request, const agent::Caller& caller) {
  const auto container = ToWatchedName(request.container());
  if (!container) co_return container.error();
  co_return co_await Show(*container, caller.scope);
}

ResultTask<v1::ListEpisodesResponse> WatchdogService::List(const v1::ListEpisodesRequest& request,
                                                           const agent::Caller& caller) {
  auto query = ToQuery(request);
  if (!query) co_return query.error();
  const std::size_t page_size = query->limit++;
  const auto services = co_await agent::ServicesIn(engine_, caller.scope);
  if (!services) co_return services.error();
  const auto episodes = Listed(*query, *services);
  if (!episodes) co_return episodes.error();
  co_return ToPage(*episodes, page_size);
}

// As many as asked for of those in the scope, as long as there are any.
Result<std::vector<watchdog::Episode>> WatchdogService::Listed(agent::EpisodeQuery query,
                                                               const agent::ServicesInScope& services) {
  if (!services) return parts_.history.List(query);
  std::vector<watchdog::Episode> covered;
  for (;;) {
    auto some = parts_.history.List(query);
    if (!some) return some.error();
    for (auto& episode : *some) {
      query.before_id = episode.id;
      if (covered.size() < query.limit && IsIn(services, episode.service_key)) covered.push_back(std::move(episode));
    }
    if (some->size() < query.limit || covered.size() == query.limit) return covered;
  }
}

ResultTask<v1::Watchdog> WatchdogService::Pause(const v1::PauseWatchdogRequest& request, const agent::Caller& caller) {
  const auto pause = ToPause(request);
  if (!pause) co_return pause.error();
  const auto watcher = Watcher();
  if (!watcher) co_return watcher.error();
  const auto may = co_await CheckReach(request.container(), caller.scope);
  if (!may) co_return may.error();
  const auto paused = (*watcher)->Pause(OneOrAll(request.container()), *pause);
  if (!paused) co_return paused.error();
  const auto kept = parts_.history.KeepPauses((*watcher)->Pauses());
  if (!kept) co_return Annotate(kept.error(), "paused, but only until berthd is restarted");
  co_return co_await Show(request.container(), caller.scope);
}

ResultTask<v1::Watchdog> WatchdogService::Resume(const v1::ResumeWatchdogRequest& request,
                                                 const agent::Caller& caller) {
  const auto container = ToWatchedName(request.container());
  if (!container) co_return container.error();
  const auto watcher = Watcher();
  if (!watcher) co_return watcher.error();
  const auto may = co_await CheckReach(*container, caller.scope);
  if (!may) co_return may.error();
  const auto resumed = (*watcher)->Resume(OneOrAll(*container));
  if (!resumed) co_return resumed.error();
  const auto kept = parts_.history.KeepPauses((*watcher)->Pauses());
  if (!kept) co_return Annotate(kept.error(), "resumed, but only until berthd is restarted");
  co_return co_await Show(*container, caller.scope);
}

ResultTask<v1::Watchdog> WatchdogService::Reset(const v1::ResetCircuitRequest& request, const agent::Caller& caller) {
  const auto container = ToWatchedName(request.container());
  if (!container) co_return container.error();
  if (container->empty()) co_return BadField("container", "is required");
  const auto watcher = Watcher();
  if (!watcher) co_return watcher.error();
  const auto may = co_await CheckReach(*container, caller.scope);
  if (!may) co_return may.error();
  const auto reset = (*watcher)->Reset(*container);
  if (!reset) co_return reset.error();
  co_return co_await Show(*container, caller.scope);
}

ResultTask<v1::SendTestNoticeResponse> WatchdogService::TestNotice() {
  const auto deliveries = co_await parts_.notices.Test();
  if (!deliveries) co_return deliveries.error();
  v1::SendTestNoticeResponse response;
  for (const auto& delivery : *deliveries) *response.add_deliveries() = ToProto(delivery);
  co_return response;
}

}  // namespace berth::rpc

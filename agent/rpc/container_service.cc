#include "agent/rpc/container_service.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "agent/operations/kept.h"
#include "agent/operations/resolve.h"
#include "agent/rpc/convert.h"
#include "agent/rpc/requests.h"

namespace berth::rpc {
namespace {

bool ByName(const engine::ContainerSummary& left, const engine::ContainerSummary& right) {
  return left.name < right.name;
}

// From `source` to the caller, no faster than the caller takes it.
template <class Source, class Message>
ResultTask<> Forward(Source& source, StreamCall<Message>& call) {
  call.Opened();
  for (;;) {
    auto value = co_await source.Next();
    if (!value) co_return value.error();
    if (!*value) co_return Result<>();
    Message message = ToProto(std::move(**value));
    const auto written = co_await call.Write(std::move(message));
    if (!written) co_return written;
  }
}

}  // namespace

grpc::ServerUnaryReactor* ContainerService::ListContainers(grpc::CallbackServerContext* context,
                                                           const v1::ListContainersRequest* request,
                                                           v1::ListContainersResponse* response) {
  return bridge_.Read(context, *request, response, [=, this](const auto& caller) { return List(*request, caller); });
}

grpc::ServerUnaryReactor* ContainerService::GetContainer(grpc::CallbackServerContext* context,
                                                         const v1::GetContainerRequest* request,
                                                         v1::ContainerDetails* response) {
  return bridge_.Read(context, *request, response, [=, this](const auto& caller) { return Get(*request, caller); });
}

grpc::ServerUnaryReactor* ContainerService::StartContainer(grpc::CallbackServerContext* context,
                                                           const v1::StartContainerRequest* request,
                                                           v1::Operation* response) {
  return bridge_.Mutate(context, *request, response,
                        [=, this](const auto& caller) { return Submit(*request, caller); });
}

grpc::ServerUnaryReactor* ContainerService::StopContainer(grpc::CallbackServerContext* context,
                                                          const v1::StopContainerRequest* request,
                                                          v1::Operation* response) {
  return bridge_.Mutate(context, *request, response,
                        [=, this](const auto& caller) { return Submit(*request, caller); });
}

grpc::ServerUnaryReactor* ContainerService::RestartContainer(grpc::CallbackServerContext* context,
                                                             const v1::RestartContainerRequest* request,
                                                             v1::Operation* response) {
  return bridge_.Mutate(context, *request, response,
                        [=, this](const auto& caller) { return Submit(*request, caller); });
}

grpc::ServerUnaryReactor* ContainerService::UpgradeContainer(grpc::CallbackServerContext* context,
                                                             const v1::UpgradeContainerRequest* request,
                                                             v1::Operation* response) {
  return bridge_.Mutate(context, *request, response,
                        [=, this](const auto& caller) { return Submit(*request, caller); });
}

grpc::ServerUnaryReactor* ContainerService::UpgradeContainers(grpc::CallbackServerContext* context,
                                                              const v1::UpgradeContainersRequest* request,
                                                              v1::Operation* response) {
  return bridge_.Mutate(context, *request, response,
                        [=, this](const auto& caller) { return SubmitGroup(*request, caller); });
}

grpc::ServerUnaryReactor* ContainerService::RollbackContainer(grpc::CallbackServerContext* context,
                                                              const v1::RollbackContainerRequest* request,
                                                              v1::Operation* response) {
  return bridge_.Mutate(context, *request, response,
                        [=, this](const auto& caller) { return Submit(*request, caller); });
}

grpc::ServerUnaryReactor* ContainerService::ListVersions(grpc::CallbackServerContext* context,
                                                         const v1::ListVersionsRequest* request,
                                                         v1::ListVersionsResponse* response) {
  return bridge_.Read(context, *request, response,
                      [=, this](const auto& caller) { return Versions(*request, caller); });
}

grpc::ServerWriteReactor<v1::LogChunk>* ContainerService::StreamLogs(grpc::CallbackServerContext* context,
                                                                     const v1::StreamLogsRequest* request) {
  return bridge_.Stream<v1::LogChunk>(
      context, *request, [=, this](auto& call, const auto& caller) { return Logs(*request, call, caller); }, MergeLogs);
}

grpc::ServerWriteReactor<v1::Stats>* ContainerService::StreamStats(grpc::CallbackServerContext* context,
                                                                   const v1::StreamStatsRequest* request) {
  return bridge_.Stream<v1::Stats>(context, *request,
                                   [=, this](auto& call, const auto& caller) { return Stats(*request, call, caller); });
}

grpc::ServerWriteReactor<v1::ContainerEvent>* ContainerService::WatchEvents(grpc::CallbackServerContext* context,
                                                                            const v1::WatchEventsRequest* request) {
  return bridge_.Stream<v1::ContainerEvent>(
      context, *request, [=, this](auto& call, const auto& caller) { return Events(*request, call, caller); });
}

ResultTask<v1::ListContainersResponse> ContainerService::List(const v1::ListContainersRequest& request,
                                                              const agent::Caller& caller) {
  auto filters = ToFilters(request.labels());
  if (!filters) co_return filters.error();
  auto containers = co_await engine_.List(request.all(), std::move(*filters));
  if (!containers) co_return containers.error();
  std::erase_if(*containers, [&](const auto& container) { return !caller.scope.Covers(container.labels); });
  std::sort(containers->begin(), containers->end(), ByName);
  v1::ListContainersResponse response;
  for (const auto& container : *containers) *response.add_containers() = ToProto(container);
  co_return response;
}

ResultTask<v1::ContainerDetails> ContainerService::Get(const v1::GetContainerRequest& request,
                                                       const agent::Caller& caller) {
  const auto name = ToContainerName(request.container());
  if (!name) co_return name.error();
  const auto container = co_await agent::Resolve(engine_, *name, caller.scope);
  if (!container) co_return container.error();
  const auto status = co_await StatusOf(container->id);
  if (!status) co_return status.error();
  const auto kept = co_await agent::KeptContainers(engine_, container->name);
  if (!kept) co_return kept.error();
  co_return ToProto(*container, *status, *kept);
}

ResultTask<v1::ListVersionsResponse> ContainerService::Versions(const v1::ListVersionsRequest& request,
                                                                const agent::Caller& caller) {
  const auto name = ToContainerName(request.container());
  if (!name) co_return name.error();
  const auto choices = co_await operations_.Versions(*name, caller.scope);
  if (!choices) co_return choices.error();
  v1::ListVersionsResponse response;
  for (const auto& choice : *choices) *response.add_versions() = ToProto(choice);
  co_return response;
}

ResultTask<std::string> ContainerService::StatusOf(const std::string& id) {
  engine::Filters by_id = {{"id", {id}}};
  const auto found = co_await engine_.List(true, std::move(by_id));
  if (!found) co_return found.error();
  co_return found->empty() ? std::string() : found->front().status;
}

template <class Proto>
ResultTask<v1::Operation> ContainerService::Submit(const Proto& request, const agent::Caller& caller) {
  auto wanted = ToRequest(request);
  if (!wanted) co_return wanted.error();
  wanted->caller = caller;
  const auto operation = co_await operations_.Submit(std::move(*wanted));
  if (!operation) co_return operation.error();
  co_return ToProto(*operation);
}

ResultTask<v1::Operation> ContainerService::SubmitGroup(const v1::UpgradeContainersRequest& request,
                                                        const agent::Caller& caller) {
  auto wanted = ToRequest(request);
  if (!wanted) co_return wanted.error();
  wanted->each.caller = caller;
  const auto operation = co_await operations_.SubmitGroup(std::move(*wanted));
  if (!operation) co_return operation.error();
  co_return ToProto(*operation);
}

ResultTask<> ContainerService::Logs(const v1::StreamLogsRequest& request, StreamCall<v1::LogChunk>& call,
                                    const agent::Caller& caller) {
  const auto name = ToContainerName(request.container());
  if (!name) co_return name.error();
  const auto options = ToLogOptions(request);
  if (!options) co_return options.error();
  const auto slot = engine_streams_.Take();
  if (!slot) co_return slot.error();
  const auto container = co_await agent::Resolve(engine_, *name, caller.scope);
  if (!container) co_return container.error();
  auto stream = co_await engine_.Logs(container->id, *options);
  if (!stream) co_return stream.error();
  co_return co_await Forward(**stream, call);
}

ResultTask<> ContainerService::Stats(const v1::StreamStatsRequest& request, StreamCall<v1::Stats>& call,
                                     const agent::Caller& caller) {
  const auto name = ToContainerName(request.container());
  if (!name) co_return name.error();
  const auto slot = engine_streams_.Take();
  if (!slot) co_return slot.error();
  const auto container = co_await agent::Resolve(engine_, *name, caller.scope);
  if (!container) co_return container.error();
  auto stream = co_await engine_.StreamStats(container->id);
  if (!stream) co_return stream.error();
  co_return co_await Forward(**stream, call);
}

ResultTask<> ContainerService::Events(const v1::WatchEventsRequest& request, StreamCall<v1::ContainerEvent>& call,
                                      const agent::Caller& caller) {
  auto filter = ToEventFilter(request);
  if (!filter) co_return filter.error();
  filter->scope = caller.scope;
  const auto slot = watches_.Take();
  if (!slot) co_return slot.error();
  auto follower = co_await events_.Subscribe(std::move(*filter));
  if (!follower) co_return follower.error();
  co_return co_await Forward(**follower, call);
}

}  // namespace berth::rpc

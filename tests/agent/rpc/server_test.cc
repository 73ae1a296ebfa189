// Every method, as a client sees it: a real gRPC client over a real socket, a fake engine behind.
#include "agent/rpc/server.h"

#include <atomic>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/rpc/server_fixture.h"

namespace berth::rpc {
namespace {

using testing::ElementsAre;

std::vector<std::string> Names(const v1::ListContainersResponse& response) {
  std::vector<std::string> names;
  for (const auto& container : response.containers()) names.push_back(container.name());
  return names;
}

void Connect(int caller, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  EXPECT_EQ(connect(caller, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
}

TEST_F(ServerTest, ListsContainersInTheOrderOfTheirNames) {
  OnLoop([this] {
    engine.Run("web", "web:1");
    engine.Run("db", "db:1");
    engine.Make("old", "web:0");
  });
  v1::ListContainersResponse response;
  ASSERT_TRUE(Call(&Containers::ListContainers, v1::ListContainersRequest(), response).ok());
  EXPECT_THAT(Names(response), ElementsAre("db", "web"));
}

TEST_F(ServerTest, ListsWhatDoesNotRunOnlyWhenAsked) {
  OnLoop([this] { engine.Make("old", "web:0"); });
  v1::ListContainersRequest request;
  request.set_all(true);
  v1::ListContainersResponse response;
  ASSERT_TRUE(Call(&Containers::ListContainers, request, response).ok());
  EXPECT_THAT(Names(response), ElementsAre("old"));
}

TEST_F(ServerTest, ListsByLabelAtTheEngine) {
  OnLoop([this] {
    engine.Run("web", "web:1", {{"Labels", {{"tier", "front"}}}});
    engine.Run("db", "db:1");
  });
  v1::ListContainersRequest request;
  request.add_labels("tier=front");
  v1::ListContainersResponse response;
  ASSERT_TRUE(Call(&Containers::ListContainers, request, response).ok());
  EXPECT_THAT(Names(response), ElementsAre("web"));
}

TEST_F(ServerTest, ShowsAContainerWithWhatWasKeptOfIt) {
  OnLoop([this] {
    engine.Run("web", "web:2");
    engine.Make("web.berth-0123456789abcdef-old", "web:1");
  });
  v1::ContainerDetails details;
  ASSERT_TRUE(Call(&Containers::GetContainer, For<v1::GetContainerRequest>("web"), details).ok());
  EXPECT_EQ(details.container().name(), "web");
  EXPECT_FALSE(details.etag().empty());
  EXPECT_FALSE(details.container().status().empty());
  ASSERT_EQ(details.kept_size(), 1);
  EXPECT_EQ(details.kept(0).image(), "web:1");
}

TEST_F(ServerTest, SaysThatAContainerIsNotThere) {
  v1::ContainerDetails details;
  const auto status = Call(&Containers::GetContainer, For<v1::GetContainerRequest>("nobody"), details);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "CONTAINER_NOT_FOUND");
}

TEST_F(ServerTest, DoesNotLetANameOutOfItsPath) {
  for (const std::string name : {"../images/json", "web/../../x", "", "a b", "web?all=1", "\x7F\x7F"}) {
    v1::ContainerDetails details;
    const auto status = Call(&Containers::GetContainer, For<v1::GetContainerRequest>(name), details);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << name;
    EXPECT_EQ(ReasonOf(status), "BAD_CONTAINER_NAME") << name;
  }
  EXPECT_TRUE(OnLoop([this] { return engine.calls.All(); }).empty());
}

TEST_F(ServerTest, AnswersEachMutationWithItsOperation) {
  v1::Operation operation;
  ASSERT_TRUE(Call(&Containers::StartContainer, For<v1::StartContainerRequest>("web"), operation).ok());
  EXPECT_EQ(operation.kind(), v1::OPERATION_KIND_START);
  ASSERT_TRUE(Call(&Containers::StopContainer, For<v1::StopContainerRequest>("web"), operation).ok());
  EXPECT_EQ(operation.kind(), v1::OPERATION_KIND_STOP);
  ASSERT_TRUE(Call(&Containers::RestartContainer, For<v1::RestartContainerRequest>("web"), operation).ok());
  EXPECT_EQ(operation.kind(), v1::OPERATION_KIND_RESTART);
  ASSERT_TRUE(Call(&Containers::UpgradeContainer, For<v1::UpgradeContainerRequest>("web"), operation).ok());
  EXPECT_EQ(operation.kind(), v1::OPERATION_KIND_UPGRADE);
  ASSERT_TRUE(Call(&Containers::RollbackContainer, For<v1::RollbackContainerRequest>("web"), operation).ok());
  EXPECT_EQ(operation.kind(), v1::OPERATION_KIND_ROLLBACK);
  EXPECT_EQ(operation.name(), "operations/0123456789abcdef");
}

TEST_F(ServerTest, GoesOnWithAMutationWhoseCallerHungUp) {
  std::atomic<bool> begun = false;
  std::atomic<bool> done = false;
  test::Gate gate;
  OnLoop([&] {
    operations.on_submit = [&](agent::Request) -> ResultTask<agent::Operation> {
      begun = true;
      co_await gate.Wait();
      done = true;
      co_return agent::Operation();
    };
  });
  grpc::ClientContext context;
  v1::Operation operation;
  const auto request = For<v1::StopContainerRequest>("web");
  std::thread caller([&] { containers->StopContainer(&context, request, &operation); });
  ASSERT_TRUE(test::Eventually([&] { return begun.load(); }));
  context.TryCancel();
  caller.join();
  OnLoop([&] { gate.Open(); });
  EXPECT_TRUE(NothingLives());
  EXPECT_TRUE(done);
}

TEST_F(ServerTest, StopsAReadWhoseCallerHungUp) {
  OnLoop([this] { engine.calls.Add({.call = "list", .outcome = test::FakeCalls::Outcome::kHangs}); });
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
  v1::ListContainersResponse response;
  const auto status = containers->ListContainers(&context, {}, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(NothingLives());
}

TEST_F(ServerTest, StreamsALogToItsEnd) {
  OnLoop([this] {
    auto& web = engine.Make("web", "web:1");
    engine.machine.Print(web, "out");
    engine.machine.Print(web, "err", engine::LogChunk::Source::kStderr);
  });
  grpc::ClientContext context;
  auto reader = containers->StreamLogs(&context, For<v1::StreamLogsRequest>("web"));
  EXPECT_THAT(ReadAll(*reader, [](const auto& chunk) { return chunk.data(); }), ElementsAre("out\n", "err\n"));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(ServerTest, FollowsALogUntilTheCallerHangsUp) {
  OnLoop([this] { engine.Run("web", "web:1"); });
  auto request = For<v1::StreamLogsRequest>("web");
  request.set_follow(true);
  grpc::ClientContext context;
  auto reader = containers->StreamLogs(&context, request);
  reader->WaitForInitialMetadata();
  OnLoop([this] { engine.machine.Print(engine.At("web"), "now"); });
  v1::LogChunk chunk;
  ASSERT_TRUE(reader->Read(&chunk));
  EXPECT_EQ(chunk.data(), "now\n");
  context.TryCancel();
  EXPECT_TRUE(NothingLives());
}

TEST_F(ServerTest, DoesNotOpenMoreStreamsToTheEngineThanItMay) {
  OnLoop([this] { engine.Run("web", "web:1"); });
  auto request = For<v1::StreamLogsRequest>("web");
  request.set_follow(true);
  std::vector<Streaming<v1::LogChunk>> streams(Limits().streams.engine_streams);
  for (auto& stream : streams) {
    stream.reader = containers->StreamLogs(stream.context.get(), request);
    stream.reader->WaitForInitialMetadata();
  }
  Streaming<v1::LogChunk> refused;
  refused.reader = containers->StreamLogs(refused.context.get(), request);
  EXPECT_EQ(ReasonOf(refused.reader->Finish()), "TOO_MANY_STREAMS");

  streams.front().context->TryCancel();
  EXPECT_TRUE(test::Eventually([&] { return server->LiveCalls() < static_cast<int>(streams.size()); }));
  Streaming<v1::LogChunk> welcome;
  welcome.reader = containers->StreamLogs(welcome.context.get(), request);
  welcome.reader->WaitForInitialMetadata();
  welcome.context->TryCancel();
  EXPECT_EQ(welcome.reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  for (auto& stream : streams) stream.context->TryCancel();
  EXPECT_TRUE(NothingLives());
}

TEST_F(ServerTest, StreamsASampleASecond) {
  OnLoop([this] { engine.Run("web", "web:1"); });
  grpc::ClientContext context;
  auto reader = containers->StreamStats(&context, For<v1::StreamStatsRequest>("web"));
  reader->WaitForInitialMetadata();
  OnLoop([this] { clock.WakeNext(); });
  v1::Stats sample;
  ASSERT_TRUE(reader->Read(&sample));
  EXPECT_EQ(sample.memory_bytes(), 20u << 20);
  context.TryCancel();
  EXPECT_TRUE(NothingLives());
}

TEST_F(ServerTest, AnswersWhileAThousandCallersWatch) {
  OnLoop([this] { engine.Make("web", "web:1"); });
  std::vector<Streaming<v1::ContainerEvent>> watches(1000);
  for (auto& watch : watches) watch.reader = containers->WatchEvents(watch.context.get(), {});
  for (auto& watch : watches) watch.reader->WaitForInitialMetadata();
  EXPECT_EQ(server->LiveCalls(), 1000);

  v1::ListContainersResponse response;
  EXPECT_TRUE(Call(&Containers::ListContainers, v1::ListContainersRequest(), response).ok());

  OnLoop([this] { EXPECT_TRUE(engine.machine.Start("web")); });
  for (auto& watch : watches) {
    v1::ContainerEvent event;
    ASSERT_TRUE(watch.reader->Read(&event));
    EXPECT_EQ(event.action(), "start");
    EXPECT_EQ(event.container(), "web");
  }
  for (auto& watch : watches) watch.context->TryCancel();
  EXPECT_TRUE(NothingLives());
}

TEST_F(ServerTest, WatchesOnlyTheContainersAskedFor) {
  OnLoop([this] {
    engine.Make("db", "db:1");
    engine.Make("web", "web:1");
  });
  v1::WatchEventsRequest request;
  request.add_containers("web");
  grpc::ClientContext context;
  auto reader = containers->WatchEvents(&context, request);
  reader->WaitForInitialMetadata();
  OnLoop([this] {
    EXPECT_TRUE(engine.machine.Start("db"));
    EXPECT_TRUE(engine.machine.Start("web"));
  });
  v1::ContainerEvent event;
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.container(), "web");
  context.TryCancel();
}

TEST_F(ServerTest, EndsTheWatchOfAReaderWhoIsTooSlow) {
  OnLoop([this] { engine.Run("web", "web:1"); });
  grpc::ClientContext context;
  auto reader = containers->WatchEvents(&context, {});
  reader->WaitForInitialMetadata();
  // So long that flow control stops them half-way.
  OnLoop([this] {
    for (int i = 0; i < 1000; ++i)
      engine.machine.Emit(engine.At("web"), "kill", {{"signal", std::string(1 << 16, 'x')}});
  });
  EXPECT_LT(ReadAll(*reader, [](const auto&) { return 1; }).size(), 1000u);
  const auto status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "READER_TOO_SLOW");
}

TEST_F(ServerTest, DoesNotTakeAMessageThatIsTooLarge) {
  auto request = For<v1::StopContainerRequest>("web");
  request.set_etag(std::string(100u << 20, 'x'));
  v1::Operation operation;
  const auto status = Call(&Containers::StopContainer, request, operation);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(Call(&Containers::StopContainer, For<v1::StopContainerRequest>("web"), operation).ok());
}

TEST_F(ServerTest, AnswersForOperations) {
  OnLoop([this] { Remember({"000000000000000a", "000000000000000b", "000000000000000c"}); });
  v1::GetOperationRequest request;
  request.set_name("operations/000000000000000b");
  v1::Operation operation;
  EXPECT_TRUE(Call(&Outcomes::GetOperation, request, operation).ok());
  EXPECT_EQ(operation.name(), request.name());

  request.set_name("operations/ffffffffffffffff");
  EXPECT_EQ(ReasonOf(Call(&Outcomes::GetOperation, request, operation)), "OPERATION_NOT_FOUND");
}

TEST_F(ServerTest, ListsOperationsPageByPage) {
  OnLoop([this] { Remember({"000000000000000a", "000000000000000b", "000000000000000c"}); });
  v1::ListOperationsRequest request;
  request.set_page_size(2);
  v1::ListOperationsResponse page;
  ASSERT_TRUE(Call(&Outcomes::ListOperations, request, page).ok());
  EXPECT_EQ(page.operations_size(), 2);
  request.set_page_token(page.next_page_token());
  ASSERT_TRUE(Call(&Outcomes::ListOperations, request, page).ok());
  ASSERT_EQ(page.operations_size(), 1);
  EXPECT_EQ(page.operations(0).name(), "operations/000000000000000c");
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(ServerTest, WatchesAnOperationFromASequenceNumberOn) {
  OnLoop([this] {
    Remember({"000000000000000a"});
    for (std::uint64_t i = 1; i <= 5; ++i) operations.progress.push_back({.sequence = i, .message = "step"});
  });
  v1::WatchOperationRequest request;
  request.set_name("operations/000000000000000a");
  request.set_from_sequence(4);
  grpc::ClientContext context;
  auto reader = outcomes->WatchOperation(&context, request);
  const auto sequence = [](const auto& item) { return item.has_operation() ? 0 : item.progress().sequence(); };
  EXPECT_THAT(ReadAll(*reader, sequence), ElementsAre(4u, 5u, 0u));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(ServerTest, WaitsForAnOperation) {
  OnLoop([this] { Remember({"000000000000000a"}); });
  v1::WaitOperationRequest request;
  request.set_name("operations/000000000000000a");
  std::thread ender([this] {
    EXPECT_TRUE(test::Eventually([this] { return server->LiveCalls() == 1; }));
    // The call may be there before its coroutine waits, so the gate is opened until it has been seen.
    EXPECT_TRUE(test::Eventually([this] {
      OnLoop([this] { operations.ended.Open(); });
      return server->LiveCalls() == 0;
    }));
  });
  v1::Operation operation;
  EXPECT_TRUE(Call(&Outcomes::WaitOperation, request, operation).ok());
  ender.join();
}

TEST_F(ServerTest, DescribesTheHost) {
  v1::Host host;
  ASSERT_TRUE(Call(&Hosts::GetHost, v1::GetHostRequest(), host).ok());
  EXPECT_EQ(host.hostname(), "harbour");
  EXPECT_EQ(host.agent().version(), "1.2.3");
  EXPECT_EQ(host.agent().running_operations(), 3u);
  EXPECT_EQ(host.engine().storage_driver(), "overlay2");
  EXPECT_EQ(host.engine().api_version(), "1.41");
  EXPECT_EQ(host.degraded_reasons_size(), 0);
}

TEST_F(ServerTest, DescribesTheHostWithoutAnEngine) {
  OnLoop([this] { engine.GoDown(); });
  v1::Host host;
  ASSERT_TRUE(Call(&Hosts::GetHost, v1::GetHostRequest(), host).ok());
  EXPECT_FALSE(host.has_engine());
  ASSERT_EQ(host.degraded_reasons_size(), 1);
  EXPECT_THAT(host.degraded_reasons(0), testing::StartsWith("the engine does not answer: "));
}

TEST_F(ServerTest, DoesNotWaitLongForAnEngineThatHangs) {
  OnLoop([this] { engine.calls.Add({.call = "info", .outcome = test::FakeCalls::Outcome::kHangs}); });
  std::thread time([this] {
    EXPECT_TRUE(test::Eventually([this] { return OnLoop([this] { return clock.NextDeadline().has_value(); }); }));
    OnLoop([this] { clock.WakeNext(); });
  });
  v1::Host host;
  EXPECT_TRUE(Call(&Hosts::GetHost, v1::GetHostRequest(), host).ok());
  EXPECT_EQ(host.degraded_reasons_size(), 1);
  time.join();
}

TEST_F(ServerTest, SaysWhatItsHealthIs) {
  EXPECT_EQ(Health(""), "SERVING");
  EXPECT_EQ(Health("berth.v1.ContainerService"), "NOT_SERVING");
  server->ShowEngine(true);
  EXPECT_EQ(Health("berth.v1.ContainerService"), "SERVING");
  server->ShowDraining();
  EXPECT_EQ(Health(""), "NOT_SERVING");
  EXPECT_EQ(Health("berth.v1.ContainerService"), "NOT_SERVING");
  EXPECT_EQ(Health("nobody"), "NOT_FOUND");
}

TEST_F(ServerTest, DescribesItsServices) {
  const std::string services = Reflection();
  for (const char* service :
       {"berth.v1.ContainerService", "berth.v1.OperationService", "berth.v1.HostService", "grpc.health.v1.Health"}) {
    EXPECT_THAT(services, testing::HasSubstr(service));
  }
}

TEST_F(ServerTest, TurnsAwayWhoHasTooManyConnections) {
  std::vector<std::shared_ptr<grpc::Channel>> channels(Limits().connections.per_user);
  for (auto& each : channels) {
    each = NewChannel();
    EXPECT_TRUE(Ask(each).ok());
  }
  EXPECT_EQ(Ask(NewChannel()).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(Ask(channels.back()).ok());
  channels.pop_back();
  EXPECT_TRUE(test::Eventually([this] { return Ask(NewChannel()).ok(); }));
}

TEST_F(ServerTest, SurvivesThatDescriptorsRunOut) {
  ASSERT_TRUE(Ask(NewChannel()).ok());
  const auto known = NewChannel();
  ASSERT_TRUE(Ask(known).ok());
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  std::vector<int> callers;
  {
    // Whoever connects now has a descriptor, and the server has none for him.
    const int lowest_free = dup(0);
    close(lowest_free);
    for (int i = 0; i < 8; ++i) callers.push_back(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    const rlimit none{static_cast<rlim_t>(callers.back() + 1), before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    for (const int caller : callers) Connect(caller, socket_path);
    EXPECT_TRUE(test::Eventually([this] { return OnLoop([this] { return clock.NextDeadline().has_value(); }); }));
    EXPECT_TRUE(Ask(known).ok());
  }
  setrlimit(RLIMIT_NOFILE, &before);
  for (const int caller : callers) close(caller);
  OnLoop([this] { clock.WakeNext(); });
  EXPECT_TRUE(Ask(NewChannel()).ok());
}

TEST_F(ServerTest, EndsWhatWaitsWhenItShutsDown) {
  grpc::ClientContext context;
  auto reader = containers->WatchEvents(&context, {});
  reader->WaitForInitialMetadata();
  server->Shutdown(test::kPatience);
  const auto status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "AGENT_STOPPING");
  EXPECT_EQ(server->LiveCalls(), 0);
}

TEST_F(ServerTest, TakesItsSocketAwayWhenItShutsDown) {
  struct stat status {};
  EXPECT_EQ(stat(socket_path.c_str(), &status), 0);
  server->Shutdown(test::kPatience);
  EXPECT_NE(stat(socket_path.c_str(), &status), 0);
}

TEST_F(ServerTest, DoesNotBeginTwiceAtOnePlace) {
  const auto second = Server::Start(Parts(), {.path = socket_path}, Limits());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "ALREADY_LISTENING");
  EXPECT_TRUE(Ask(NewChannel()).ok());
}

}  // namespace
}  // namespace berth::rpc

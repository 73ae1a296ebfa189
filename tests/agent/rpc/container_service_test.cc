// ContainerService as a client sees it: a real gRPC client over a real socket, a fake engine behind.
#include "agent/rpc/container_service.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
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

class ContainerServiceTest : public ServerTest {};

TEST_F(ContainerServiceTest, ListsContainersInTheOrderOfTheirNames) {
  OnLoop([this] {
    engine.Run("web", "web:1");
    engine.Run("db", "db:1");
    engine.Make("old", "web:0");
  });
  v1::ListContainersResponse response;
  ASSERT_TRUE(Call(&Containers::ListContainers, v1::ListContainersRequest(), response).ok());
  EXPECT_THAT(Names(response), ElementsAre("db", "web"));
}

TEST_F(ContainerServiceTest, ListsWhatDoesNotRunOnlyWhenAsked) {
  OnLoop([this] { engine.Make("old", "web:0"); });
  v1::ListContainersRequest request;
  request.set_all(true);
  v1::ListContainersResponse response;
  ASSERT_TRUE(Call(&Containers::ListContainers, request, response).ok());
  EXPECT_THAT(Names(response), ElementsAre("old"));
}

TEST_F(ContainerServiceTest, ListsByLabelAtTheEngine) {
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

TEST_F(ContainerServiceTest, ListsWhatAContainerRanBefore) {
  OnLoop([this] {
    agent::Choice now;
    now.version.image = "web:2";
    now.version.operation = "00000000000000aa";
    now.runs_now = true;
    agent::Choice kept;
    kept.kept_as = "web.berth-00000000000000aa-old";
    kept.can_go_back = true;
    operations.choices = {now, kept};
  });
  v1::ListVersionsResponse response;
  ASSERT_TRUE(Call(&Containers::ListVersions, For<v1::ListVersionsRequest>("web"), response).ok());
  ASSERT_EQ(response.versions_size(), 2);
  EXPECT_EQ(response.versions(0).operation(), "operations/00000000000000aa");
  EXPECT_TRUE(response.versions(0).runs_now() && response.versions(0).has_time());
  EXPECT_EQ(response.versions(1).kept_as(), "web.berth-00000000000000aa-old");
  EXPECT_TRUE(response.versions(1).can_roll_back() && !response.versions(1).has_time());
}

TEST_F(ContainerServiceTest, DoesNotListWhatIsNotThere) {
  v1::ListVersionsResponse response;
  EXPECT_EQ(Call(&Containers::ListVersions, For<v1::ListVersionsRequest>("nobody"), response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(ContainerServiceTest, ShowsAContainerWithWhatWasKeptOfIt) {
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

TEST_F(ContainerServiceTest, SaysThatAContainerIsNotThere) {
  v1::ContainerDetails details;
  const auto status = Call(&Containers::GetContainer, For<v1::GetContainerRequest>("nobody"), details);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "CONTAINER_NOT_FOUND");
}

TEST_F(ContainerServiceTest, DoesNotLetANameOutOfItsPath) {
  for (const std::string name : {"../images/json", "web/../../x", "", "a b", "web?all=1", "\x7F\x7F"}) {
    v1::ContainerDetails details;
    const auto status = Call(&Containers::GetContainer, For<v1::GetContainerRequest>(name), details);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << name;
    EXPECT_EQ(ReasonOf(status), "BAD_CONTAINER_NAME") << name;
  }
  EXPECT_TRUE(OnLoop([this] { return engine.calls.All(); }).empty());
}

TEST_F(ContainerServiceTest, AnswersEachMutationWithItsOperation) {
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

TEST_F(ContainerServiceTest, GoesOnWithAMutationWhoseCallerHungUp) {
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

TEST_F(ContainerServiceTest, StopsAReadWhoseCallerHungUp) {
  OnLoop([this] { engine.calls.Add({.call = "list", .outcome = test::FakeCalls::Outcome::kHangs}); });
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
  v1::ListContainersResponse response;
  const auto status = containers->ListContainers(&context, {}, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(NothingLives());
}

TEST_F(ContainerServiceTest, StreamsALogToItsEnd) {
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

TEST_F(ContainerServiceTest, FollowsALogUntilTheCallerHangsUp) {
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

TEST_F(ContainerServiceTest, DoesNotOpenMoreStreamsToTheEngineThanItMay) {
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

TEST_F(ContainerServiceTest, StreamsASampleASecond) {
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

TEST_F(ContainerServiceTest, AnswersWhileAThousandCallersWatch) {
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

TEST_F(ContainerServiceTest, WatchesOnlyTheContainersAskedFor) {
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

TEST_F(ContainerServiceTest, EndsTheWatchOfAReaderWhoIsTooSlow) {
  OnLoop([this] { engine.Run("web", "web:1"); });
  grpc::ClientContext context;
  auto reader = containers->WatchEvents(&context, {});
  reader->WaitForInitialMetadata();
  // So long that flow control stops them half-way; one by one, so that all have arrived before the first is read.
  for (int i = 0; i < 1000; ++i) {
    OnLoop([this] { engine.machine.Emit(engine.At("web"), "kill", {{"signal", std::string(1 << 16, 'x')}}); });
  }
  EXPECT_LT(ReadAll(*reader, [](const auto&) { return 1; }).size(), 1000u);
  const auto status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "READER_TOO_SLOW");
}

}  // namespace
}  // namespace berth::rpc

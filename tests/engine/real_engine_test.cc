// The engine, its containers and its refusals, on a real dockerd.
#include "tests/engine/real_engine.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::test {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// ---------------------------------------------------------------- the engine itself

TEST_F(RealEngine, IsSpokenToInAVersionThatBothKnow) {
  const auto fresh = MakeDockerEngine(loop_.executor(), *ParseEndpoint(Environment("BERTH_TEST_ENGINE")));
  EXPECT_EQ(fresh->ApiVersion(), "");
  ASSERT_OK(Await(fresh->Ping()));
  EXPECT_THAT(fresh->ApiVersion(), StartsWith("1."));
  const auto version = Await(fresh->Version());
  ASSERT_OK(version);
  EXPECT_FALSE(version->version.empty());
  EXPECT_EQ(version->os, "linux");
  EXPECT_LE(fresh->ApiVersion(), version->api_version);
}

TEST_F(RealEngine, TellsAboutItsHost) {
  const auto info = Await(engine_->Info());
  ASSERT_OK(info);
  EXPECT_GT(info->cpus, 0);
  EXPECT_GT(info->memory_bytes, 0);
  EXPECT_FALSE(info->storage_driver.empty());
  EXPECT_THAT(info->root_directory, StartsWith("/"));
}

// ---------------------------------------------------------------- the life of a container

TEST_F(RealEngine, TakesAContainerThroughItsLife) {
  const std::string id = Create("life", "web:plain", {{"Labels", {{"berth.test", "life"}}}, {"StopTimeout", 7}});
  EXPECT_EQ(Inspect(id).state, ContainerState::kCreated);
  ASSERT_OK(Await(engine_->Start(id)));
  ASSERT_OK(Await(engine_->Start(id))) << "starting what runs succeeds";

  const ContainerDetails running = Inspect(Named("life"));
  EXPECT_EQ(running.id, id);
  EXPECT_EQ(running.name, Named("life"));
  EXPECT_EQ(running.state, ContainerState::kRunning);
  EXPECT_GT(running.pid, 0);
  EXPECT_GT(running.started_at, running.created_at);
  EXPECT_EQ(running.finished_at, WallTime{});
  EXPECT_EQ(running.stop_timeout, 7s);
  EXPECT_EQ(running.labels.at("berth.test"), "life");
  EXPECT_FALSE(running.has_healthcheck);
  EXPECT_EQ(running.restart_policy.name, "no");
  EXPECT_TRUE(running.raw.contains("HostConfig"));

  ASSERT_OK(Await(engine_->Pause(id)));
  EXPECT_EQ(Inspect(id).state, ContainerState::kPaused);
  ASSERT_OK(Await(engine_->Unpause(id)));
  ASSERT_OK(Await(engine_->Rename(id, Named("renamed"))));
  EXPECT_EQ(Inspect(id).name, Named("renamed"));
  ASSERT_OK(Await(engine_->UpdateRestartPolicy(id, {"on-failure", 3})));
  EXPECT_EQ(Inspect(id).restart_policy, (RestartPolicy{"on-failure", 3}));

  ASSERT_OK(Await(engine_->Stop(id, 5s)));
  ASSERT_OK(Await(engine_->Stop(id, 5s))) << "stopping what is stopped succeeds";
  EXPECT_EQ(Inspect(id).state, ContainerState::kExited);
  EXPECT_GT(Inspect(id).finished_at, running.started_at);
  ASSERT_OK(Await(engine_->Remove(id, false)));
  EXPECT_THAT(Await(engine_->Inspect(id)), FailsWith(Code::kNotFound, "CONTAINER_NOT_FOUND"));
}

TEST_F(RealEngine, ListsWhatIsStoppedOnlyWhenAsked) {
  const std::string running = Run("running", "web:plain", {{"Labels", {{"berth.test", "list"}}}});
  const std::string created = Create("created", "web:plain", {{"Labels", {{"berth.test", "list"}}}});
  Create("other", "web:plain");
  const auto some = Await(engine_->List(false, {{"label", {"berth.test=list"}}}));
  ASSERT_OK(some);
  ASSERT_THAT(*some, SizeIs(1));
  EXPECT_EQ(some->front().id, running);
  EXPECT_EQ(some->front().name, Named("running"));
  EXPECT_EQ(some->front().image, Image("web:plain"));
  EXPECT_EQ(some->front().state, ContainerState::kRunning);
  EXPECT_THAT(some->front().networks, Contains("bridge"));
  EXPECT_THAT(some->front().ports, Contains(Field(&Port::container_port, 8080)));

  const auto all = Await(engine_->List(true, {{"label", {"berth.test=list"}}}));
  ASSERT_OK(all);
  EXPECT_THAT(*all, SizeIs(2));
  EXPECT_THAT(*all, Contains(Field(&ContainerSummary::id, created)));
}

TEST_F(RealEngine, PublishesPorts) {
  const std::string id =
      Run("ports", "web:plain",
          {{"HostConfig", {{"PortBindings", {{"8080/tcp", {{{"HostIp", "127.0.0.1"}, {"HostPort", "18080"}}}}}}}}});
  const ContainerDetails container = Inspect(id);
  ASSERT_THAT(container.ports, SizeIs(1));
  EXPECT_EQ(container.ports[0].host_ip, "127.0.0.1");
  EXPECT_EQ(container.ports[0].host_port, 18080);
  EXPECT_EQ(container.ports[0].container_port, 8080);
  EXPECT_EQ(container.ports[0].protocol, "tcp");
}

TEST_F(RealEngine, RunsManyCallsAtOnce) {
  const std::string id = Run("many", "web:plain");
  std::vector<RealLoop::Running<Result<ContainerDetails>>> calls;
  for (int i = 0; i < 50; ++i) calls.push_back(loop_.Spawn(engine_->Inspect(id)));
  loop_.RunUntil([&] { return std::all_of(calls.begin(), calls.end(), [](const auto& call) { return call.Done(); }); });
  for (auto& call : calls) EXPECT_OK(call.Get());
}

TEST_F(RealEngine, WaitsForTheEndOfAContainer) {
  const std::string id = Run("wait", "web:plain");
  auto waiting = loop_.Spawn(engine_->Wait(id, 30s));
  ASSERT_OK(Await(engine_->Kill(id, "SIGKILL")));
  loop_.RunUntil([&] { return waiting.Done(); });
  const auto outcome = waiting.Get();
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->exit_code, 137);
}

TEST_F(RealEngine, DoesNotWaitBeyondTheDeadline) {
  const std::string id = Run("wait-long", "web:plain");
  EXPECT_THAT(Await(engine_->Wait(id, 1s)), FailsWith(Code::kDeadlineExceeded, "ENGINE_TIMEOUT"));
}

TEST_F(RealEngine, KillsWhatIgnoresTheStopAfterItsTimeout) {
  const std::string id = Run("stubborn", "stubborn:1");
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_OK(Await(engine_->Stop(id, 1s)));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 900ms);
  EXPECT_EQ(Inspect(id).exit_code, 137);
}

TEST_F(RealEngine, RestartsAContainer) {
  const std::string id = Run("restart", "web:plain");
  const WallTime before = Inspect(id).started_at;
  ASSERT_OK(Await(engine_->Restart(id, 3s)));
  EXPECT_GT(Inspect(id).started_at, before);
}

TEST_F(RealEngine, TellsWhyAProbeFailed) {
  const std::string id = Run("broken", "web:broken");
  EXPECT_EQ(Inspect(id).health, Health::kStarting);
  auto events = Await(engine_->Events({{{"event", {"health_status"}}, {"container", {id}}}, WallTime(1s), {}}));
  ASSERT_OK(events);
  const auto unhealthy =
      Await(ReadUntil(**events, [](const Event& event) { return event.action.ends_with("unhealthy"); }));
  ASSERT_OK(unhealthy);
  EXPECT_EQ(unhealthy->action, "health_status: unhealthy");
  const ContainerDetails container = Inspect(id);
  EXPECT_TRUE(container.has_healthcheck);
  EXPECT_EQ(container.health, Health::kUnhealthy);
  EXPECT_GE(container.failing_streak, 3);
  ASSERT_FALSE(container.health_log.empty());
  EXPECT_EQ(container.health_log.back().exit_code, 1);
  EXPECT_THAT(container.health_log.back().output, HasSubstr("database is not reachable"));
  EXPECT_GT(container.health_log.back().started_at, container.started_at);
  const auto listed = Await(engine_->List(false, {{"id", {id}}}));
  ASSERT_OK(listed);
  ASSERT_THAT(*listed, SizeIs(1));
  EXPECT_EQ(listed->front().health, Health::kUnhealthy);
}

// ---------------------------------------------------------------- refusals

TEST_F(RealEngine, SaysWhatIsMissing) {
  EXPECT_THAT(Await(engine_->Inspect(Named("nobody"))), FailsWith(Code::kNotFound, "CONTAINER_NOT_FOUND"));
  EXPECT_THAT(Await(engine_->Start(Named("nobody"))), FailsWith(Code::kNotFound, "CONTAINER_NOT_FOUND"));
  EXPECT_THAT(Await(engine_->Logs(Named("nobody"), {})), FailsWith(Code::kNotFound, "CONTAINER_NOT_FOUND"));
  EXPECT_THAT(Await(engine_->StreamStats(Named("nobody"))), FailsWith(Code::kNotFound, "CONTAINER_NOT_FOUND"));
  EXPECT_THAT(Await(engine_->InspectImage("no/such:image")), FailsWith(Code::kNotFound, "IMAGE_NOT_FOUND"));
  EXPECT_THAT(Await(engine_->InspectNetwork("no-such-network")), FailsWith(Code::kNotFound, "NETWORK_NOT_FOUND"));
  const auto created = Await(engine_->Create({Named("x"), "", {{"Image", "no/such:image"}}}));
  EXPECT_THAT(created, FailsWith(Code::kNotFound, "IMAGE_NOT_FOUND"));
  EXPECT_THAT(MessageOf(created), HasSubstr("No such image"));
}

TEST_F(RealEngine, RefusesANameThatIsTaken) {
  const std::string id = Create("taken", "web:plain");
  const auto again = Await(engine_->Create({Named("taken"), "", {{"Image", Image("web:plain")}}}));
  EXPECT_THAT(again, FailsWith(Code::kAborted, "ENGINE_CONFLICT"));
  EXPECT_THAT(MessageOf(again), HasSubstr("already in use"));
}

TEST_F(RealEngine, RefusesWhatItDoesNotUnderstand) {
  const std::string id = Create("bad", "web:plain");
  EXPECT_THAT(Await(engine_->UpdateRestartPolicy(id, {"sometimes", 0})),
              FailsWith(Code::kInvalidArgument, "ENGINE_BAD_PARAMETER"));
  EXPECT_THAT(Await(engine_->Kill(id, "SIGNOTHING")), Not(Succeeds()));
}

TEST_F(RealEngine, NeverSeesANameThatIsAPath) {
  EXPECT_THAT(Await(engine_->Inspect("../images/json?x=")), FailsWith(Code::kInvalidArgument, "BAD_CONTAINER_NAME"));
  const std::string id = Create("path", "web:plain");
  EXPECT_THAT(Await(engine_->Rename(id, "a/b")), FailsWith(Code::kInvalidArgument, "BAD_CONTAINER_NAME"));
  EXPECT_THAT(Await(engine_->InspectImage("../containers/json")),
              FailsWith(Code::kInvalidArgument, "BAD_IMAGE_REFERENCE"));
}

TEST_F(RealEngine, KeepsAContainerThatRunsUnlessForced) {
  const std::string id = Run("kept", "web:plain");
  EXPECT_THAT(Await(engine_->Remove(id, false)), FailsWith(Code::kAborted, "ENGINE_CONFLICT"));
  EXPECT_OK(Await(engine_->Remove(id, true)));
}

// ---------------------------------------------------------------- an engine that comes and goes

TEST_F(RealEngine, IsFoundAgainAfterItWasAway) {
  auto events = Await(engine_->Events({}));
  ASSERT_OK(events);
  ASSERT_EQ(TellEngine("stop"), 0);
  const auto away = Await(engine_->Ping());
  EXPECT_THAT(away, FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_THAT(MessageOf(away), HasSubstr("is docker.service running?"));
  EXPECT_THAT(Await(engine_->List(true, {})), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  auto rest = Await(ReadAll(std::move(*events)));
  EXPECT_TRUE(rest.has_value() || rest.error().code == Code::kUnavailable);

  ASSERT_EQ(TellEngine("start"), 0);
  EXPECT_OK(Await(engine_->List(true, {})));
  EXPECT_FALSE(engine_->ApiVersion().empty());
}

TEST_F(RealEngine, MayRestartBetweenTwoCalls) {
  const std::string id = Create("restarted", "web:plain");
  ASSERT_EQ(TellEngine("restart"), 0);
  EXPECT_OK(Await(engine_->Start(id))) << "a change, over connections that are all stale";
}

TEST_F(RealEngine, DoesNotHoldUpACallThatHasADeadlineWhenItIsFrozen) {
  DockerEngineOptions impatient;
  impatient.call_timeout = 300ms;
  const auto engine = MakeDockerEngine(loop_.executor(), *ParseEndpoint(Environment("BERTH_TEST_ENGINE")), impatient);
  ASSERT_OK(Await(engine->Ping()));
  ASSERT_EQ(TellEngine("pause"), 0);
  EXPECT_THAT(Await(engine->List(true, {})), FailsWith(Code::kDeadlineExceeded, "ENGINE_TIMEOUT"));
  ASSERT_EQ(TellEngine("resume"), 0);
  EXPECT_OK(Await(engine->List(true, {})));
}

}  // namespace
}  // namespace berth::test

// The rows of the conformance table that are about the operation: on an engine in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/operations/json_access.h"
#include "agent/operations/recreate.h"
#include "tests/agent/operations/agent_host.h"

namespace berth::agent {
namespace {

using boost::json::object;
using engine::ContainerState;
using test::FailsWith;
using test::FakeCalls;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ConformanceOfAnUpgrade : public testing::Test {
 protected:
  Operation Upgrade(const std::string& image = "web:2") { return host.Do(AskUpgrade("web", image)).value(); }
  Plan PlanOf(Request request) {
    request.validate_only = true;
    return *host.Submit(std::move(request)).value().plan;
  }
  // The first that begins so came before the first that begins with the other.
  bool Came(const std::string& first, const std::string& second) {
    const auto calls = host.engine.calls.Mutations();
    const auto at = [&](const std::string& beginning) {
      return std::find_if(calls.begin(), calls.end(), [&](const auto& call) { return call.starts_with(beginning); });
    };
    return at(first) < at(second) && at(second) != calls.end();
  }

  AgentHost host;
};

TEST_F(ConformanceOfAnUpgrade, C11StopsTheOldContainerWithinItsOwnTimeout) {
  host.RunWeb({{"StopTimeout", 300}});
  host.At("web").behaviour.stops_in = std::chrono::seconds(200);
  EXPECT_EQ(Upgrade().state, State::kSucceeded);
  EXPECT_EQ(host.engine.At(host.Names()[0]).exit_code, 0) << "it was killed";
}

TEST_F(ConformanceOfAnUpgrade, C15RefusesAContainerThatWasCreatedFromAnId) {
  host.RunWeb();
  const std::string id = host.At("web").image_id;
  for (const auto& reference : {id, id.substr(7, 12)}) {
    host.At("web").config["Image"] = reference;
    EXPECT_THAT(host.Submit(Ask(Kind::kUpgrade, "web")), FailsWith(Code::kInvalidArgument, "BAD_IMAGE_REFERENCE"));
  }
  EXPECT_EQ(Upgrade().state, State::kSucceeded) << "but an image that is given will do";
}

TEST_F(ConformanceOfAnUpgrade, C16RefusesWhenTheOldImageIsGone) {
  host.RunWeb();
  host.At("web").image_id = "sha256:" + std::string(64, '0');
  EXPECT_THAT(host.Submit(AskUpgrade("web", "web:2")), FailsWith(Code::kFailedPrecondition, "WOULD_LOSE"));
  EXPECT_THAT(host.engine.calls.Mutations(), IsEmpty());
}

TEST_F(ConformanceOfAnUpgrade, H4TakesVolumesFromAnotherWithoutPinningThem) {
  host.engine.Run("data", "web:1", {{"Volumes", {{"/data", object()}}}});
  host.RunWeb({{"HostConfig", {{"VolumesFrom", {"data"}}}}});
  host.At("web").mounts = host.At("data").mounts;
  EXPECT_EQ(Upgrade().state, State::kSucceeded);
  EXPECT_THAT(ArrayAt(host.At("web").host_config, "Binds"), IsEmpty());
}

TEST_F(ConformanceOfAnUpgrade, H3RefusesAContainerThatOthersLinkTo) {
  host.RunWeb();
  host.engine.Run("app", "web:1", {{"HostConfig", {{"Links", {"/web:/app/web"}}}}});
  EXPECT_THAT(host.Submit(AskUpgrade("web", "web:2")), FailsWith(Code::kFailedPrecondition, "WOULD_LOSE"));
  EXPECT_THAT(PlanOf(AskUpgrade("web", "web:2")).refusals, ElementsAre(HasSubstr("app links to it")));
}

TEST_F(ConformanceOfAnUpgrade, V2RefusesAContainerThatRemovesItself) {
  host.RunWeb({{"HostConfig", {{"AutoRemove", true}}}});
  EXPECT_THAT(host.Submit(AskUpgrade("web", "web:2")), FailsWith(Code::kFailedPrecondition, "WOULD_LOSE"));
  EXPECT_THAT(host.engine.calls.Mutations(), IsEmpty());
}

TEST_F(ConformanceOfAnUpgrade, V4RefusesSecretsThatWouldBeMissing) {
  host.RunWeb({{"Labels", {{"com.docker.compose.project", "shop"}}}});
  host.At("web").changed_files = {{engine::FileChange::Kind::kAdded, "/run/secrets/token"}};
  EXPECT_THAT(host.Submit(AskUpgrade("web", "web:2")), FailsWith(Code::kFailedPrecondition, "WOULD_LOSE"));
  EXPECT_THAT(host.Submit(Ask(Kind::kRecreate, "web")), FailsWith(Code::kFailedPrecondition, "WOULD_LOSE"));
  EXPECT_THAT(host.engine.calls.Mutations(), IsEmpty());
}

TEST_F(ConformanceOfAnUpgrade, V5WarnsOfWhatStaysInTheOldFileSystem) {
  host.RunWeb();
  EXPECT_THAT(PlanOf(AskUpgrade("web", "web:2")).warnings, Not(Contains(HasSubstr("its own file system"))));
  host.At("web").changed_files = {{engine::FileChange::Kind::kAdded, "/usr/bin/vim"}};
  EXPECT_THAT(PlanOf(AskUpgrade("web", "web:2")).warnings, Contains(HasSubstr("1 path in its own file system")));
}

TEST_F(ConformanceOfAnUpgrade, V5DoesNotHoldUpAnUpgradeWhenTheEngineCannotTell) {
  host.RunWeb();
  host.engine.calls.Add({.call = "changes", .error = test::TimedOut(), .times = FakeCalls::kAlways});
  EXPECT_THAT(PlanOf(AskUpgrade("web", "web:2")).warnings, Contains(HasSubstr("can't be told")));
  EXPECT_EQ(Upgrade().state, State::kSucceeded);
}

TEST_F(ConformanceOfAnUpgrade, D8TakesTheOldRestartPolicyAwayBeforeItStopsAndGivesItToTheNew) {
  host.RunWeb();
  EXPECT_EQ(Upgrade().state, State::kSucceeded);
  EXPECT_TRUE(Came("update web no", "stop web"));
  EXPECT_EQ(host.At("web").RestartPolicy().name, "always");
}

TEST_F(ConformanceOfAnUpgrade, S1S2CreatesUnderASideNameBeforeItStopsAnything) {
  host.RunWeb();
  EXPECT_EQ(Upgrade().state, State::kSucceeded);
  EXPECT_TRUE(Came("create web.berth-", "stop web"));
  EXPECT_TRUE(Came("stop web", "rename web"));
}

TEST_F(ConformanceOfAnUpgrade, S2StopsNothingWhenTheCreationFails) {
  host.RunWeb();
  host.engine.calls.Add({.call = "create", .error = test::BadRequest("invalid mount config")});
  EXPECT_EQ(Upgrade().state, State::kFailed);
  EXPECT_EQ(host.engine.calls.Count("stop"), 0u);
  EXPECT_TRUE(host.At("web").Runs());
}

TEST_F(ConformanceOfAnUpgrade, S3LeavesAStoppedContainerStopped) {
  host.RunWeb();
  ASSERT_OK(host.Do(Ask(Kind::kStop, "web")));
  EXPECT_EQ(Upgrade().state, State::kSucceeded);
  EXPECT_EQ(host.At("web").state, ContainerState::kCreated);
  EXPECT_THAT(host.At("web").Image(), testing::StartsWith("web:2@"));
}

TEST_F(ConformanceOfAnUpgrade, S3SaysWhatToDoWithAPausedContainer) {
  host.RunWeb();
  ASSERT_OK(host.engine.machine.Pause(host.At("web").id));
  EXPECT_THAT(PlanOf(AskUpgrade("web", "web:2")).refusals, ElementsAre(HasSubstr("start it (this resumes it)")));
  ASSERT_OK(host.Do(Ask(Kind::kStart, "web")));
  EXPECT_EQ(Upgrade().state, State::kSucceeded);
}

TEST_F(ConformanceOfAnUpgrade, S5AdoptsWhatWasCreatedThoughTheAnswerWasLost) {
  host.RunWeb();
  host.engine.calls.Add({.call = "create", .outcome = FakeCalls::Outcome::kReplyLost});
  EXPECT_EQ(Upgrade().state, State::kSucceeded);
  EXPECT_THAT(host.At("web").Image(), testing::StartsWith("web:2@"));
  EXPECT_EQ(host.engine.calls.Count("create"), 1u);
}

TEST_F(ConformanceOfAnUpgrade, S8RefusesContainersOfOrchestrators) {
  engine::ContainerDetails container;
  container.name = "web";
  for (const auto* label : {"com.docker.swarm.task.id", "io.kubernetes.pod.name", "io.kubernetes.container.name",
                            "com.hashicorp.nomad.alloc_id", "com.amazonaws.ecs.task-arn"}) {
    container.labels = {{label, "x"}};
    EXPECT_EQ(RecreateRefusals(container).size(), 1u) << label;
  }
  container.labels = {{"com.docker.compose.oneoff", "True"}};
  EXPECT_EQ(RecreateRefusals(container).size(), 1u);
  container.labels.clear();
  container.name = "buildx_buildkit_default0";
  EXPECT_EQ(RecreateRefusals(container).size(), 1u);
}

TEST_F(ConformanceOfAnUpgrade, S8DoesNotRefuseAServiceOfCompose) {
  engine::ContainerDetails container;
  container.name = "shop-web-1";
  container.labels = {{"com.docker.compose.oneoff", "False"}, {"com.docker.compose.project", "shop"}};
  EXPECT_THAT(RecreateRefusals(container), IsEmpty());
}

TEST_F(ConformanceOfAnUpgrade, S11KeepsTheOldContainerWithItsLogs) {
  host.RunWeb();
  host.At("web").log.push_back({{}, engine::LogChunk::Source::kStdout, "the last words\n"});
  const auto ended = Upgrade();
  EXPECT_THAT(host.At(OldSideName("web", ended.id)).log, Not(IsEmpty()));
}

// --- specifications

TEST_F(ConformanceOfAnUpgrade, SpecKeepsAVariableThatOneImageOnTheWayHadTheSame) {
  host.engine.machine.images.Add("web:1", {.config = {{"Env", {"VERSION=1"}}}});
  host.RunWeb({{"Env", {"VERSION=mine", "MODE=live"}}});
  host.engine.machine.registry.Publish("web:2", {.config = {{"Env", {"VERSION=mine"}}}});
  host.engine.machine.registry.Publish("web:3", {.config = {{"Env", {"VERSION=3"}}}});
  EXPECT_EQ(Upgrade("web:2").state, State::kSucceeded);
  EXPECT_EQ(Upgrade("web:3").state, State::kSucceeded);
  EXPECT_THAT(ArrayAt(host.At("web").config, "Env"), ElementsAre("VERSION=mine", "MODE=live"));
}

TEST_F(ConformanceOfAnUpgrade, SpecThatIsLostIsSaidAndDoneWithout) {
  host.engine.machine.images.Add("web:1", {.config = {{"Env", {"VERSION=1"}}}});
  host.RunWeb({{"Env", {"MODE=live"}}});
  host.engine.machine.registry.Publish("web:3", {.config = {{"Env", {"VERSION=3"}}}});
  EXPECT_EQ(Upgrade("web:2").state, State::kSucceeded);
  host.journal.specs.clear();
  EXPECT_THAT(PlanOf(AskUpgrade("web", "web:3")).warnings, Contains(HasSubstr("not in the journal")));
  const auto ended = Upgrade("web:3");
  EXPECT_EQ(ended.state, State::kSucceeded);
  EXPECT_THAT(ended.upgrade_result->warnings, Contains(HasSubstr("not in the journal")));
  EXPECT_THAT(ArrayAt(host.At("web").config, "Env"), ElementsAre("MODE=live", "VERSION=3"));
}

TEST_F(ConformanceOfAnUpgrade, SpecIsForgottenWithItsContainerAndNoSooner) {
  host.RunWeb();
  for (const auto* image : {"web:3", "web:4", "web:5"}) host.engine.machine.registry.Publish(image);
  auto request = AskUpgrade("web", "web:2");
  request.keep_previous = 0;
  ASSERT_OK(host.Do(request));
  host.clock.JumpWallClock(std::chrono::hours(48));
  request.image = "web:3";
  ASSERT_OK(host.Do(request));
  EXPECT_EQ(host.journal.specs.size(), 1u);
  EXPECT_TRUE(host.journal.specs.contains(host.At("web").id));
}

TEST_F(ConformanceOfAnUpgrade, SpecThatCannotBeWrittenDownKeepsTheUpgradeFromGoingOn) {
  host.RunWeb();
  host.engine.calls.after_effect = [this](const std::string& call) {
    if (call.starts_with("create")) host.journal.FillDiskAt(1);
  };
  EXPECT_EQ(Upgrade().state, State::kFailed);
  EXPECT_EQ(host.engine.calls.Count("stop"), 0u);
  EXPECT_TRUE(host.At("web").Runs());
  EXPECT_THAT(host.Names(), ElementsAre("web"));
}

}  // namespace
}  // namespace berth::agent

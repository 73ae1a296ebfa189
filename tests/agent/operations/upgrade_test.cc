#include "agent/operations/upgrade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/operations/agent_host.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using engine::ContainerState;
using test::FailsWith;
using test::FakeCalls;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class UpgradeTest : public testing::Test {
 protected:
  UpgradeTest() { host.RunWeb(); }

  // web runs from web:1 as if nothing had been, and nothing is left over.
  void ExpectUntouched() {
    EXPECT_THAT(host.Names(), ElementsAre("web"));
    ExpectOldServes();
  }

  void ExpectOldServes() {
    EXPECT_EQ(host.At("web").Image(), "web:1");
    EXPECT_TRUE(host.At("web").Runs());
    EXPECT_EQ(host.At("web").RestartPolicy().name, "always");
    EXPECT_EQ(host.RunningCount(), 1u);
  }

  Operation Upgrade(const std::string& image) { return host.Do(AskUpgrade("web", image)).value(); }

  AgentHost host;
};

TEST_F(UpgradeTest, ReplacesTheContainerUnderItsName) {
  const auto ended = Upgrade("web:2");
  EXPECT_EQ(ended.state, State::kSucceeded) << ended.error->message;
  EXPECT_EQ(host.At("web").state, ContainerState::kRunning);
  EXPECT_EQ(host.At("web").RestartPolicy().name, "always");
  EXPECT_EQ(host.RunningCount(), 1u);
}

TEST_F(UpgradeTest, RunsTheDigestThatTheTagMeantAndKeepsTheTagReadable) {
  const auto ended = Upgrade("web:2");
  ASSERT_THAT(ended.upgrade_result->new_digest, testing::StartsWith("sha256:"));
  EXPECT_EQ(host.At("web").Image(), "web:2@" + ended.upgrade_result->new_digest);
}

TEST_F(UpgradeTest, KeepsTheOldContainerStoppedAndUnableToComeBack) {
  const auto ended = Upgrade("web:2");
  const auto& kept = host.At(OldSideName("web", ended.id));
  EXPECT_EQ(kept.id, ended.upgrade_result->old_container_id);
  EXPECT_FALSE(kept.Runs());
  EXPECT_EQ(kept.RestartPolicy().name, "no");
}

TEST_F(UpgradeTest, CreatesBeforeItStopsAndStopsBeforeItStarts) {
  const auto ended = Upgrade("web:2");
  const auto calls = host.engine.calls.Mutations();
  const auto place = [&](const std::string& call) {
    return std::find_if(calls.begin(), calls.end(), [&](const auto& it) { return it.starts_with(call); });
  };
  EXPECT_LT(place("pull"), place("create"));
  EXPECT_LT(place("create"), place("stop"));
  EXPECT_LT(place("stop"), place("start"));
  EXPECT_LT(place("start"), place("rename"));
}

TEST_F(UpgradeTest, KeepsAsManyOldContainersAsAskedFor) {
  host.engine.machine.registry.Publish("web:3");
  Upgrade("web:2");
  Upgrade("web:3");
  EXPECT_THAT(host.Names(), SizeIs(2));
  Request request = AskUpgrade("web", "web:2");
  request.keep_previous = 2;
  host.Do(request).value();
  EXPECT_THAT(host.Names(), SizeIs(3));
  request.image = "web:3";
  request.keep_previous = 0;
  host.Do(request).value();
  EXPECT_THAT(host.Names(), ElementsAre("web"));
}

TEST_F(UpgradeTest, DoesNotRemoveContainersThatOnlyLookLikeItsOwn) {
  host.engine.Run("web.berth-0123-old", "web:1");
  host.engine.Run("other.berth-0123456789abcdef-old", "web:1");
  Request request = AskUpgrade("web", "web:2");
  request.keep_previous = 0;
  host.Do(request).value();
  EXPECT_THAT(host.Names(), UnorderedElementsAre("web.berth-0123-old", "other.berth-0123456789abcdef-old", "web"));
}

TEST_F(UpgradeTest, DoesNothingWhenTheContainerRunsThisImageAlready) {
  Upgrade("web:2");
  const auto id = host.At("web").id;
  const auto again = Upgrade("web:2");
  EXPECT_EQ(again.state, State::kSucceeded);
  EXPECT_EQ(host.At("web").id, id);
  EXPECT_THAT(again.upgrade_result->warnings, ElementsAre(HasSubstr("already")));
}

TEST_F(UpgradeTest, TakesTheReferenceOfTheContainerWhenNoneIsGiven) {
  Upgrade("web:2");
  host.engine.machine.registry.Publish("web:2");  // the tag moved on
  EXPECT_EQ(Upgrade("").state, State::kSucceeded);
  EXPECT_THAT(host.At("web").Image(), testing::StartsWith("web:2@sha256:"));
}

TEST_F(UpgradeTest, DoesNotStartAContainerThatWasStopped) {
  host.Do(Ask(Kind::kStop, "web")).value();
  EXPECT_EQ(Upgrade("web:2").state, State::kSucceeded);
  EXPECT_FALSE(host.At("web").Runs());
  EXPECT_THAT(host.At("web").Image(), testing::StartsWith("web:2"));
}

// --- the new one is bad ---

TEST_F(UpgradeTest, GoesBackWhenTheNewContainerIsUnhealthyAndSaysWhatItsCheckSaid) {
  host.engine.machine.registry.Publish(
      "web:2", {.behaviour = {.healthy_after = std::nullopt, .unhealthy_after = 3s, .output = {"no database"}}});
  const auto ended = Upgrade("web:2");
  EXPECT_EQ(ended.state, State::kFailed);
  EXPECT_EQ(ended.error->reason, "HEALTH_GATE_FAILED");
  EXPECT_TRUE(ended.upgrade_result->rolled_back);
  EXPECT_FALSE(ended.upgrade_result->failed_probes.empty());
  EXPECT_EQ(ended.upgrade_result->failed_output, "no database\n");
  ExpectUntouched();
}

TEST_F(UpgradeTest, GoesBackWhenTheNewContainerExits) {
  host.engine.machine.registry.Publish("web:2", {.behaviour = {.exits_after = 500ms, .exit_code = 3}});
  const auto ended = Upgrade("web:2");
  EXPECT_EQ(ended.state, State::kFailed);
  EXPECT_THAT(ended.error->message, HasSubstr("code 3"));
  ExpectUntouched();
}

TEST_F(UpgradeTest, GoesBackWhenTheNewContainerCannotBeStarted) {
  host.engine.machine.registry.Publish("web:2", {.behaviour = {.start_error = "exec: \"serve\": not found"}});
  const auto ended = Upgrade("web:2");
  EXPECT_EQ(ended.state, State::kFailed);
  EXPECT_THAT(ended.error->message, HasSubstr("not found"));
  ExpectUntouched();
}

TEST_F(UpgradeTest, GoesBackWhenTheNewContainerIsNotHealthyInTime) {
  host.engine.machine.registry.Publish("web:2", {.behaviour = {.healthy_after = std::nullopt}});
  Request request = AskUpgrade("web", "web:2");
  request.gate.timeout = 5s;
  EXPECT_EQ(host.Do(request)->error->reason, "HEALTH_GATE_FAILED");
  ExpectUntouched();
}

TEST_F(UpgradeTest, GoesBackWhenTheOperationsTimeoutIsOver) {
  host.engine.machine.registry.Publish("web:2", {.behaviour = {.healthy_after = std::nullopt}});
  Request request = AskUpgrade("web", "web:2");
  request.timeout = 10s;
  EXPECT_EQ(host.Do(request)->error->reason, "OPERATION_TIMEOUT");
  ExpectUntouched();
}

TEST_F(UpgradeTest, GoesBackWhenItIsCancelledAtTheGate) {
  host.engine.machine.registry.Publish("web:2", {.behaviour = {.healthy_after = std::nullopt}});
  const auto begun = host.Submit(AskUpgrade("web", "web:2"));
  host.loop.RunFor(10s);
  EXPECT_OK(host.operations->Cancel(begun->id));
  EXPECT_EQ(host.End(begun->id)->state, State::kCancelled);
  ExpectUntouched();
}

TEST_F(UpgradeTest, DoesNotTouchAnythingWhenItIsCancelledDuringThePull) {
  host.engine.machine.registry.Publish("web:2", {.layers = 100});
  const auto begun = host.Submit(AskUpgrade("web", "web:2"));
  host.loop.RunFor(1s);
  EXPECT_OK(host.operations->Cancel(begun->id));
  EXPECT_EQ(host.End(begun->id)->state, State::kCancelled);
  EXPECT_EQ(host.engine.calls.Count("stop"), 0u);
  ExpectUntouched();
}

// --- refused, or failed before anything was touched ---

TEST_F(UpgradeTest, FailsWithTheRegistrysReasonAndTouchesNothing) {
  EXPECT_EQ(Upgrade("web:nobody").error->code, Code::kNotFound);
  host.engine.machine.registry.unreachable = true;
  EXPECT_EQ(Upgrade("web:2").error->reason, "REGISTRY_UNREACHABLE");
  EXPECT_EQ(host.engine.calls.Count("stop") + host.engine.calls.Count("update"), 0u);
  ExpectUntouched();
}

TEST_F(UpgradeTest, FailsWhenThePullBreaksOffAndTouchesNothing) {
  host.engine.machine.registry.Publish("web:2", {.pull_error = "no space left on device"});
  EXPECT_EQ(Upgrade("web:2").state, State::kFailed);
  ExpectUntouched();
}

TEST_F(UpgradeTest, GivesTheRegistryTheCredentialsOfTheRequest) {
  host.engine.machine.registry.wants = engine::RegistryAuth{"ada", "secret", {}, {}};
  Request request = AskUpgrade("web", "web:2");
  EXPECT_EQ(host.Do(request)->error->reason, "REGISTRY_DENIED");
  request.credentials = host.engine.machine.registry.wants;
  EXPECT_EQ(host.Do(request)->state, State::kSucceeded);
}

TEST_F(UpgradeTest, RefusesBeforeAnythingIsTouchedWhatWouldLoseTheContainer) {
  host.At("web").host_config["AutoRemove"] = true;
  const auto refused = host.Submit(AskUpgrade("web", "web:2"));
  ASSERT_THAT(refused, FailsWith(Code::kFailedPrecondition, "WOULD_LOSE"));
  EXPECT_THAT(refused.error().message, HasSubstr("--rm"));
  EXPECT_THAT(host.engine.calls.Mutations(), IsEmpty());
}

TEST_F(UpgradeTest, RefusesABadReferenceAndAStrategyThatIsImpossible) {
  EXPECT_EQ(host.Submit(AskUpgrade("web", "Not An Image")).error().code, Code::kInvalidArgument);
  Request request = AskUpgrade("web", "web:2");
  request.strategy = Strategy::kStartFirst;
  EXPECT_THAT(host.Submit(request), FailsWith(Code::kFailedPrecondition, "START_FIRST_IMPOSSIBLE"));
}

TEST_F(UpgradeTest, DoesNothingWhenAnOperatorStoppedTheContainerDuringThePull) {
  host.engine.machine.registry.Publish("web:2", {.layers = 100});
  const auto begun = host.Submit(AskUpgrade("web", "web:2"));
  host.loop.RunFor(1s);
  ASSERT_OK(host.engine.machine.Kill("web", "SIGKILL"));
  EXPECT_EQ(host.End(begun->id)->error->reason, "CONTAINER_CHANGED");
  EXPECT_FALSE(host.At("web").Runs());
  EXPECT_THAT(host.Names(), ElementsAre("web"));
}

TEST_F(UpgradeTest, AdoptsTheContainerWhoseCreationWasNotConfirmed) {
  host.engine.calls.Add({.call = "create", .outcome = FakeCalls::Outcome::kReplyLost});
  EXPECT_EQ(Upgrade("web:2").state, State::kSucceeded);
  EXPECT_THAT(host.Names(), SizeIs(2));
}

TEST_F(UpgradeTest, SurvivesEveryCallFailingBeforeAndAfterItsEffect) {
  for (const auto outcome : {FakeCalls::Outcome::kRefused, FakeCalls::Outcome::kReplyLost}) {
    for (int nth = 1; nth < 60; ++nth) {
      AgentHost fresh;
      fresh.RunWeb();
      auto begun = fresh.Submit(AskUpgrade("web", "web:2"));
      ASSERT_OK(begun);
      fresh.engine.calls.Add({.outcome = outcome, .nth = nth});
      fresh.UntilIdle();
      const auto ended = fresh.operations->Get(begun->id);
      EXPECT_EQ(fresh.RunningCount(), 1u) << "call " << nth;
      EXPECT_TRUE(fresh.At("web").Runs()) << "call " << nth;
      EXPECT_EQ(fresh.At("web").RestartPolicy().name, "always") << "call " << nth;
      if (ended->state != State::kSucceeded) EXPECT_EQ(fresh.At("web").Image(), "web:1") << "call " << nth;
    }
  }
}

TEST_F(UpgradeTest, WaitsForAnEngineThatIsAwayAndThenGoesBack) {
  host.engine.calls.after_effect = [&](const std::string& call) {
    if (call.starts_with("stop web")) host.engine.GoDown();
  };
  const auto begun = host.Submit(AskUpgrade("web", "web:2"));
  host.loop.RunFor(10min);
  EXPECT_EQ(host.operations->Get(begun->id)->state, State::kRunning);
  host.engine.calls.after_effect = nullptr;
  host.engine.ComeBack();
  EXPECT_EQ(host.End(begun->id)->state, State::kFailed);
  ExpectUntouched();
}

TEST_F(UpgradeTest, GoesBackWhenTheEngineRestartsAtTheGate) {
  host.engine.machine.registry.Publish("web:2", {.behaviour = {.healthy_after = 20s}});
  const auto begun = host.Submit(AskUpgrade("web", "web:2"));
  host.loop.RunFor(5s);
  host.engine.RestartEngine();
  const auto ended = host.End(begun->id);
  EXPECT_EQ(host.RunningCount(), 1u);
  EXPECT_TRUE(host.At("web").Runs());
}

TEST_F(UpgradeTest, KeepsTheNewContainerWhenSomebodyRemovedTheOldOne) {
  host.engine.machine.registry.Publish("web:2", {.behaviour = {.healthy_after = std::nullopt, .unhealthy_after = 30s}});
  const auto begun = host.Submit(AskUpgrade("web", "web:2"));
  host.loop.RunFor(10s);
  ASSERT_OK(host.engine.machine.Remove(OldSideName("web", begun->id), true));
  const auto ended = host.End(begun->id);
  EXPECT_EQ(ended->state, State::kFailed);
  EXPECT_TRUE(host.At("web").Runs());
  EXPECT_THAT(ended->error->message, HasSubstr("old container is gone"));
}

TEST_F(UpgradeTest, GivesTheOldContainerItsNameBackEvenWhenItCannotBeStarted) {
  host.engine.machine.registry.Publish("web:2", {.behaviour = {.healthy_after = std::nullopt, .unhealthy_after = 3s}});
  const auto begun = host.Submit(AskUpgrade("web", "web:2"));
  const auto id = begun->container_id;
  host.At(id).behaviour.start_error = "device is gone";
  const auto ended = host.End(begun->id);
  EXPECT_EQ(ended->error->reason, "ROLLBACK_FAILED");
  EXPECT_THAT(ended->error->message, HasSubstr("device is gone"));
  EXPECT_EQ(host.At("web").id, id);
  EXPECT_EQ(host.At("web").RestartPolicy().name, "always");
}

// --- rollback ---

TEST_F(UpgradeTest, RollsBackToTheKeptContainer) {
  const auto upgraded = Upgrade("web:2");
  const auto ended = host.Do(Ask(Kind::kRollback, "web"));
  ASSERT_OK(ended);
  EXPECT_EQ(ended->state, State::kSucceeded);
  EXPECT_EQ(host.At("web").id, upgraded.upgrade_result->old_container_id);
  ExpectOldServes();
}

TEST_F(UpgradeTest, ChangesNothingWhenItRollsBackTwice) {
  const auto upgraded = Upgrade("web:2");
  host.Do(Ask(Kind::kRollback, "web")).value();
  host.Do(Ask(Kind::kRollback, "web")).value();
  EXPECT_EQ(host.At("web").id, upgraded.upgrade_result->container_id);
  EXPECT_THAT(host.Names(), SizeIs(2));
}

TEST_F(UpgradeTest, KeepsTheContainerThatItRolledBackToWhenThatOneIsBad) {
  Upgrade("web:2");
  const auto kept = host.At("web").id;
  for (auto* container : host.engine.machine.Containers()) {
    if (container->id != kept) container->behaviour = {.healthy_after = std::nullopt, .unhealthy_after = 1s};
  }
  EXPECT_EQ(host.Do(Ask(Kind::kRollback, "web"))->state, State::kFailed);
  EXPECT_EQ(host.At("web").id, kept);
  EXPECT_THAT(host.Names(), SizeIs(2));
}

TEST_F(UpgradeTest, RefusesARollbackWhenNothingWasKept) {
  EXPECT_THAT(host.Submit(Ask(Kind::kRollback, "web")), FailsWith(Code::kFailedPrecondition, "NOTHING_KEPT"));
}

TEST_F(UpgradeTest, TellsTheChangesOfAnImageThatIsHere) {
  host.engine.machine.images.Add("web:3", {.config = {{"Env", {"VERSION=3"}}}});
  Request request = AskUpgrade("web", "web:3");
  request.validate_only = true;
  const auto plan = host.Submit(request)->plan;
  EXPECT_THAT(plan->changes, testing::Contains(FieldChange{"Env.VERSION", "", "3"}));
  EXPECT_EQ(plan->strategy, Strategy::kStopFirst);
}

TEST_F(UpgradeTest, MeasuresTheTimeWithoutTheService) {
  const auto gap = Upgrade("web:2").upgrade_result->gap;
  EXPECT_GE(gap, 1s);  // web:2 is healthy a second after its start
  EXPECT_LT(gap, 2s);
}

}  // namespace
}  // namespace berth::agent

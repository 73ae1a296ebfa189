// A container made anew from the very image that it runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/operations/json_access.h"
#include "tests/agent/operations/agent_host.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::FakeCalls;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class RecreateOperation : public testing::Test {
 protected:
  RecreateOperation() {
    host.RunWeb();
    old_id = host.At("web").id;
  }

  Operation Recreate() { return host.Do(Ask(Kind::kRecreate, "web")).value(); }

  // Whatever comes from the image of web from now on behaves so.
  void WillBehave(const test::Behaviour& behaviour) {
    host.engine.calls.after_effect = [this, behaviour](const std::string& call) {
      if (call.starts_with("create ")) host.At(call.substr(7)).behaviour = behaviour;
    };
  }

  static boost::json::value Setting(const engine::ContainerDetails& container, const char* part, const char* key) {
    const auto* found = Find(ObjectAt(container.raw, part), key);
    return found != nullptr ? *found : boost::json::value();
  }

  void ExpectOldServes() {
    EXPECT_THAT(host.Names(), ElementsAre("web"));
    EXPECT_EQ(host.At("web").id, old_id);
    EXPECT_TRUE(host.At("web").Runs());
    EXPECT_EQ(host.At("web").RestartPolicy().name, "always");
  }

  AgentHost host;
  std::string old_id;
};

TEST_F(RecreateOperation, PutsANewContainerInThePlaceOfTheOldOneAndRemovesThat) {
  const auto ended = Recreate();
  EXPECT_EQ(ended.state, State::kSucceeded) << ended.error->message;
  EXPECT_THAT(host.Names(), ElementsAre("web"));
  EXPECT_NE(host.At("web").id, old_id);
  EXPECT_EQ(ended.upgrade_result->container_id, host.At("web").id);
  EXPECT_EQ(ended.upgrade_result->old_container_id, old_id);
  EXPECT_TRUE(host.At("web").Runs());
  EXPECT_EQ(host.At("web").RestartPolicy().name, "always");
}

TEST_F(RecreateOperation, RunsTheSameImageByTheSameName) {
  const auto image = host.At("web").image_id;
  Recreate();
  EXPECT_EQ(host.At("web").image_id, image);
  EXPECT_EQ(host.At("web").Image(), "web:1");
}

TEST_F(RecreateOperation, RunsTheSameImageWhenItsTagHasMovedOn) {
  const auto image = host.At("web").image_id;
  host.engine.machine.images.Add("web:1", {.config = {{"Env", {"NEW=1"}}}});
  EXPECT_EQ(Recreate().state, State::kSucceeded);
  EXPECT_EQ(host.At("web").image_id, image);
}

TEST_F(RecreateOperation, DoesNotPull) {
  host.engine.machine.registry.unreachable = true;
  EXPECT_EQ(Recreate().state, State::kSucceeded);
  EXPECT_EQ(host.engine.calls.Count("pull"), 0u);
}

TEST_F(RecreateOperation, StillKnowsWhatToUpgradeTo) {
  host.Do(AskUpgrade("web", "web:2")).value();
  Recreate();
  host.engine.machine.registry.Publish("web:2");
  EXPECT_EQ(host.Do(AskUpgrade("web", ""))->state, State::kSucceeded);
  EXPECT_THAT(host.At("web").Image(), testing::StartsWith("web:2@sha256:"));
}

TEST_F(RecreateOperation, KeepsWhatTheContainerWasAskedFor) {
  host.engine.machine.AddNetwork("shop");
  host.engine.Run("app", "web:1",
                  {{"Env", {"A=1"}},
                   {"Cmd", {"serve", "--fast"}},
                   {"User", "app"},
                   {"Labels", {{"team", "blue"}}},
                   {"Volumes", {{"/data", boost::json::object()}}},
                   {"HostConfig", {{"Memory", 1 << 20}, {"Binds", {"/srv:/srv:ro"}}, {"NetworkMode", "shop"}}}});
  const auto before = host.loop.Await(host.engine.Inspect("app")).value();
  ASSERT_EQ(host.Do(Ask(Kind::kRecreate, "app"))->state, State::kSucceeded);
  const auto after = host.loop.Await(host.engine.Inspect("app")).value();
  for (const auto* key : {"Env", "Cmd", "Entrypoint", "User", "Volumes", "Healthcheck"}) {
    EXPECT_EQ(Setting(after, "Config", key), Setting(before, "Config", key)) << key;
  }
  for (const auto* key : {"Memory", "NetworkMode", "RestartPolicy"}) {
    EXPECT_EQ(Setting(after, "HostConfig", key), Setting(before, "HostConfig", key)) << key;
  }
  EXPECT_EQ(ArrayAt(after.raw, "Mounts"), ArrayAt(before.raw, "Mounts"));
  EXPECT_EQ(after.labels.at("team"), "blue");
}

TEST_F(RecreateOperation, LeavesWhatAnUpgradeKeptForARollback) {
  const auto upgraded = host.Do(AskUpgrade("web", "web:2")).value();
  Recreate();
  EXPECT_THAT(host.Names(), SizeIs(2));
  ASSERT_EQ(host.Do(Ask(Kind::kRollback, "web"))->state, State::kSucceeded);
  EXPECT_EQ(host.At("web").id, upgraded.upgrade_result->old_container_id);
}

TEST_F(RecreateOperation, RemovesTheOldContainerOnlyWhenTheNewOneHasProvedHealthy) {
  WillBehave({.healthy_after = 15s});
  const auto begun = host.Submit(Ask(Kind::kRecreate, "web"));
  host.loop.RunFor(14s);
  EXPECT_TRUE(host.engine.Has(old_id));
  EXPECT_EQ(host.End(begun->id)->state, State::kSucceeded);
  EXPECT_FALSE(host.engine.Has(old_id));
}

TEST_F(RecreateOperation, DoesNotRemoveAnOldContainerThatSomebodyStartedAgain) {
  WillBehave({.healthy_after = 15s});
  const auto begun = host.Submit(Ask(Kind::kRecreate, "web"));
  host.loop.RunFor(10s);
  host.At(old_id).host_config.erase("PortBindings");  // or the engine would not let them
  ASSERT_OK(host.engine.machine.Start(old_id));
  const auto ended = host.End(begun->id);
  EXPECT_TRUE(host.engine.Has(old_id));
  EXPECT_THAT(ended->upgrade_result->warnings, ElementsAre(HasSubstr("could not remove")));
}

TEST_F(RecreateOperation, GoesBackToTheOldContainerWhenTheNewOneIsNoBetter) {
  WillBehave({.healthy_after = std::nullopt, .unhealthy_after = 3s});
  const auto ended = Recreate();
  EXPECT_EQ(ended.error->reason, "HEALTH_GATE_FAILED");
  EXPECT_TRUE(ended.upgrade_result->rolled_back);
  ExpectOldServes();
}

TEST_F(RecreateOperation, GoesBackWhenTheNewContainerCannotBeStarted) {
  WillBehave({.start_error = "device is gone"});
  EXPECT_THAT(Recreate().error->message, HasSubstr("device is gone"));
  ExpectOldServes();
}

TEST_F(RecreateOperation, TouchesNothingWhenTheNewContainerCannotBeCreated) {
  host.engine.calls.Add({.call = "create", .error = test::EngineError("no space left on device")});
  EXPECT_EQ(Recreate().state, State::kFailed);
  EXPECT_EQ(host.engine.calls.Count("stop") + host.engine.calls.Count("update"), 0u);
  ExpectOldServes();
}

TEST_F(RecreateOperation, TouchesNothingWhenTheContainerIsWellAgainMeanwhile) {
  host.engine.machine.SetHealth(host.At("web"), engine::Health::kUnhealthy);
  host.engine.calls.after_effect = [this](const std::string& call) {
    if (call.starts_with("create")) host.engine.machine.SetHealth(host.At("web"), engine::Health::kHealthy);
  };
  Request request = Ask(Kind::kRecreate, "web");
  request.if_unhealthy = true;
  EXPECT_EQ(host.Do(request)->error->reason, "NOT_UNHEALTHY");
  EXPECT_EQ(host.engine.calls.Count("stop"), 0u);
  ExpectOldServes();
}

TEST_F(RecreateOperation, TouchesNothingWhenAnOperatorStopsTheContainerMeanwhile) {
  host.engine.calls.after_effect = [this](const std::string& call) {
    if (call.starts_with("create")) EXPECT_OK(host.engine.machine.Kill("web", "SIGKILL"));
  };
  Request request = Ask(Kind::kRecreate, "web");
  request.if_running = true;
  EXPECT_EQ(host.Do(request)->error->reason, "NOT_RUNNING");
  EXPECT_THAT(host.Names(), ElementsAre("web"));
  EXPECT_FALSE(host.At("web").Runs());
}

TEST_F(RecreateOperation, DoesNotStartAContainerThatIsStopped) {
  host.Do(Ask(Kind::kStop, "web")).value();
  EXPECT_EQ(Recreate().state, State::kSucceeded);
  EXPECT_FALSE(host.At("web").Runs());
}

TEST_F(RecreateOperation, StartsAContainerThatIsStoppedWhenAskedTo) {
  host.Do(Ask(Kind::kStop, "web")).value();
  Request request = Ask(Kind::kRecreate, "web");
  request.start = true;
  EXPECT_EQ(host.Do(request)->state, State::kSucceeded);
  EXPECT_TRUE(host.At("web").Runs());
  EXPECT_NE(host.At("web").id, old_id);
}

TEST_F(RecreateOperation, RefusesWhatWouldBeLost) {
  host.At("web").host_config["AutoRemove"] = true;
  EXPECT_THAT(host.Submit(Ask(Kind::kRecreate, "web")), FailsWith(Code::kFailedPrecondition, "WOULD_LOSE"));
  EXPECT_THAT(host.engine.calls.Mutations(), IsEmpty());
}

TEST_F(RecreateOperation, RefusesAContainerWhoseImageWasRemoved) {
  host.engine.machine.images.Remove("web:1");
  EXPECT_THAT(host.Submit(Ask(Kind::kRecreate, "web")), FailsWith(Code::kFailedPrecondition, "WOULD_LOSE"));
}

TEST_F(RecreateOperation, SaysWhatItWillDo) {
  Request request = Ask(Kind::kRecreate, "web");
  request.validate_only = true;
  const auto plan = host.Submit(request)->plan;
  EXPECT_THAT(plan->steps.front(), HasSubstr("web:1"));
  EXPECT_EQ(plan->steps.back(), "Remove the old web");
  ExpectOldServes();
}

TEST_F(RecreateOperation, SurvivesEveryCallFailingBeforeAndAfterItsEffect) {
  for (const auto outcome : {FakeCalls::Outcome::kRefused, FakeCalls::Outcome::kReplyLost}) {
    for (int nth = 1; nth < 60; ++nth) {
      AgentHost fresh;
      fresh.RunWeb();
      const auto begun = fresh.Submit(Ask(Kind::kRecreate, "web"));
      ASSERT_OK(begun);
      fresh.engine.calls.Add({.outcome = outcome, .nth = nth});
      fresh.UntilIdle();
      EXPECT_EQ(fresh.RunningCount(), 1u) << "call " << nth;
      EXPECT_TRUE(fresh.At("web").Runs()) << "call " << nth;
      EXPECT_EQ(fresh.At("web").Image(), "web:1") << "call " << nth;
      EXPECT_EQ(fresh.At("web").RestartPolicy().name, "always") << "call " << nth;
    }
  }
}

// --- the journal fails, or what it says was long ago

TEST_F(RecreateOperation, LosesNothingWhenTheDiskFillsUp) {
  for (int write = 2; write < 40; ++write) {
    host.journal.FillDiskAt(write);
    const auto begun = host.Submit(Ask(Kind::kRecreate, "web"));
    ASSERT_OK(begun);
    host.UntilIdle();
    host.journal.FreeDisk();
    host.Restart();
    host.UntilIdle();
    EXPECT_THAT(host.Names(), ElementsAre("web")) << "at write " << write;
    EXPECT_TRUE(host.At("web").Runs()) << "at write " << write;
    if (host.operations->Get(begun->id)->state == State::kSucceeded) return;
  }
  FAIL() << "it never succeeded";
}

TEST_F(RecreateOperation, KeepsTheOldContainerWhenSomebodyRemovedTheNewOneBeforeTheEnd) {
  host.engine.calls.before_call = [](const std::string& call) {
    if (call.starts_with("remove")) throw test::SimulatedCrash();
  };
  const auto begun = host.Submit(Ask(Kind::kRecreate, "web"));
  EXPECT_THROW(host.UntilIdle(), test::SimulatedCrash);
  host.engine.calls.before_call = nullptr;
  ASSERT_OK(host.engine.machine.Remove("web", true));
  host.Restart();
  host.UntilIdle();
  EXPECT_EQ(host.operations->Get(begun->id)->error->reason, "CONTAINER_LOST");
  EXPECT_TRUE(host.engine.Has(old_id));
}

}  // namespace
}  // namespace berth::agent

#include "agent/operation_hands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/operations/agent_host.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using watchdog::Heal;
using watchdog::Remedy;

class OperationHandsTest : public testing::Test {
 protected:
  OperationHandsTest() {
    host.RunWeb();
    FallsIll();
  }

  void FallsIll() { host.engine.machine.SetHealth(host.At("web"), engine::Health::kUnhealthy); }
  Heal HealOf(Remedy remedy, const std::string& name = "web") {
    return {.remedy = remedy, .service_key = name, .id = host.At(name).id, .name = name, .stop_timeout = 3s};
  }
  Result<std::string> Apply(const Heal& heal) { return host.loop.Await(hands->Apply(heal)); }
  Operation Last() { return host.operations->List({.limit = 1})->front(); }
  void NewProcess() {
    hands.reset();
    host.Restart();
    hands = MakeOperationHands(*host.operations, host.clock);
  }

  AgentHost host;
  std::unique_ptr<watchdog::Hands> hands = MakeOperationHands(*host.operations, host.clock);
};

// --- each remedy

TEST_F(OperationHandsTest, RestartsByAnOperationOfTheWatchdog) {
  const auto id = host.At("web").id;
  EXPECT_EQ(Apply(HealOf(Remedy::kRestart)).value(), id);
  EXPECT_EQ(Last().kind, Kind::kRestart);
  EXPECT_EQ(Last().origin, Origin::kWatchdog);
  EXPECT_EQ(Last().state, State::kSucceeded);
}

TEST_F(OperationHandsTest, StopsWithTheStopTimeoutOfTheHeal) {
  host.At("web").behaviour.ignores_sigterm = true;
  const auto began = host.clock.Now();
  EXPECT_OK(Apply(HealOf(Remedy::kStop)));
  EXPECT_FALSE(host.At("web").Runs());
  EXPECT_EQ(std::chrono::round<std::chrono::seconds>(host.clock.Now() - began), 3s);
}

TEST_F(OperationHandsTest, RecreatesAndSaysWhichContainerRunsNow) {
  const auto old_id = host.At("web").id;
  const auto id = Apply(HealOf(Remedy::kRecreate));
  ASSERT_OK(id);
  EXPECT_NE(*id, old_id);
  EXPECT_EQ(*id, host.At("web").id);
}

TEST_F(OperationHandsTest, RollsBackAnUpgradeOfToday) {
  const auto upgraded = host.Do(AskUpgrade("web", "web:2")).value();
  host.loop.RunFor(23h);
  FallsIll();
  EXPECT_EQ(Apply(HealOf(Remedy::kRollBack)).value(), upgraded.upgrade_result->old_container_id);
}

TEST_F(OperationHandsTest, SaysThatItCanDoEverything) {
  for (const auto remedy : {Remedy::kRestart, Remedy::kRecreate, Remedy::kRollBack, Remedy::kStop}) {
    EXPECT_TRUE(hands->Can(remedy));
  }
}

// --- what is not touched

TEST_F(OperationHandsTest, DoesNotTouchWhatIsWellAgain) {
  host.engine.machine.SetHealth(host.At("web"), engine::Health::kHealthy);
  for (const auto remedy : {Remedy::kRestart, Remedy::kRecreate, Remedy::kStop}) {
    EXPECT_THAT(Apply(HealOf(remedy)), FailsWith(Code::kFailedPrecondition, "NOT_UNHEALTHY"));
  }
  EXPECT_THAT(host.engine.calls.Mutations(), IsEmpty());
}

TEST_F(OperationHandsTest, DoesNotTouchWhatSomebodyStopped) {
  host.Do(Ask(Kind::kStop, "web")).value();
  Heal follower = HealOf(Remedy::kRestart);
  follower.follows_root = true;
  EXPECT_THAT(Apply(HealOf(Remedy::kRestart)), FailsWith(Code::kFailedPrecondition, "NOT_RUNNING"));
  EXPECT_THAT(Apply(follower), FailsWith(Code::kFailedPrecondition, "NOT_RUNNING"));
  EXPECT_FALSE(host.At("web").Runs());
}

TEST_F(OperationHandsTest, DoesNotTouchAnotherContainerOfTheSameName) {
  const Heal heal = HealOf(Remedy::kRestart);
  ASSERT_OK(host.engine.machine.Remove("web", true));
  host.engine.Run("web", "web:1");
  EXPECT_THAT(Apply(heal), FailsWith(Code::kNotFound, "CONTAINER_NOT_FOUND"));
}

TEST_F(OperationHandsTest, HealsWhatFollowsItsRootWhateverItsHealth) {
  host.engine.machine.SetHealth(host.At("web"), engine::Health::kHealthy);
  Heal heal = HealOf(Remedy::kRestart);
  heal.follows_root = true;
  EXPECT_OK(Apply(heal));
}

TEST_F(OperationHandsTest, StartsAgainWhatTheWatchdogLeftDown) {
  for (const auto remedy : {Remedy::kRestart, Remedy::kRecreate}) {
    host.Do(Ask(Kind::kStop, "web")).value();
    Heal heal = HealOf(remedy);
    heal.left_down = true;
    EXPECT_OK(Apply(heal));
    EXPECT_TRUE(host.At("web").Runs());
  }
}

// --- what can't be done

TEST_F(OperationHandsTest, IsBusyWhileAnOperationHoldsTheLease) {
  host.Submit(Ask(Kind::kRestart, "web")).value();
  EXPECT_THAT(Apply(HealOf(Remedy::kRestart)), FailsWith(Code::kAborted, "OPERATION_IN_PROGRESS"));
}

TEST_F(OperationHandsTest, CannotRecreateWhatWouldBeLost) {
  host.At("web").host_config["AutoRemove"] = true;
  const auto refused = Apply(HealOf(Remedy::kRecreate));
  ASSERT_THAT(refused, FailsWith(Code::kUnimplemented, "NOT_POSSIBLE_HERE"));
  EXPECT_THAT(refused.error().message, HasSubstr("--rm"));
}

TEST_F(OperationHandsTest, CannotRecreateWhatHasLostItsOwner) {
  host.engine.Run("side", "side:1", {{"HostConfig", {{"NetworkMode", "container:" + host.At("web").id}}}});
  ASSERT_OK(host.engine.machine.Remove("web", true));
  Heal heal = HealOf(Remedy::kRecreate, "side");
  heal.follows_root = true;
  EXPECT_THAT(Apply(heal), FailsWith(Code::kUnimplemented, "NOT_POSSIBLE_HERE"));
}

TEST_F(OperationHandsTest, RecreatesWithTheOwnersThatTheHealKnows) {
  const auto gone = host.At("web").id;
  host.engine.Run("side", "side:1", {{"HostConfig", {{"NetworkMode", "container:" + gone}}}});
  ASSERT_OK(host.engine.machine.Remove("web", true));
  host.engine.Run("web", "web:1");
  Heal heal = HealOf(Remedy::kRecreate, "side");
  heal.follows_root = true;
  heal.new_owners = {{gone, host.At("web").id}};
  EXPECT_OK(Apply(heal));
  EXPECT_EQ(host.At("side").host_config.at("NetworkMode").as_string(), "container:" + host.At("web").id);
}

TEST_F(OperationHandsTest, CannotRollBackWithoutAnUpgrade) {
  const auto refused = Apply(HealOf(Remedy::kRollBack));
  ASSERT_THAT(refused, FailsWith(Code::kUnimplemented, "NOT_POSSIBLE_HERE"));
  EXPECT_THAT(refused.error().message, HasSubstr("no upgrade of web is known"));
}

TEST_F(OperationHandsTest, CannotRollBackAnUpgradeThatIsOlderThanADay) {
  host.Do(AskUpgrade("web", "web:2")).value();
  host.loop.RunFor(25h);
  FallsIll();
  EXPECT_THAT(Apply(HealOf(Remedy::kRollBack)).error().message, HasSubstr("longer than 24 h ago"));
  EXPECT_EQ(Last().kind, Kind::kUpgrade);
}

TEST_F(OperationHandsTest, CannotRollBackTwice) {
  host.Do(AskUpgrade("web", "web:2")).value();
  FallsIll();
  ASSERT_OK(Apply(HealOf(Remedy::kRollBack)));
  FallsIll();
  EXPECT_THAT(Apply(HealOf(Remedy::kRollBack)), FailsWith(Code::kUnimplemented, "NOT_POSSIBLE_HERE"));
}

TEST_F(OperationHandsTest, CannotRollBackAnUpgradeThatWentBackByItself) {
  host.engine.machine.registry.Publish("web:2", {.behaviour = {.exits_after = 1s}});
  ASSERT_EQ(host.Do(AskUpgrade("web", "web:2"))->state, State::kFailed);
  FallsIll();
  EXPECT_THAT(Apply(HealOf(Remedy::kRollBack)), FailsWith(Code::kUnimplemented, "NOT_POSSIBLE_HERE"));
}

TEST_F(OperationHandsTest, CannotRollBackWhenNothingWasKept) {
  Request request = AskUpgrade("web", "web:2");
  request.keep_previous = 0;
  host.Do(request).value();
  FallsIll();
  EXPECT_THAT(Apply(HealOf(Remedy::kRollBack)), FailsWith(Code::kUnimplemented, "NOT_POSSIBLE_HERE"));
}

TEST_F(OperationHandsTest, SaysWhyTheEngineRefused) {
  host.engine.calls.Add({.call = "restart web", .error = test::EngineError("no space left on device")});
  EXPECT_THAT(Apply(HealOf(Remedy::kRestart)).error().message, HasSubstr("no space left on device"));
}

TEST_F(OperationHandsTest, SaysThatARecreateWentBack) {
  host.engine.calls.after_effect = [this](const std::string& call) {
    if (call.starts_with("create ")) host.At(call.substr(7)).behaviour.exits_after = 1s;
  };
  EXPECT_THAT(Apply(HealOf(Remedy::kRecreate)), FailsWith(Code::kFailedPrecondition, "HEALTH_GATE_FAILED"));
}

TEST_F(OperationHandsTest, GoesOnWithANewContainerThatWasLeftInPlace) {
  host.engine.Run("side", "side:1", {{"HostConfig", {{"NetworkMode", "container:" + host.At("web").id}}}});
  host.Do(Ask(Kind::kRecreate, "web")).value();
  host.engine.calls.after_effect = [this](const std::string& call) {
    if (call.starts_with("create ")) host.At(call.substr(7)).behaviour.exits_after = 1s;
  };
  Heal heal = HealOf(Remedy::kRecreate, "side");
  heal.follows_root = true;
  EXPECT_EQ(Apply(heal).value(), host.At("side").id);
  EXPECT_NE(host.At("side").id, heal.id);
}

// --- leases

class OperationHandsLeases : public OperationHandsTest {
 protected:
  void Watch() {
    hands->OnLease([this](const std::string& key, const std::string& holder) { told.push_back(key + ":" + holder); });
  }

  std::vector<std::string> told;
};

TEST_F(OperationHandsLeases, TellOfOperationsOfOthers) {
  Watch();
  const auto ended = host.Do(Ask(Kind::kRestart, "web"));
  EXPECT_THAT(told, ElementsAre("web:operations/" + ended->id, "web:"));
}

TEST_F(OperationHandsLeases, DoNotTellOfOnesOwn) {
  Watch();
  ASSERT_OK(Apply(HealOf(Remedy::kRestart)));
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(OperationHandsLeases, TellOfWhatAnEarlierProcessLeft) {
  auto heal = host.loop.Spawn(hands->Apply(HealOf(Remedy::kRecreate)));
  host.loop.RunFor(500ms);
  NewProcess();
  Watch();
  EXPECT_THAT(told, ElementsAre("web:operations/" + Last().id));
  host.UntilIdle();
  EXPECT_EQ(told.back(), "web:");
}

TEST_F(OperationHandsLeases, AreNotToldAnyMoreWhenTheHandsAreGone) {
  Watch();
  hands.reset();
  EXPECT_OK(host.Do(Ask(Kind::kRestart, "web")));
  EXPECT_THAT(told, IsEmpty());
}

}  // namespace
}  // namespace berth::agent

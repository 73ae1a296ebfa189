// What the policy makes of events that were lost, came late, or were about something else.
#include "tests/watchdog/policy_fixture.h"

namespace berth::watchdog::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class WatchdogDoubt : public PolicyTest {
 protected:
  void SetUp() override { settings_.engine_settle = seconds(0); }
};

TEST_F(WatchdogDoubt, ForgetsStopsThatTheEngineAskedForAsItEnded) {
  List({Make("web")});
  See(StopAsked{"web-id"});
  See(EngineLost{});
  See(EngineBack{.restarted = true});
  EXPECT_THAT(Healed(Becomes("web", Health::kUnhealthy)), ElementsAre("web"));
}

TEST_F(WatchdogDoubt, DoesNotForgetAStopWhenOnlyTheStreamWasCut) {
  List({Make("web")});
  See(StopAsked{"web-id"});
  See(EngineBack{});
  EXPECT_THAT(Becomes("web", Health::kUnhealthy).heals, IsEmpty());
}

TEST_F(WatchdogDoubt, DoesNotRestartWhoWasStartedWithTheOwnerOfItsNamespaceByTheEngine) {
  const Seen vpn = Make("vpn");
  const Seen app = MakeSharing("app", "vpn-id");
  List({app, vpn});
  Becomes("app", ContainerState::kExited);
  Becomes("vpn", ContainerState::kExited);
  List({app, vpn});  // both again, whoever was first
  Becomes("vpn", Health::kHealthy);
  EXPECT_THAT(Pass(minutes(10)).heals, IsEmpty());
}

TEST_F(WatchdogDoubt, KeepsTheBackoffOfAHealOfALongHealthyContainerThatFailed) {
  List({Make("vpn"), MakeSharing("app", "vpn-id")});
  Pass(minutes(20));
  Restarts("vpn");
  Becomes("vpn", Health::kHealthy);
  const auto follow = Pass(seconds(5)).heals.at(0);
  Fails(follow, {Code::kInternal, "ENGINE_ERROR", "no"});
  EXPECT_THAT(Becomes("app", Health::kUnhealthy).heals, IsEmpty());
}

TEST_F(WatchdogDoubt, TellsOfAnIllnessAfterItToldOfARoot) {
  Seen app = MakeSharing("app", "vpn-id");
  app.labels["berth.heal.action"] = "notify";
  List({Make("vpn"), app});
  Restarts("vpn");
  Becomes("vpn", Health::kHealthy);
  Pass(seconds(10));
  ASSERT_EQ(Count(Report::Kind::kEnded), 1u);
  Becomes("app", Health::kUnhealthy);
  EXPECT_EQ(Count(Report::Kind::kEnded), 2u);
}

TEST_F(WatchdogDoubt, RecreatesWhatCannotBeRestartedBecauseAnotherOneIsGone) {
  settings_.backoff_first = milliseconds(0);
  const auto heal = List({Make("web", Health::kUnhealthy)}).heals.at(0);
  const auto next = Fails(heal, {Code::kNotFound, "CONTAINER_NOT_FOUND", "No such container: 0123456789ab"});
  ASSERT_THAT(Healed(next), ElementsAre("web"));
  EXPECT_EQ(next.heals[0].remedy, Remedy::kRecreate);
}

TEST_F(WatchdogDoubt, LetsTheGateStartWhatAFailedHealMayHaveLeftDown) {
  settings_.backoff_first = milliseconds(0);
  const auto heal = List({Make("web", Health::kUnhealthy)}).heals.at(0);
  const auto next = Fails(heal, {Code::kDeadlineExceeded, "ENGINE_TIMEOUT", "too late"});
  EXPECT_TRUE(next.heals.at(0).left_down);
}

TEST_F(WatchdogDoubt, TellsAtOnceOfOneThatFallsIllAgainWhileItsCircuitIsOpen) {
  settings_.budget = 1;
  settings_.backoff_first = milliseconds(0);
  HealInVain(List({Make("web", Health::kUnhealthy)}).heals.at(0));
  Becomes("web", Health::kHealthy);
  Pass(minutes(1));
  EXPECT_THAT(Becomes("web", Health::kUnhealthy).heals, IsEmpty());
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kGaveUp, Outcome::kGaveUp));
  Becomes("web", Health::kHealthy);
  Becomes("web", Health::kUnhealthy);
  EXPECT_THAT(Healed(Pass(settings_.circuit_first)), ElementsAre("web"));
}

}  // namespace
}  // namespace berth::watchdog::test

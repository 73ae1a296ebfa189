// When nothing is done: holds, pauses, operations, people; and what an earlier process left.
#include "tests/watchdog/policy_fixture.h"

namespace berth::watchdog::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class PolicyRestraint : public PolicyTest {
 protected:
  Decisions FallsIll(const std::string& name = "web") { return Becomes(name, Health::kUnhealthy); }
  Heal FirstHeal() { return List({Make("web", Health::kUnhealthy)}).heals.at(0); }
  void PausesFor(milliseconds duration, std::optional<std::string> key = {}) { See(Pause{std::move(key), duration}); }

  // An episode of "web" with that many restarts, the last one `ago`, a second apart.
  Episode MakeEpisode(std::uint64_t id, Outcome outcome, int heals, milliseconds ago) {
    Episode episode{.id = id, .service_key = "web", .container = "web", .outcome = outcome};
    for (int i = heals; i > 0; --i) {
      episode.steps.push_back({now_.wall - ago - seconds(i - 1), "restart", "ok", "unhealthy"});
    }
    if (outcome != Outcome::kOpen) episode.ended_at = now_.wall - ago;
    return episode;
  }
};
using WatchdogHold = PolicyRestraint;
using WatchdogPause = PolicyRestraint;
using WatchdogReset = PolicyRestraint;
using WatchdogOperations = PolicyRestraint;
using WatchdogOperator = PolicyRestraint;
using WatchdogMemory = PolicyRestraint;
using WatchdogFlapping = PolicyRestraint;

TEST_F(WatchdogHold, HealsNothingWhileTheEngineIsAwayAndTellsOfEachContainer) {
  List({Make("web"), Make("db")});
  See(EngineLost{});
  EXPECT_EQ(Count(Report::Kind::kHostHeld), 1U);
  EXPECT_THAT(FallsIll("web").heals, IsEmpty());
  EXPECT_THAT(FallsIll("db").heals, IsEmpty());
  EXPECT_EQ(Count(Report::Kind::kHeld), 2U);
  EXPECT_THAT(Pass(minutes(60)).heals, IsEmpty());
  EXPECT_THAT(See(EngineBack{false}).heals, SizeIs(2));
  EXPECT_EQ(Count(Report::Kind::kHostFree), 1U);
}

TEST_F(WatchdogHold, DoesNotHealInTheFirstTenSecondsOfAnEngine) {
  List({Make("web")});
  See(EngineLost{});
  See(EngineBack{true});
  EXPECT_THAT(FallsIll().heals, IsEmpty());
  EXPECT_THAT(Pass(milliseconds(9'999)).heals, IsEmpty());
  EXPECT_THAT(Pass(milliseconds(1)).heals, SizeIs(1));
}

TEST_F(WatchdogHold, DoesNotHealWhileTheDiskIsFull) {
  const auto heal = List({Make("web", Health::kUnhealthy), Make("db")}).heals.at(0);
  Fails(heal, Error{.reason = "DISK_FULL", .message = "no space left on device"});
  EXPECT_THAT(FallsIll("db").heals, IsEmpty());
  EXPECT_THAT(state_.Host(now_).hold, HasSubstr("disk is full"));
  EXPECT_THAT(Pass(milliseconds(59'999)).heals, IsEmpty());
  EXPECT_THAT(Pass(milliseconds(1)).heals, SizeIs(2));
}

TEST_F(WatchdogHold, DoesNotHoldBecauseOfAnotherFailure) {
  Fails(List({Make("web", Health::kUnhealthy), Make("db")}).heals.at(0), Error{.message = "it is busy"});
  EXPECT_THAT(FallsIll("db").heals, SizeIs(1));
}

TEST_F(WatchdogHold, DoesNotHealInTheStartPeriodOfTheWatchdog) {
  settings_.start_period = seconds(30);
  EXPECT_THAT(List({Make("web", Health::kUnhealthy)}).heals, IsEmpty());
  EXPECT_THAT(Pass(seconds(30)).heals, SizeIs(1));
}

TEST_F(WatchdogHold, DoesNotHealInTheGraceOfAContainerThatWasJustStarted) {
  settings_.grace = seconds(30);
  List({Make("web")});
  Pass(minutes(10));
  Restarts("web");
  EXPECT_THAT(FallsIll().heals, IsEmpty());
  EXPECT_THAT(Pass(seconds(30)).heals, SizeIs(1));
}

TEST_F(WatchdogHold, OnlyReportsAnIllnessThatTheGateHoldsBackAndLooksAgain) {
  Acted acted;
  acted.attempt = FirstHeal().attempt;
  acted.result = Acted::Result::kHeld;
  acted.illness = Class::kStale;
  acted.reason = "the check has stopped";
  EXPECT_THAT(See(acted).heals, IsEmpty());
  EXPECT_EQ(reports_.back().kind, Report::Kind::kHeld);
  EXPECT_EQ(reports_.back().episode->illness, Class::kStale);
  const auto told = reports_.size();
  const auto again = Pass(minutes(1));
  ASSERT_THAT(again.heals, SizeIs(1));
  acted.attempt = again.heals[0].attempt;
  See(acted);
  EXPECT_EQ(reports_.size(), told);  // it said so before
  EXPECT_EQ(StatusOf("web").heals_in_window, 0);
}

TEST_F(WatchdogPause, HoldsEverythingAndEndsByItself) {
  List({Make("web")});
  PausesFor(minutes(5));
  EXPECT_THAT(FallsIll().heals, IsEmpty());
  EXPECT_EQ(StatusOf("web").next_action, "held: paused");
  EXPECT_TRUE(state_.Host(now_).paused_until);
  EXPECT_THAT(Pass(minutes(5) - milliseconds(1)).heals, IsEmpty());
  EXPECT_THAT(Pass(milliseconds(1)).heals, SizeIs(1));
  EXPECT_EQ(Count(Report::Kind::kResumed), 1U);
}

TEST_F(WatchdogPause, OfOneServiceDoesNotHoldAnother) {
  List({Make("web"), Make("db")});
  PausesFor(minutes(5), "web");
  EXPECT_THAT(FallsIll("web").heals, IsEmpty());
  EXPECT_THAT(Healed(FallsIll("db")), ElementsAre("db"));
}

TEST_F(WatchdogPause, EndsWhenSomebodyResumes) {
  List({Make("web", Health::kHealthy)});
  PausesFor(minutes(5), "web");
  FallsIll();
  EXPECT_THAT(See(Resume{"web"}).heals, SizeIs(1));
  EXPECT_EQ(Count(Report::Kind::kResumed), 1U);
}

TEST_F(WatchdogPause, DoesNotEndWhenSomebodyResumesAnother) {
  List({Make("web")});
  PausesFor(minutes(5));
  FallsIll();
  EXPECT_THAT(See(Resume{"web"}).heals, IsEmpty());
  EXPECT_EQ(Count(Report::Kind::kResumed), 0U);
}

TEST_F(WatchdogPause, OfAllDoesNotEndTheLongerOneOfAService) {
  List({Make("web")});
  PausesFor(minutes(10), "web");
  PausesFor(minutes(5));
  FallsIll();
  EXPECT_THAT(Pass(minutes(9)).heals, IsEmpty());
  EXPECT_THAT(Pass(minutes(1)).heals, SizeIs(1));
}

TEST_F(WatchdogPause, MayComeFromALabel) {
  Seen seen = Make("web", Health::kUnhealthy);
  seen.labels["berth.heal.pause_until"] = "2100-01-01T00:00:00Z";
  EXPECT_THAT(List({seen}).heals, IsEmpty());
  EXPECT_THAT(Pass(minutes(180)).heals, IsEmpty());
  EXPECT_EQ(Count(Report::Kind::kHeld), 1U);
  seen.labels["berth.heal.pause_until"] = "1999-01-01T00:00:00Z";
  EXPECT_THAT(List({seen}).heals, SizeIs(1));
}

TEST_F(WatchdogReset, ClosesTheCircuitAndGivesTheWholeBudgetBack) {
  settings_.budget = 1;
  HealInVain(FirstHeal());
  Pass(minutes(1));
  ASSERT_THAT(Outcomes(), ElementsAre(Outcome::kGaveUp));
  EXPECT_THAT(See(Reset{"web"}).heals, SizeIs(1));
  EXPECT_EQ(StatusOf("web").circuit, Circuit::kClosed);
}

TEST_F(WatchdogReset, DoesNotTouchAnotherService) {
  settings_.budget = 1;
  HealInVain(FirstHeal());
  Pass(minutes(1));
  EXPECT_THAT(See(Reset{"db"}).heals, IsEmpty());
  EXPECT_EQ(StatusOf("web").circuit, Circuit::kOpen);
}

TEST_F(WatchdogReset, EndsTheBackoff) {
  HealInVain(FirstHeal());
  ASSERT_EQ(StatusOf("web").next_action, "wait for the backoff");
  EXPECT_THAT(See(Reset{"web"}).heals, SizeIs(1));
}

TEST_F(WatchdogReset, DoesNotSendASecondHealWhileOneIsUnderWay) {
  const auto heal = FirstHeal();
  EXPECT_THAT(See(Reset{"web"}).heals, IsEmpty());
  HealInVain(heal);
  EXPECT_EQ(StatusOf("web").heals_in_window, 1);
}

TEST_F(WatchdogOperations, KeepHealingAwayUntilTheyEnd) {
  List({Make("web")});
  See(Leased{"web", "op-1"});
  EXPECT_THAT(FallsIll().heals, IsEmpty());
  EXPECT_EQ(StatusOf("web").next_action, "wait for op-1");
  EXPECT_THAT(Pass(minutes(60)).heals, IsEmpty());
  EXPECT_THAT(See(Leased{"web", ""}).heals, SizeIs(1));
}

TEST_F(WatchdogOperations, DoNotKeepHealingOfAnotherServiceAway) {
  List({Make("web"), Make("db")});
  See(Leased{"db", "op-1"});
  EXPECT_THAT(FallsIll("web").heals, SizeIs(1));
}

TEST_F(WatchdogOperations, AreAskedAgainSoonWhenTheHandsFoundThemBusy) {
  EXPECT_THAT(Ends(FirstHeal(), Acted::Result::kBusy).heals, IsEmpty());
  EXPECT_THAT(Pass(seconds(5)).heals, SizeIs(1));
  EXPECT_EQ(StatusOf("web").heals_in_window, 0);
}

TEST_F(WatchdogOperator, WinsOverTheWatchdogWhenTheyStopAContainerThatIsIll) {
  settings_.confirm = seconds(10);
  List({Make("web", Health::kUnhealthy)});
  See(StopAsked{"web-id"});
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kStoppedByOperator));
  EXPECT_THAT(Pass(seconds(30)).heals, IsEmpty());
  Becomes("web", ContainerState::kExited);
  EXPECT_THAT(Pass(minutes(120)).heals, IsEmpty());
}

TEST_F(WatchdogOperator, WinsWhenTheGateSaysSo) {
  Ends(FirstHeal(), Acted::Result::kOperator);
  Becomes("web", ContainerState::kExited);
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kStoppedByOperator));
  EXPECT_THAT(Pass(minutes(120)).heals, IsEmpty());
}

TEST_F(WatchdogOperator, KeepsWhatTheyStoppedDuringAHealThatFailed) {
  const auto heal = FirstHeal();
  See(StopAsked{"web-id"});
  Becomes("web", ContainerState::kExited);
  Fails(heal, Error{.message = "it is stopped"});
  EXPECT_THAT(Pass(minutes(120)).heals, IsEmpty());
}

TEST_F(WatchdogOperator, PausesAContainerThatIsThenLeftAlone) {
  settings_.confirm = seconds(10);
  List({Make("web", Health::kUnhealthy)});
  Becomes("web", ContainerState::kPaused);
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kStoppedByOperator));
  EXPECT_THAT(Pass(minutes(60)).heals, IsEmpty());
}

TEST_F(WatchdogOperator, DoesNotKeepHealingAwayWhenTheStopDidNotHappen) {
  List({Make("web", Health::kUnhealthy), Make("db")});
  See(StopAsked{"db-id"});
  FallsIll("db");
  EXPECT_THAT(Pass(seconds(39)).heals, IsEmpty());
  EXPECT_THAT(Healed(Pass(seconds(1))), ElementsAre("db"));
}

TEST_F(WatchdogOperator, DoesNotKeepHealingAwayOfWhatTheyStartedAgain) {
  List({Make("web")});
  See(StopAsked{"web-id"});
  Restarts("web");
  EXPECT_THAT(FallsIll().heals, SizeIs(1));
}

TEST_F(WatchdogMemory, GoesOnWithTheBudgetOfAnEarlierProcess) {
  See(Remembered{{MakeEpisode(7, Outcome::kHealed, 5, minutes(15))}});
  EXPECT_THAT(List({Make("web", Health::kUnhealthy)}).heals, IsEmpty());
  EXPECT_EQ(StatusOf("web").heals_in_window, 5);
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kGaveUp));
  EXPECT_EQ(reports_.back().episode->id, 8U);
}

TEST_F(WatchdogMemory, DoesNotCountWhatIsLongAgo) {
  See(Remembered{{MakeEpisode(7, Outcome::kHealed, 5, minutes(31))}});
  EXPECT_THAT(List({Make("web", Health::kUnhealthy)}).heals, SizeIs(1));
}

TEST_F(WatchdogMemory, GoesOnWithTheBackoff) {
  settings_.backoff_jitter = 0;
  See(Remembered{{MakeEpisode(7, Outcome::kHealed, 2, seconds(5))}});
  EXPECT_THAT(List({Make("web", Health::kUnhealthy)}).heals, IsEmpty());
  EXPECT_THAT(Pass(milliseconds(14'999)).heals, IsEmpty());
  EXPECT_THAT(Pass(milliseconds(1)).heals, SizeIs(1));
}

TEST_F(WatchdogMemory, KeepsAnOpenCircuitOpenUntilItsTrial) {
  See(Remembered{{MakeEpisode(7, Outcome::kGaveUp, 5, minutes(20))}});
  EXPECT_THAT(List({Make("web", Health::kUnhealthy)}).heals, IsEmpty());
  EXPECT_EQ(StatusOf("web").circuit, Circuit::kOpen);
  EXPECT_THAT(Pass(minutes(10)).heals, SizeIs(1));
  EXPECT_EQ(StatusOf("web").circuit, Circuit::kTrial);
}

TEST_F(WatchdogMemory, DoesNotKeepACircuitOpenThatHadClosed) {
  See(Remembered{
      {MakeEpisode(7, Outcome::kGaveUp, 5, minutes(120)), MakeEpisode(8, Outcome::kHealed, 1, minutes(60))}});
  EXPECT_THAT(List({Make("web", Health::kUnhealthy)}).heals, SizeIs(1));
}

TEST_F(WatchdogMemory, EndsTheEpisodesThatAnEarlierProcessLeftOpen) {
  See(Remembered{{MakeEpisode(7, Outcome::kOpen, 1, minutes(1))}});
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kSuperseded));
  EXPECT_EQ(reports_.back().episode->id, 7U);
}

TEST_F(WatchdogMemory, DoesNotHoldAServiceForStepsFromTheFuture) {
  See(Remembered{{MakeEpisode(7, Outcome::kHealed, 1, -minutes(600))}});
  List({Make("web", Health::kUnhealthy)});
  EXPECT_THAT(Pass(seconds(13)).heals, SizeIs(1));
}

TEST_F(WatchdogMemory, CountsHealsInTheOrderOfTheirTimes) {
  Episode mixed = MakeEpisode(7, Outcome::kHealed, 2, minutes(1));
  std::reverse(mixed.steps.begin(), mixed.steps.end());
  See(Remembered{{mixed, MakeEpisode(8, Outcome::kHealed, 3, minutes(29))}});
  List({Make("web")});
  Pass(minutes(2));
  EXPECT_EQ(StatusOf("web").heals_in_window, 2);
}

TEST_F(WatchdogFlapping, IsToldOnceAfterSixTransitionsAndNotAfterFive) {
  settings_.confirm = minutes(1);
  List({Make("web")});
  for (int i = 1; i <= 8; ++i) {
    Becomes("web", i % 2 == 1 ? Health::kUnhealthy : Health::kHealthy);
    EXPECT_EQ(Count(Report::Kind::kFlapping), i >= 6 ? 1U : 0U) << i;
    Pass(seconds(10));
  }
  EXPECT_TRUE(StatusOf("web").flapping);
}

TEST_F(WatchdogFlapping, DoesNotShowWhenTheTransitionsAreFarApart) {
  settings_.confirm = minutes(1);
  List({Make("web")});
  for (int i = 1; i <= 20; ++i) {
    Becomes("web", i % 2 == 1 ? Health::kUnhealthy : Health::kHealthy);
    Pass(minutes(6));
  }
  EXPECT_EQ(Count(Report::Kind::kFlapping), 0U);
}

TEST_F(WatchdogFlapping, DoesNotShowAnyMoreWhenItIsLongOver) {
  settings_.confirm = minutes(1);
  List({Make("web")});
  for (int i = 1; i <= 6; ++i) Becomes("web", i % 2 == 1 ? Health::kUnhealthy : Health::kHealthy);
  ASSERT_TRUE(StatusOf("web").flapping);
  Pass(minutes(31));
  EXPECT_FALSE(StatusOf("web").flapping);
}

}  // namespace
}  // namespace berth::watchdog::test

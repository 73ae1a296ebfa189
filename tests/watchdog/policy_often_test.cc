// How often: backoff, budget, circuit and ladder.
#include "tests/watchdog/policy_fixture.h"

namespace berth::watchdog::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class PolicyOften : public PolicyTest {
 protected:
  PolicyOften() { settings_.backoff_jitter = 0; }

  Heal FirstHeal() { return List({Make("web", Health::kUnhealthy)}).heals.at(0); }
  // Heals in vain until nothing more comes within `patience`.
  std::vector<Remedy> HealUntilItGivesUp(Heal heal, milliseconds patience = minutes(20)) {
    std::vector<Remedy> remedies;
    while (true) {
      remedies.push_back(heal.remedy);
      HealInVain(heal);
      const auto next = last_.heals.empty() ? Pass(patience) : last_;
      if (next.heals.empty()) return remedies;
      heal = next.heals.at(0);
    }
  }
  // It helps, and the container stays well for `time`.
  void HealWell(Heal heal, milliseconds time) {
    Restarts("web");
    Done(heal);
    Becomes("web", Health::kHealthy);
    Pass(time);
  }
  Decisions FallsIll() { return Becomes("web", Health::kUnhealthy); }
};
using WatchdogBackoff = PolicyOften;
using WatchdogBudget = PolicyOften;
using WatchdogCircuit = PolicyOften;
using WatchdogLadder = PolicyOften;

TEST_F(WatchdogBackoff, DoublesUpToItsCeiling) {
  settings_.budget = 0;
  settings_.backoff_ceiling = seconds(35);
  Heal heal = FirstHeal();
  for (const auto wait : {seconds(10), seconds(20), seconds(35), seconds(35)}) {
    HealInVain(heal);  // takes 3 s
    EXPECT_THAT(Pass(wait - seconds(3) - milliseconds(1)).heals, IsEmpty());
    const auto next = Pass(milliseconds(1));
    ASSERT_THAT(next.heals, SizeIs(1)) << wait.count();
    heal = next.heals[0];
  }
}

TEST_F(WatchdogBackoff, IsSpreadByAQuarterAtTheMost) {
  settings_.backoff_jitter = 0.25;
  HealInVain(FirstHeal());
  ASSERT_TRUE(last_.wake_at);
  const auto wait = *last_.wake_at - now_.steady + seconds(3);
  EXPECT_GE(wait, milliseconds(7'500));
  EXPECT_LE(wait, milliseconds(12'500));
  EXPECT_NE(wait, seconds(10));
}

TEST_F(WatchdogBackoff, DoesNotHoldTheFirstHeal) {
  FirstHeal();
  EXPECT_EQ(Count(Report::Kind::kHeld), 0U);
}

TEST_F(WatchdogBackoff, IsForgottenAfterALongTimeInHealth) {
  HealWell(FirstHeal(), settings_.forget);
  EXPECT_THAT(FallsIll().heals, SizeIs(1));
  HealInVain(last_.heals[0]);
  EXPECT_EQ(*last_.wake_at - now_.steady, seconds(7));  // the first wait again
}

TEST_F(WatchdogBackoff, IsNotForgottenAfterAShortTimeInHealth) {
  HealWell(FirstHeal(), settings_.forget - milliseconds(1));
  const auto again = FallsIll();
  ASSERT_THAT(again.heals, SizeIs(1));
  HealInVain(again.heals[0]);
  EXPECT_EQ(*last_.wake_at - now_.steady, seconds(17));
}

TEST_F(WatchdogBackoff, DoesNotBeginAnewWithANewContainer) {
  HealInVain(FirstHeal());
  Seen anew = Make("web", Health::kUnhealthy);
  anew.id = "other-id";
  EXPECT_THAT(List({anew}).heals, IsEmpty());
  EXPECT_THAT(Pass(seconds(7)).heals, SizeIs(1));
}

TEST_F(WatchdogBackoff, DoesNotHoldAnotherService) {
  HealInVain(FirstHeal());
  EXPECT_THAT(Healed(List({Make("web", Health::kUnhealthy), Make("db", Health::kUnhealthy)})), ElementsAre("db"));
}

TEST_F(WatchdogBackoff, CanBeSwitchedOff) {
  settings_.backoff_first = milliseconds(0);
  settings_.budget = 0;
  Heal heal = FirstHeal();
  for (int i = 0; i < 30; ++i) {
    HealInVain(heal);
    ASSERT_THAT(last_.heals, SizeIs(1)) << i;
    heal = last_.heals[0];
  }
}

TEST_F(WatchdogBackoff, DoesNotCountAHealThatTheGateDidNotLetPass) {
  Ends(FirstHeal(), Acted::Result::kNotNeeded);
  EXPECT_THAT(FallsIll().heals, SizeIs(1));
  EXPECT_EQ(StatusOf("web").heals_in_window, 0);
}

TEST_F(WatchdogBudget, AllowsFiveHealsThatHelpForAWhileAndNotASixth) {
  Heal heal = FirstHeal();
  for (int i = 1; i < 5; ++i) {
    HealWell(heal, minutes(4));
    heal = FallsIll().heals.at(0);
  }
  HealWell(heal, minutes(4));
  EXPECT_EQ(StatusOf("web").heals_in_window, 5);
  EXPECT_THAT(FallsIll().heals, IsEmpty());
  EXPECT_EQ(Outcomes().back(), Outcome::kGaveUp);
}

TEST_F(WatchdogBudget, DoesNotCountHealsBeforeItsWindow) {
  Heal heal = FirstHeal();
  for (int i = 0; i < 12; ++i) {
    HealWell(heal, minutes(8));
    const auto again = FallsIll();
    ASSERT_THAT(again.heals, SizeIs(1)) << i;
    heal = again.heals[0];
  }
  EXPECT_THAT(Outcomes(), Each(Outcome::kHealed));
}

TEST_F(WatchdogCircuit, OpensWithOneReportAndNoAction) {
  HealUntilItGivesUp(FirstHeal());
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kGaveUp));
  EXPECT_EQ(StatusOf("web").circuit, Circuit::kOpen);
  EXPECT_EQ(StatusOf("web").next_action, "trial");
  const auto told = reports_.size();
  List({Make("web", Health::kUnhealthy)});
  EXPECT_EQ(reports_.size(), told);
}

TEST_F(WatchdogCircuit, DoesNotCloseByATrialInVainButWaitsTwiceAsLong) {
  HealUntilItGivesUp(FirstHeal());
  const auto trial = Pass(minutes(11));
  ASSERT_THAT(trial.heals, SizeIs(1));
  EXPECT_EQ(StatusOf("web").circuit, Circuit::kTrial);
  HealInVain(trial.heals[0]);
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kGaveUp, Outcome::kGaveUp));
  EXPECT_THAT(Pass(minutes(60) - milliseconds(1)).heals, IsEmpty());
  EXPECT_THAT(Pass(milliseconds(1)).heals, SizeIs(1));
}

TEST_F(WatchdogCircuit, ClosesByATrialThatHelps) {
  HealUntilItGivesUp(FirstHeal());
  HealWell(Pass(minutes(11)).heals.at(0), seconds(1));
  EXPECT_EQ(StatusOf("web").circuit, Circuit::kClosed);
  EXPECT_EQ(Outcomes().back(), Outcome::kHealed);
}

TEST_F(WatchdogCircuit, DoesNotWaitLongerThanItsCeiling) {
  settings_.circuit_ceiling = minutes(45);
  HealUntilItGivesUp(FirstHeal());
  for (int i = 0; i < 3; ++i) {
    const auto trial = Pass(minutes(45));
    ASSERT_THAT(trial.heals, SizeIs(1)) << i;
    HealInVain(trial.heals[0]);
  }
}

TEST_F(WatchdogCircuit, TellsWhenAContainerThatWasGivenUpRecovers) {
  HealUntilItGivesUp(FirstHeal());
  Becomes("web", Health::kHealthy);
  EXPECT_EQ(Count(Report::Kind::kRecovered), 1U);
}

TEST_F(WatchdogCircuit, DoesNotStayOpenWhenTheContainerWasHealthyForLong) {
  HealUntilItGivesUp(FirstHeal());
  Becomes("web", Health::kHealthy);
  Pass(settings_.forget);
  EXPECT_EQ(StatusOf("web").circuit, Circuit::kClosed);
  EXPECT_THAT(FallsIll().heals, SizeIs(1));
}

TEST_F(WatchdogCircuit, OpensAgainWhenATrialNeverTurnsHealthy) {
  HealUntilItGivesUp(FirstHeal());
  const auto trial = Pass(minutes(11)).heals.at(0);
  Restarts("web");
  Done(trial);
  Pass(minutes(5));
  EXPECT_EQ(StatusOf("web").circuit, Circuit::kOpen);
}

TEST_F(WatchdogLadder, RestartsThriceThenRecreatesOnceThenGivesUp) {
  EXPECT_THAT(HealUntilItGivesUp(FirstHeal()),
              ElementsAre(Remedy::kRestart, Remedy::kRestart, Remedy::kRestart, Remedy::kRecreate));
}

TEST_F(WatchdogLadder, RollsBackLastWhereItIsAllowed) {
  settings_.roll_back = true;
  EXPECT_EQ(HealUntilItGivesUp(FirstHeal()).back(), Remedy::kRollBack);
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kGaveUp));
}

TEST_F(WatchdogLadder, DoesNotRecreateWhereItsHandsCannot) {
  settings_.recreate = false;
  EXPECT_THAT(HealUntilItGivesUp(FirstHeal()), Each(Remedy::kRestart));
}

TEST_F(WatchdogLadder, DoesNotTryWhatTurnedOutToBeImpossibleAgain) {
  Seen seen = Make("web", Health::kUnhealthy);
  seen.labels["berth.heal.action"] = "recreate";
  const auto heal = List({seen}).heals.at(0);
  ASSERT_EQ(heal.remedy, Remedy::kRecreate);
  const auto next = Ends(heal, Acted::Result::kImpossible);
  ASSERT_THAT(next.heals, SizeIs(1));
  EXPECT_EQ(next.heals[0].remedy, Remedy::kRestart);
}

TEST_F(WatchdogLadder, BeginsAnewWhenItHelped) {
  Heal heal = FirstHeal();
  HealInVain(heal);
  heal = Pass(minutes(1)).heals.at(0);
  HealWell(heal, minutes(1));
  heal = FallsIll().heals.at(0);
  HealInVain(heal);
  EXPECT_EQ(Pass(minutes(5)).heals.at(0).remedy, Remedy::kRestart);
}

TEST_F(WatchdogLadder, StartsAgainWhatItsOwnFailedAttemptLeftStopped) {
  const auto heal = FirstHeal();
  Becomes("web", ContainerState::kExited);
  Fails(heal, Error{.message = "no space"});
  const auto next = Pass(seconds(10));
  ASSERT_THAT(next.heals, SizeIs(1));
  EXPECT_TRUE(next.heals[0].left_down);
}

TEST_F(WatchdogLadder, DoesNotStartWhatStoppedByItself) {
  settings_.confirm = seconds(10);
  List({Make("web", Health::kUnhealthy)});
  Becomes("web", ContainerState::kExited);
  EXPECT_THAT(Pass(minutes(60)).heals, IsEmpty());
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kSuperseded));
}

TEST_F(WatchdogLadder, RecreatesAtOnceWhatCannotJoinItsNamespace) {
  Fails(FirstHeal(), Error{.message = "joining network namespace of container: No such container: 0123"});
  EXPECT_EQ(Pass(seconds(10)).heals.at(0).remedy, Remedy::kRecreate);
}

}  // namespace
}  // namespace berth::watchdog::test

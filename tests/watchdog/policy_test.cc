#include "watchdog/policy.h"

#include "tests/watchdog/policy_fixture.h"

namespace berth::watchdog::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using WatchdogPolicy = PolicyTest;

TEST_F(WatchdogPolicy, HealsAnUnhealthyContainerAtOnce) {
  List({Make("web")});
  const auto decisions = Becomes("web", Health::kUnhealthy);
  ASSERT_THAT(Healed(decisions), ElementsAre("web"));
  EXPECT_EQ(decisions.heals[0].remedy, Remedy::kRestart);
  ASSERT_THAT(decisions.reports, SizeIs(2));
  EXPECT_EQ(decisions.reports[0].kind, Report::Kind::kBegan);
  EXPECT_EQ(decisions.reports[1].kind, Report::Kind::kHealing);
  EXPECT_EQ(decisions.reports[1].heal->attempt, decisions.heals[0].attempt);
}

TEST_F(WatchdogPolicy, HealsAContainerWhoseFirstSightIsUnhealthy) {
  EXPECT_THAT(Healed(List({Make("web", Health::kUnhealthy)})), ElementsAre("web"));
}

TEST_F(WatchdogPolicy, DoesNotNeedAnInspectToHeal) {
  Seen seen = Make("web", Health::kUnhealthy);
  seen.facts.reset();
  EXPECT_THAT(Healed(List({seen})), ElementsAre("web"));
}

TEST_F(WatchdogPolicy, DoesNotHealAContainerThatIsNotWatched) {
  Seen seen = Make("web", Health::kUnhealthy);
  seen.labels = {{"autoheal", "False"}};
  const auto decisions = List({seen});
  EXPECT_THAT(decisions.heals, IsEmpty());
  EXPECT_THAT(decisions.reports, IsEmpty());
}

TEST_F(WatchdogPolicy, DoesNotHealInStarting) { EXPECT_THAT(List({Make("web", Health::kStarting)}).heals, IsEmpty()); }

TEST_F(WatchdogPolicy, DoesNotHealWhatIsBeingHealed) {
  List({Make("web", Health::kUnhealthy)});
  EXPECT_THAT(List({Make("web", Health::kUnhealthy)}).heals, IsEmpty());
  EXPECT_THAT(Pass(minutes(5)).heals, IsEmpty());
}

TEST_F(WatchdogPolicy, DoesNotTakeAListInTheMiddleOfARestartForItsOutcome) {
  List({Make("web")});
  const Heal heal = Becomes("web", Health::kUnhealthy).heals.at(0);
  Becomes("web", ContainerState::kExited);
  List({Make("web", Health::kUnhealthy)});  // the engine has not noted yet that it ended
  Becomes("web", ContainerState::kRunning);
  Done(heal);
  EXPECT_EQ(Count(Report::Kind::kHealFailed), 0U);
  Becomes("web", Health::kHealthy);
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kHealed));
}

TEST_F(WatchdogPolicy, EndsTheEpisodeWhenTheContainerIsHealthyAgain) {
  const auto heal = List({Make("web", Health::kUnhealthy)}).heals.at(0);
  Restarts("web");
  Done(heal);
  Becomes("web", Health::kHealthy);
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kHealed));
  const Episode& episode = *reports_.back().episode;
  ASSERT_THAT(episode.steps, SizeIs(1));
  EXPECT_EQ(episode.steps[0].what, "restart");
  EXPECT_EQ(episode.steps[0].result, "ok");
  EXPECT_FALSE(StatusOf("web").episode);
}

TEST_F(WatchdogPolicy, EndsTheEpisodeOfAContainerThatRecoversByItself) {
  settings_.confirm = seconds(10);
  List({Make("web", Health::kUnhealthy)});
  Becomes("web", Health::kHealthy);
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kSuperseded));
}

TEST_F(WatchdogPolicy, EndsTheEpisodeOfAContainerThatIsGone) {
  settings_.confirm = seconds(10);
  List({Make("web", Health::kUnhealthy)});
  List({});
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kVanished));
}

TEST_F(WatchdogPolicy, EndsTheEpisodeOfAContainerThatWasMadeAnew) {
  settings_.confirm = seconds(10);
  Seen anew = Make("web");
  anew.id = "other-id";
  List({Make("web", Health::kUnhealthy)});
  List({anew});
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kSuperseded));
}

TEST_F(WatchdogPolicy, DoesNotEndAnEpisodeBecauseAListOfTheUnhealthyLacksIt) {
  settings_.confirm = seconds(10);
  List({Make("web", Health::kUnhealthy)});
  See(Listed{{}, false});
  EXPECT_THAT(Outcomes(), IsEmpty());
}

TEST_F(WatchdogPolicy, GoesOnWithTheContainerThatARecreateMade) {
  const auto heal = List({Make("web", Health::kUnhealthy)}).heals.at(0);
  See(Gone{"web-id"});
  Acted acted;
  acted.attempt = heal.attempt;
  acted.new_id = "new-id";
  See(acted);
  Seen anew = Make("web");
  anew.id = "new-id";
  List({anew});
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kHealed));
  EXPECT_EQ(reports_.back().episode->container_id, "new-id");
}

TEST_F(WatchdogPolicy, WaitsUntilAnIllnessIsConfirmed) {
  settings_.confirm = seconds(10);
  EXPECT_THAT(List({Make("web", Health::kUnhealthy)}).heals, IsEmpty());
  EXPECT_EQ(Count(Report::Kind::kHeld), 1);
  EXPECT_THAT(Pass(milliseconds(9'999)).heals, IsEmpty());
  EXPECT_THAT(Healed(Pass(milliseconds(1))), ElementsAre("web"));
}

TEST_F(WatchdogPolicy, OnlyTellsWhenTheActionIsNotify) {
  Seen seen = Make("web", Health::kUnhealthy);
  seen.labels["berth.heal.action"] = "notify";
  EXPECT_THAT(List({seen}).heals, IsEmpty());
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kHeld));
  List({seen});
  EXPECT_EQ(Count(Report::Kind::kBegan), 1);
  Becomes("web", Health::kHealthy);
  EXPECT_EQ(Count(Report::Kind::kRecovered), 1);
}

TEST_F(WatchdogPolicy, DoesNotEvenTellWhenTheActionIsNone) {
  Seen seen = Make("web", Health::kUnhealthy);
  seen.labels["berth.heal.action"] = "none";
  EXPECT_THAT(List({seen}).reports, IsEmpty());
}

TEST_F(WatchdogPolicy, StopsWhenTheActionIsStopAndLeavesItStopped) {
  Seen seen = Make("web", Health::kUnhealthy);
  seen.labels["berth.heal.action"] = "stop";
  const auto heal = List({seen}).heals.at(0);
  EXPECT_EQ(heal.remedy, Remedy::kStop);
  Becomes("web", ContainerState::kExited);
  Done(heal);
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kStoppedByOperator));
  EXPECT_THAT(Pass(minutes(60)).heals, IsEmpty());
}

TEST_F(WatchdogPolicy, DoesNotSayTheSameTwice) {
  settings_.confirm = minutes(10);
  List({Make("web", Health::kUnhealthy)});
  const auto told = reports_.size();
  for (int i = 0; i < 5; ++i) List({Make("web", Health::kUnhealthy)});
  EXPECT_EQ(reports_.size(), told);
}

TEST_F(WatchdogPolicy, ComplainsOnceAboutALabelThatMakesNoSense) {
  Seen seen = Make("web");
  seen.labels["berth.heal.confirm"] = "soon";
  List({seen});
  List({seen});
  EXPECT_EQ(Count(Report::Kind::kBadLabel), 1);
}

TEST_F(WatchdogPolicy, HeedsALabelThatChanges) {
  settings_.confirm = seconds(10);
  Seen seen = Make("web", Health::kUnhealthy);
  List({seen});
  seen.labels["berth.heal"] = "false";
  List({seen});
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kSuperseded));
  EXPECT_THAT(Pass(minutes(1)).heals, IsEmpty());
}

TEST_F(WatchdogPolicy, DecidesTheSameAgain) {
  const auto run = [this] {
    state_ = State();
    std::vector<SteadyTime> wakes;
    auto heal = List({Make("web", Health::kUnhealthy)}).heals.at(0);
    HealInVain(heal);
    return *last_.wake_at - now_.steady;
  };
  const auto first = run();
  EXPECT_EQ(run(), first);
}

}  // namespace
}  // namespace berth::watchdog::test

// In which order: dependencies, followers and storms.
#include "tests/watchdog/policy_fixture.h"

namespace berth::watchdog::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class PolicyOrder : public PolicyTest {
 protected:
  Seen MakeDependant(const std::string& name, const std::string& on, Health health = Health::kHealthy) {
    Seen seen = Make(name, health);
    seen.labels["berth.depends-on"] = on;
    return seen;
  }
  // What the engine tells of a restart that helps.
  const Decisions& HealWell(Heal heal) {
    Restarts(heal.name);
    Done(heal);
    return Becomes(heal.name, Health::kHealthy);
  }
  std::vector<Seen> MakeMany(int count, Health health) {
    std::vector<Seen> many;
    for (int i = 0; i < count; ++i) many.push_back(Make("c" + std::to_string(i), health));
    return many;
  }
};
using WatchdogDependencies = PolicyOrder;
using WatchdogFollowers = PolicyOrder;
using WatchdogStorm = PolicyOrder;

TEST_F(WatchdogDependencies, HealTheRootFirst) {
  EXPECT_THAT(Healed(List({MakeDependant("app", "db", Health::kUnhealthy), Make("db", Health::kUnhealthy)})),
              ElementsAre("db"));
  EXPECT_EQ(StatusOf("app").next_action, "wait for db");
}

TEST_F(WatchdogDependencies, GiveADependantTimeToRecoverByItself) {
  const auto heal = List({MakeDependant("app", "db", Health::kUnhealthy), Make("db", Health::kUnhealthy)}).heals.at(0);
  EXPECT_THAT(HealWell(heal).heals, IsEmpty());
  EXPECT_THAT(Pass(seconds(3) - milliseconds(1)).heals, IsEmpty());
  Becomes("app", Health::kHealthy);
  EXPECT_THAT(Pass(minutes(5)).heals, IsEmpty());
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kHealed, Outcome::kSuperseded));
}

TEST_F(WatchdogDependencies, HealADependantThatDoesNotRecoverWithItsRoot) {
  const auto heal = List({MakeDependant("app", "db", Health::kUnhealthy), Make("db", Health::kUnhealthy)}).heals.at(0);
  HealWell(heal);
  EXPECT_THAT(Healed(Pass(seconds(3))), ElementsAre("app"));
}

TEST_F(WatchdogDependencies, WaitForARootThatIsFarAway) {
  EXPECT_THAT(Healed(List({MakeDependant("app", "api", Health::kUnhealthy), MakeDependant("api", "db"),
                           Make("db", Health::kUnhealthy)})),
              ElementsAre("db"));
}

TEST_F(WatchdogDependencies, WaitForARootThatIsStillStarting) {
  EXPECT_THAT(List({MakeDependant("app", "db", Health::kUnhealthy), Make("db", Health::kStarting)}).heals, IsEmpty());
}

TEST_F(WatchdogDependencies, DoNotWaitForAHealthyRoot) {
  EXPECT_THAT(Healed(List({MakeDependant("app", "db", Health::kUnhealthy), Make("db")})), ElementsAre("app"));
}

TEST_F(WatchdogDependencies, DoNotWaitForARootThatNobodyHeals) {
  Seen unwatched = Make("db", Health::kUnhealthy);
  unwatched.labels = {};
  EXPECT_THAT(Healed(List({MakeDependant("app", "db", Health::kUnhealthy), unwatched})), ElementsAre("app"));
  Seen notify = Make("db2", Health::kUnhealthy);
  notify.labels["berth.heal.action"] = "notify";
  EXPECT_THAT(Healed(See(Listed{{MakeDependant("app2", "db2", Health::kUnhealthy), notify}, false})),
              ElementsAre("app2"));
}

TEST_F(WatchdogDependencies, DoNotWaitForARootThatThereIsNot) {
  EXPECT_THAT(Healed(List({MakeDependant("app", "nobody", Health::kUnhealthy)})), ElementsAre("app"));
}

TEST_F(WatchdogDependencies, DoNotWaitForARootThatWasGivenUp) {
  settings_.budget = 1;
  settings_.backoff_first = milliseconds(0);
  HealInVain(List({Make("db", Health::kUnhealthy)}).heals.at(0));
  ASSERT_THAT(Outcomes(), ElementsAre(Outcome::kGaveUp));
  EXPECT_THAT(Healed(See(Listed{{MakeDependant("app", "db", Health::kUnhealthy)}, false})), ElementsAre("app"));
}

TEST_F(WatchdogDependencies, WaitForTheTrialOfARootThatWasGivenUp) {
  settings_.budget = 1;
  settings_.backoff_first = milliseconds(0);
  HealInVain(List({Make("db", Health::kUnhealthy)}).heals.at(0));
  ASSERT_THAT(Outcomes(), ElementsAre(Outcome::kGaveUp));
  EXPECT_THAT(Healed(Pass(settings_.circuit_first)), ElementsAre("db"));
  EXPECT_THAT(See(Listed{{MakeDependant("app", "db", Health::kUnhealthy)}, false}).heals, IsEmpty());
}

TEST_F(WatchdogDependencies, DoNotWaitForAStoppedRoot) {
  Seen db = Make("db", Health::kUnhealthy);
  db.state = ContainerState::kExited;
  EXPECT_THAT(Healed(List({MakeDependant("app", "db", Health::kUnhealthy), db})), ElementsAre("app"));
}

TEST_F(WatchdogDependencies, BreakACycleAtTheLesserKey) {
  const auto heal =
      List({MakeDependant("a", "b", Health::kUnhealthy), MakeDependant("b", "a", Health::kUnhealthy)}).heals;
  ASSERT_THAT(heal, SizeIs(1));
  EXPECT_EQ(heal[0].name, "a");
  HealWell(heal[0]);
  EXPECT_THAT(Healed(Pass(seconds(3))), ElementsAre("b"));
}

TEST_F(WatchdogDependencies, BreakACycleOfThreeAndHealWhatHangsOnItLast) {
  EXPECT_THAT(
      Healed(List({MakeDependant("a", "b", Health::kUnhealthy), MakeDependant("b", "c", Health::kUnhealthy),
                   MakeDependant("c", "a", Health::kUnhealthy), MakeDependant("0app", "a", Health::kUnhealthy)})),
      ElementsAre("a"));
}

TEST_F(WatchdogDependencies, DoNotMakeAContainerWaitForItself) {
  EXPECT_THAT(Healed(List({MakeDependant("app", "app", Health::kUnhealthy)})), ElementsAre("app"));
}

TEST_F(WatchdogDependencies, AreReadFromCompose) {
  const auto compose = [this](const std::string& service, Health health) {
    Seen seen = Make("shop-" + service + "-1", health);
    seen.labels["com.docker.compose.project"] = "shop";
    seen.labels["com.docker.compose.service"] = service;
    seen.labels["com.docker.compose.container-number"] = "1";
    return seen;
  };
  Seen app = compose("app", Health::kUnhealthy);
  app.labels["com.docker.compose.depends_on"] = "db:service_healthy:false";
  EXPECT_THAT(Healed(List({app, compose("db", Health::kUnhealthy)})), ElementsAre("shop-db-1"));
}

TEST_F(WatchdogFollowers, AreRestartedAfterTheOwnerOfTheirNamespace) {
  const auto heal = List({Make("vpn", Health::kUnhealthy), MakeSharing("app", "vpn-id")}).heals.at(0);
  ASSERT_EQ(heal.name, "vpn");
  Restarts("vpn");
  EXPECT_THAT(Done(heal).heals, IsEmpty());  // not before it is healthy
  const auto next = Becomes("vpn", Health::kHealthy);
  ASSERT_THAT(Healed(next), ElementsAre("app"));
  EXPECT_EQ(next.heals[0].remedy, Remedy::kRestart);
  EXPECT_TRUE(next.heals[0].follows_root);
}

TEST_F(WatchdogFollowers, AreRestartedOnlyOnce) {
  const auto heal = List({Make("vpn", Health::kUnhealthy), MakeSharing("app", "vpn-id")}).heals.at(0);
  const auto follow = HealWell(heal).heals.at(0);
  HealWell(follow);
  EXPECT_THAT(Pass(minutes(30)).heals, IsEmpty());
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kHealed, Outcome::kHealed));
}

TEST_F(WatchdogFollowers, DoNotFollowWhenTheyWereRestartedMeanwhile) {
  const auto heal = List({Make("vpn", Health::kUnhealthy), MakeSharing("app", "vpn-id")}).heals.at(0);
  Restarts("vpn");
  Done(heal);
  Restarts("app");
  EXPECT_THAT(Becomes("vpn", Health::kHealthy).heals, IsEmpty());
}

TEST_F(WatchdogFollowers, FollowAnOwnerThatAPersonRestartedButLetThemDoItFirst) {
  List({Make("vpn"), MakeSharing("app", "vpn-id")});
  Restarts("vpn");
  Becomes("vpn", Health::kHealthy);
  EXPECT_THAT(Pass(milliseconds(4'999)).heals, IsEmpty());
  EXPECT_THAT(Healed(Pass(milliseconds(1))), ElementsAre("app"));
}

TEST_F(WatchdogFollowers, AreMadeAnewAfterAnOwnerThatWasMadeAnew) {
  List({Make("vpn"), MakeSharing("app", "vpn-id")});
  See(Gone{"vpn-id"});
  Seen anew = Make("vpn");
  anew.id = "vpn2-id";
  List({anew, MakeSharing("app", "vpn-id")});
  const auto next = Pass(seconds(5));
  ASSERT_THAT(Healed(next), ElementsAre("app"));
  EXPECT_EQ(next.heals[0].remedy, Remedy::kRecreate);
  EXPECT_THAT(next.heals[0].new_owners, ElementsAre(testing::Pair("vpn-id", "vpn2-id")));
}

TEST_F(WatchdogFollowers, DoNotFollowWhenTheyAreNotWatched) {
  Seen app = MakeSharing("app", "vpn-id");
  app.labels = {};
  HealWell(List({Make("vpn", Health::kUnhealthy), app}).heals.at(0));
  EXPECT_THAT(Pass(minutes(5)).heals, IsEmpty());
}

TEST_F(WatchdogFollowers, DoNotFollowWhenAPersonStoppedThem) {
  const auto heal = List({Make("vpn", Health::kUnhealthy), MakeSharing("app", "vpn-id")}).heals.at(0);
  See(StopAsked{"app-id"});
  Becomes("app", ContainerState::kExited);
  HealWell(heal);
  EXPECT_THAT(Pass(minutes(60)).heals, IsEmpty());
}

TEST_F(WatchdogFollowers, DoNotFollowWhileAnOperationChangesTheirOwner) {
  List({Make("vpn"), MakeSharing("app", "vpn-id")});
  See(Leased{"vpn", "op-1"});
  Restarts("vpn");
  Becomes("vpn", Health::kHealthy);
  EXPECT_THAT(Pass(minutes(5)).heals, IsEmpty());
  EXPECT_THAT(Healed(See(Leased{"vpn", ""})), ElementsAre("app"));
}

TEST_F(WatchdogStorm, HealsTwoAtATimeWhileOneIsIllThatOthersDependOn) {
  auto all = MakeMany(12, Health::kUnhealthy);
  all.push_back(Make("db", Health::kUnhealthy));
  all.push_back(MakeDependant("app", "db", Health::kUnhealthy));
  EXPECT_THAT(List(all).heals, SizeIs(2));
  EXPECT_EQ(Count(Report::Kind::kStormBegan), 1U);
  EXPECT_TRUE(state_.Host(now_).storm);
}

TEST_F(WatchdogStorm, DoesNotSlowDownThoseThatNobodyDependsOn) {
  EXPECT_THAT(List(MakeMany(12, Health::kUnhealthy)).heals, SizeIs(10));
  EXPECT_EQ(Count(Report::Kind::kStormBegan), 1U);
}

TEST_F(WatchdogStorm, DoesNotBeginWhileAllCanBeHealedAtOnce) {
  EXPECT_THAT(List(MakeMany(10, Health::kUnhealthy)).heals, SizeIs(10));
  EXPECT_EQ(Count(Report::Kind::kStormBegan), 0U);
}

TEST_F(WatchdogStorm, BeginsWithEightWhereFewerAreHealedAtOnce) {
  settings_.in_flight = 5;
  EXPECT_THAT(List(MakeMany(7, Health::kUnhealthy)).heals, SizeIs(5));
  EXPECT_EQ(Count(Report::Kind::kStormBegan), 0U);
  EXPECT_THAT(See(Listed{{Make("c7", Health::kUnhealthy)}, false}).heals, IsEmpty());
  EXPECT_EQ(Count(Report::Kind::kStormBegan), 1U);
}

TEST_F(WatchdogStorm, DoesNotBeginWhenMostAreWell) {
  auto all = MakeMany(12, Health::kUnhealthy);
  for (int i = 0; i < 13; ++i) all.push_back(Make("well" + std::to_string(i)));
  EXPECT_THAT(List(all).heals, SizeIs(10));
  EXPECT_EQ(Count(Report::Kind::kStormBegan), 0U);
}

TEST_F(WatchdogStorm, DoesNotBeginWhenTheyFallIllOneAfterTheOther) {
  settings_.in_flight = 1;
  settings_.backoff_jitter = 0;
  List(MakeMany(10, Health::kHealthy));
  for (int i = 0; i < 10; ++i) {
    Becomes("c" + std::to_string(i), Health::kUnhealthy);
    Pass(seconds(20));
  }
  EXPECT_EQ(Count(Report::Kind::kStormBegan), 0U);
}

TEST_F(WatchdogStorm, HealsRootsFirst) {
  auto all = MakeMany(12, Health::kUnhealthy);
  all.push_back(Make("zdb", Health::kUnhealthy));
  all.push_back(MakeDependant("app", "zdb", Health::kUnhealthy));
  EXPECT_EQ(Healed(List(all)).at(0), "zdb");
}

TEST_F(WatchdogStorm, EndsWhenFewEnoughAreIllAndHealsAllInTheEnd) {
  List(MakeMany(12, Health::kUnhealthy));
  for (std::size_t i = 0; i < reports_.size(); ++i) {
    const auto heal = reports_[i].heal;
    if (heal) HealWell(*heal);
  }
  EXPECT_EQ(Count(Report::Kind::kStormEnded), 1U);
  EXPECT_FALSE(state_.Host(now_).storm);
  EXPECT_THAT(Outcomes(), SizeIs(12));
}

// --- one that takes another's place

using WatchdogReplacement = PolicyOrder;

TEST_F(WatchdogReplacement, LeavesAloneWhatIsAboutToTakeThePlaceOfOneThatItMakesAnew) {
  settings_.action = Action::kRecreate;
  List({Make("web")});
  const Heal heal = Becomes("web", Health::kUnhealthy).heals.at(0);
  ASSERT_EQ(heal.remedy, Remedy::kRecreate);
  See(Changed{.id = "web-id", .health = {}, .state = {}, .name = "web.berth-0123456789abcdef-old"});
  Seen next = Make("web");
  next.id = "next-id";
  See(Listed{{next}, false});
  EXPECT_THAT(See(Changed{.id = "next-id", .health = Health::kUnhealthy, .state = {}, .name = {}}).heals, IsEmpty());
  EXPECT_EQ(Count(Report::Kind::kBegan), 1u);
}

TEST_F(WatchdogReplacement, IsNotLeftAloneOnceItHasTakenThePlace) {
  settings_.action = Action::kRecreate;
  settings_.backoff_first = seconds(0);
  List({Make("web")});
  const Heal heal = Becomes("web", Health::kUnhealthy).heals.at(0);
  Seen next = Make("web");
  next.id = "next-id";
  See(Listed{{next}, false});
  Acted acted;
  acted.attempt = heal.attempt;
  acted.new_id = "next-id";
  See(acted);
  List({next});
  Pass(minutes(5));
  EXPECT_THAT(Healed(See(Changed{.id = "next-id", .health = Health::kUnhealthy, .state = {}, .name = {}})),
              ElementsAre("web"));
}

}  // namespace
}  // namespace berth::watchdog::test

#include "watchdog/labels.h"

#include <gmock/gmock.h>

namespace berth::watchdog {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class WatchdogLabels : public testing::Test {
 protected:
  Rules Read(const engine::Labels& labels) { return ReadRules(settings_, "web", labels, own_stop_timeout_); }
  // Of a container that opts in.
  Rules ReadWatched(engine::Labels labels) {
    labels["autoheal"] = "true";
    return Read(labels);
  }

  Settings settings_;
  std::optional<seconds> own_stop_timeout_;
};

TEST_F(WatchdogLabels, WatchAContainerThatOptsIn) {
  EXPECT_TRUE(Read({{"autoheal", "true"}}).watched);
  EXPECT_TRUE(Read({{"berth.heal", "true"}}).watched);
  EXPECT_TRUE(Read({{"autoheal", " True "}}).watched);
}

TEST_F(WatchdogLabels, DoNotWatchAContainerThatDoesNotOptIn) {
  EXPECT_FALSE(Read({}).watched);
  EXPECT_FALSE(Read({{"autoheal", "false"}}).watched);
  EXPECT_FALSE(Read({{"autoheal", ""}}).watched);
}

TEST_F(WatchdogLabels, WatchEveryContainerWhenAllAreWanted) {
  settings_.all = true;
  EXPECT_TRUE(Read({}).watched);
}

TEST_F(WatchdogLabels, DoNotWatchOneThatOptsOutInAnyLetterCaseWhenAllAreWanted) {
  settings_.all = true;
  for (const auto* value : {"false", "False", "FALSE"}) {
    EXPECT_FALSE(Read({{"autoheal", value}}).watched) << value;
    EXPECT_FALSE(Read({{"berth.heal", value}}).watched) << value;
  }
}

TEST_F(WatchdogLabels, HeedAnotherLabelNameWhenOneIsConfigured) {
  settings_.label = "heal-me";
  EXPECT_TRUE(Read({{"heal-me", "true"}}).watched);
  EXPECT_FALSE(Read({{"autoheal", "true"}}).watched);
}

TEST_F(WatchdogLabels, OptOutByTheUsualNameWhenAnotherOneIsConfigured) {
  settings_.label = "heal-me";
  EXPECT_FALSE(Read({{"heal-me", "true"}, {"autoheal", "False"}}).watched);
  EXPECT_TRUE(Read({{"heal-me", "true"}, {"autoheal", "true"}}).watched);
}

TEST_F(WatchdogLabels, LetBerthHealWinOverTheConfiguredOne) {
  EXPECT_FALSE(Read({{"autoheal", "true"}, {"berth.heal", "false"}}).watched);
  EXPECT_TRUE(Read({{"autoheal", "false"}, {"berth.heal", "true"}}).watched);
}

TEST_F(WatchdogLabels, DoNotLetABerthHealWithoutSenseWin) {
  EXPECT_TRUE(Read({{"autoheal", "true"}, {"berth.heal", "perhaps"}}).watched);
}

TEST_F(WatchdogLabels, WatchOnlyTheConfiguredProject) {
  settings_.project = "shop";
  EXPECT_TRUE(ReadWatched({{"com.docker.compose.project", "shop"}}).watched);
  EXPECT_FALSE(ReadWatched({{"com.docker.compose.project", "blog"}}).watched);
  EXPECT_FALSE(ReadWatched({}).watched);
}

TEST_F(WatchdogLabels, ReadDurationsInEveryUnit) {
  EXPECT_EQ(ReadWatched({{"berth.heal.grace", "90"}}).grace, seconds(90));
  EXPECT_EQ(ReadWatched({{"berth.heal.grace", "0.5"}}).grace, milliseconds(500));
  EXPECT_EQ(ReadWatched({{"berth.heal.grace", "250ms"}}).grace, milliseconds(250));
  EXPECT_EQ(ReadWatched({{"berth.heal.confirm", "5m"}}).confirm, seconds(300));
  EXPECT_EQ(ReadWatched({{"berth.heal.confirm", "2h"}}).confirm, seconds(7200));
}

TEST_F(WatchdogLabels, DoNotTakeADurationThatMakesNoSense) {
  settings_.grace = seconds(7);
  for (const auto* value : {"", "soon", "-5s", "5 weeks", "nan", "inf", "1e300", "999999999999999h", "5s5"}) {
    const Rules rules = ReadWatched({{"berth.heal.grace", value}});
    EXPECT_EQ(rules.grace, seconds(7)) << value;
    EXPECT_THAT(rules.complaints, ElementsAre(HasSubstr("berth.heal.grace="))) << value;
  }
}

TEST_F(WatchdogLabels, LetALabelWinOverTheContainersOwnStopTimeout) {
  own_stop_timeout_ = seconds(40);
  EXPECT_EQ(ReadWatched({}).stop_timeout, seconds(40));
  EXPECT_EQ(ReadWatched({{"autoheal.stop.timeout", "3"}}).stop_timeout, seconds(3));
  EXPECT_EQ(ReadWatched({{"autoheal.stop.timeout", "3"}, {"berth.heal.stop_timeout", "4"}}).stop_timeout, seconds(4));
}

TEST_F(WatchdogLabels, WaitForEverWithANegativeStopTimeout) {
  EXPECT_EQ(ReadWatched({{"autoheal.stop.timeout", "-1"}}).stop_timeout, seconds(-1));
  EXPECT_EQ(ReadWatched({{"autoheal.stop.timeout", "-0.5"}}).stop_timeout, seconds(-1));
}

TEST_F(WatchdogLabels, DoNotKillAtOnceWhenTheStopTimeoutMakesNoSense) {
  const Rules rules = ReadWatched({{"autoheal.stop.timeout", "ten"}});
  EXPECT_EQ(rules.stop_timeout, settings_.stop_timeout);
  EXPECT_THAT(rules.complaints, ElementsAre(HasSubstr("autoheal.stop.timeout=\"ten\" is ignored")));
}

TEST_F(WatchdogLabels, ChooseTheAction) {
  EXPECT_EQ(ReadWatched({{"berth.heal.action", "recreate"}}).action, Action::kRecreate);
  EXPECT_EQ(ReadWatched({{"autoheal.action", "Notify"}}).action, Action::kNotify);
  EXPECT_EQ(ReadWatched({{"berth.heal.action", "none"}, {"autoheal.action", "stop"}}).action, Action::kNone);
}

TEST_F(WatchdogLabels, DoNotChooseAnActionThatThereIsNot) {
  const Rules rules = ReadWatched({{"berth.heal.action", "reboot"}});
  EXPECT_EQ(rules.action, Action::kRestart);
  EXPECT_THAT(rules.complaints, ElementsAre(HasSubstr("restart, recreate, stop, notify or none")));
}

TEST_F(WatchdogLabels, PermitWhatIsNotDoneByDefault) {
  const Rules rules =
      ReadWatched({{"berth.heal.probe_error", "true"}, {"berth.heal.stale", "true"}, {"berth.heal.rollback", "true"}});
  EXPECT_TRUE(rules.heal_probe_errors && rules.heal_stale && rules.roll_back);
  const Rules plain = ReadWatched({});
  EXPECT_FALSE(plain.heal_probe_errors || plain.heal_stale || plain.roll_back);
}

TEST_F(WatchdogLabels, PauseUntilATime) {
  const auto until = ReadWatched({{"berth.heal.pause_until", "1970-01-01T01:00:00Z"}}).paused_until;
  ASSERT_TRUE(until);
  EXPECT_EQ(*until, WallTime(std::chrono::hours(1)));
}

TEST_F(WatchdogLabels, DoNotPauseUntilATimeThatMakesNoSense) {
  const Rules rules = ReadWatched({{"berth.heal.pause_until", "tomorrow"}});
  EXPECT_FALSE(rules.paused_until);
  EXPECT_THAT(rules.complaints, ElementsAre(HasSubstr("berth.heal.pause_until")));
}

TEST_F(WatchdogLabels, NameDependencies) {
  const Rules rules = ReadWatched({{"com.docker.compose.project", "shop"},
                                   {"com.docker.compose.depends_on", "db:service_healthy:false,cache:service_started"},
                                   {"berth.depends-on", "vpn, shop/queue/1,,"}});
  EXPECT_THAT(rules.depends_on, ElementsAre("vpn", "shop/queue/1", "shop/db", "shop/cache"));
  EXPECT_THAT(rules.complaints, IsEmpty());
}

TEST_F(WatchdogLabels, DoNotComplainAboutContainersThatAreNotWatched) {
  EXPECT_THAT(Read({{"berth.heal.grace", "soon"}}).complaints, IsEmpty());
}

TEST_F(WatchdogLabels, DoNotRepeatALongOrBinaryValueInAComplaint) {
  const Rules rules = ReadWatched({{"berth.heal.grace", "\x1b[31m" + std::string(5000, 'x')}});
  ASSERT_EQ(rules.complaints.size(), 1U);
  EXPECT_LT(rules.complaints[0].size(), 200U);
  EXPECT_THAT(rules.complaints[0], Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace berth::watchdog

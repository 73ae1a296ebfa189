#include "watchdog/gate.h"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace berth::watchdog {
namespace {

using engine::ContainerState;
using engine::Health;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class WatchdogGate : public testing::Test {
 protected:
  WatchdogGate() {
    heal_.id = fresh_.id = "web-id";
    heal_.name = fresh_.name = "web";
    fresh_.state = ContainerState::kRunning;
    fresh_.health = Health::kUnhealthy;
    Check(1, "connection refused");
  }

  // One more failed check that ends now.
  void Check(int exit_code, const std::string& output) {
    fresh_.health_log.push_back({now_ - seconds(1), now_, exit_code, output});
    ++fresh_.failing_streak;
  }
  void CheckedOnlyWith(int exit_code, const std::string& output) {
    fresh_.health_log.clear();
    fresh_.failing_streak = 0;
    Check(exit_code, output);
  }
  GateAnswer Ask() const { return Gate(heal_, fresh_, now_); }
  void ExpectNo(Acted::Result why_not) const {
    const auto answer = Ask();
    EXPECT_FALSE(answer.pass);
    EXPECT_EQ(answer.why_not, why_not) << answer.reason;
    EXPECT_THAT(answer.reason, HasSubstr("web"));
  }

  WallTime now_{std::chrono::hours(500'000)};
  Heal heal_;
  engine::ContainerDetails fresh_;
};

TEST_F(WatchdogGate, LetsAHealOfAnUnhealthyContainerPass) {
  const auto answer = Ask();
  EXPECT_TRUE(answer.pass);
  EXPECT_EQ(answer.illness, Class::kUnhealthy);
  EXPECT_EQ(answer.health_output, "connection refused");
}

TEST_F(WatchdogGate, DoesNotLetAHealOfAnotherContainerPass) {
  fresh_.id = "other-id";
  ExpectNo(Acted::Result::kNotNeeded);
}

TEST_F(WatchdogGate, DoesNotLetAHealOfAContainerThatIsNotUnhealthyPass) {
  for (const auto health : {Health::kHealthy, Health::kStarting, Health::kNone}) {
    fresh_.health = health;
    ExpectNo(Acted::Result::kNotNeeded);
  }
}

TEST_F(WatchdogGate, DoesNotUndoWhatAPersonDid) {
  for (const auto state :
       {ContainerState::kExited, ContainerState::kPaused, ContainerState::kCreated, ContainerState::kDead}) {
    fresh_.state = state;
    ExpectNo(Acted::Result::kOperator);
  }
}

TEST_F(WatchdogGate, DoesNotInterfereWithTheEngine) {
  for (const auto state : {ContainerState::kRestarting, ContainerState::kRemoving}) {
    fresh_.state = state;
    ExpectNo(Acted::Result::kNotNeeded);
  }
}

TEST_F(WatchdogGate, LetsAFollowerPassWhateverItsOwnHealth) {
  heal_.follows_root = true;
  fresh_.health = Health::kHealthy;
  EXPECT_TRUE(Ask().pass);
  fresh_.state = ContainerState::kRestarting;
  EXPECT_TRUE(Ask().pass);
}

TEST_F(WatchdogGate, DoesNotLetAFollowerPassThatAPersonStoppedOrPaused) {
  heal_.follows_root = true;
  for (const auto state : {ContainerState::kExited, ContainerState::kPaused}) {
    fresh_.state = state;
    ExpectNo(Acted::Result::kOperator);
  }
}

TEST_F(WatchdogGate, LetsAContainerPassThatTheWatchdogLeftStopped) {
  heal_.left_down = true;
  fresh_.state = ContainerState::kExited;
  EXPECT_TRUE(Ask().pass);
}

TEST_F(WatchdogGate, DoesNotLetAContainerPassThatWasLeftStoppedAndIsPausedOrHealthyByNow) {
  heal_.left_down = true;
  fresh_.state = ContainerState::kPaused;
  ExpectNo(Acted::Result::kOperator);
  fresh_.state = ContainerState::kRunning;
  fresh_.health = Health::kHealthy;
  ExpectNo(Acted::Result::kNotNeeded);
}

TEST_F(WatchdogGate, HoldsAContainerWhoseCheckCouldNotRunInItsWholeStreak) {
  CheckedOnlyWith(-1, "OCI runtime exec failed: no such file");
  Check(126, "OCI runtime exec failed: no such file");
  EXPECT_EQ(Ask().illness, Class::kProbeError);
  ExpectNo(Acted::Result::kHeld);
}

TEST_F(WatchdogGate, DoesNotHoldAContainerOneOfWhoseChecksRan) {
  Check(-1, "cannot exec in a stopped container");
  EXPECT_EQ(Ask().illness, Class::kUnhealthy);
  EXPECT_TRUE(Ask().pass);
}

TEST_F(WatchdogGate, LooksOnlyAtTheFailingStreak) {
  fresh_.health_log = {{now_, now_, 0, "fine"}};
  fresh_.failing_streak = 0;
  Check(-1, "cannot exec");
  EXPECT_EQ(Ask().illness, Class::kProbeError);
}

TEST_F(WatchdogGate, DoesNotTakeACheckThatTookTooLongForOneThatCouldNotRun) {
  CheckedOnlyWith(-1, "Health check exceeded timeout (3s)");
  EXPECT_EQ(Ask().illness, Class::kUnhealthy);
}

TEST_F(WatchdogGate, HealsProbeErrorsWhereALabelSaysSo) {
  heal_.rules.heal_probe_errors = true;
  CheckedOnlyWith(-1, "cannot exec");
  EXPECT_TRUE(Ask().pass);
}

TEST_F(WatchdogGate, HoldsAContainerWhoseCheckHasStoppedRunning) {
  now_ += seconds(3 * 30 + 30 + 30) + milliseconds(1);
  EXPECT_EQ(Ask().illness, Class::kStale);
  ExpectNo(Acted::Result::kHeld);
  heal_.rules.heal_stale = true;
  EXPECT_TRUE(Ask().pass);
}

TEST_F(WatchdogGate, DoesNotTakeALateCheckForAStaleOne) {
  now_ += seconds(3 * 30 + 30 + 30);
  EXPECT_EQ(Ask().illness, Class::kUnhealthy);
}

TEST_F(WatchdogGate, DoesNotTakeACheckFromTheFutureForAStaleOne) {
  now_ -= std::chrono::hours(5);
  EXPECT_TRUE(Ask().pass);
}

TEST_F(WatchdogGate, DoesNotMissAnythingInAnEmptyHealthLog) {
  fresh_.health_log.clear();
  EXPECT_TRUE(Ask().pass);
}

TEST_F(WatchdogGate, ReadsWhatNeverChanges) {
  fresh_.stop_timeout = seconds(4);
  fresh_.raw = boost::json::parse(R"({
    "Config": {"Healthcheck": {"Interval": 5000000000, "Timeout": 2000000000, "StartPeriod": 1500000, "Retries": 7}},
    "HostConfig": {"NetworkMode": "container:vpn", "IpcMode": "private", "PidMode": "container:vpn",
                   "VolumesFrom": ["data:ro"]}})")
                   .as_object();
  const Facts facts = FactsOf(fresh_);
  EXPECT_EQ(facts.check_interval, seconds(5));
  EXPECT_EQ(facts.check_timeout, seconds(2));
  EXPECT_EQ(facts.check_start_period, milliseconds(2));
  EXPECT_EQ(facts.check_retries, 7);
  EXPECT_EQ(facts.stop_timeout, seconds(4));
  EXPECT_THAT(facts.shares, ElementsAre("data", "vpn"));
}

TEST_F(WatchdogGate, DoesNotTakeRubbishForWhatNeverChanges) {
  fresh_.raw = boost::json::parse(R"({"Config": {"Healthcheck": {"Interval": -1, "Timeout": "x", "Retries": 0}},
                                      "HostConfig": {"NetworkMode": "bridge", "VolumesFrom": null}})")
                   .as_object();
  const Facts facts = FactsOf(fresh_);
  EXPECT_EQ(facts.check_interval, seconds(30));
  EXPECT_EQ(facts.check_timeout, seconds(30));
  EXPECT_EQ(facts.check_retries, 3);
  EXPECT_THAT(facts.shares, IsEmpty());
}

}  // namespace
}  // namespace berth::watchdog

#include "watchdog/autoheal/log_lines.h"

#include <gmock/gmock.h>

namespace berth::watchdog::autoheal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string kId = "0123456789abcdef0123456789abcdef";

Heal OfWeb() { return {.id = kId, .name = "web", .rules = {}}; }

Report Told(Report::Kind kind, std::string reason, Outcome outcome = Outcome::kOpen) {
  Episode episode;
  episode.container = "web";
  episode.container_id = kId;
  episode.outcome = outcome;
  return {kind, std::move(reason), episode, std::nullopt};
}

TEST(AutohealLog, SaysInTheOldWordsThatItRestarts) {
  const auto line = BeginLine(OfWeb());
  EXPECT_EQ(line.text,
            "Container /web (0123456789ab) found to be unhealthy - Restarting container now with 10s timeout");
  EXPECT_FALSE(line.trouble);
}

TEST(AutohealLog, SaysTheStopTimeoutThatGoesForTheContainer) {
  Heal heal = OfWeb();
  heal.stop_timeout = std::chrono::seconds(-1);
  EXPECT_THAT(BeginLine(heal).text, HasSubstr("with -1s timeout"));
}

TEST(AutohealLog, DoesNotSayThatItRestartsWhatItStops) {
  Heal heal = OfWeb();
  heal.remedy = Remedy::kStop;
  EXPECT_THAT(BeginLine(heal).text, Not(HasSubstr("Restarting")));
  EXPECT_EQ(NoticeOf(heal, true).text,
            "Container web (0123456789ab) found to be unhealthy. Successfully stopped the container!");
}

TEST(AutohealLog, DoesNotCallAFollowerUnhealthy) {
  Heal heal = OfWeb();
  heal.follows_root = true;
  EXPECT_THAT(BeginLine(heal).text, Not(HasSubstr("unhealthy")));
}

TEST(AutohealLog, GivesTheEnginesReasonBehindTheOldWords) {
  const auto line = FailedLine(OfWeb(), {Code::kInternal, "ENGINE_ERROR", "driver failed\nprogramming"});
  EXPECT_EQ(line.text, "Restarting container 0123456789ab failed: driver failed programming");
  EXPECT_TRUE(line.trouble);
}

TEST(AutohealLog, DoesNotSayAnythingTwice) {
  EXPECT_EQ(LineOf(Told(Report::Kind::kBegan, "web is unhealthy")), std::nullopt);
  EXPECT_EQ(LineOf(Told(Report::Kind::kHealing, "web is unhealthy: restart")), std::nullopt);
  auto refused = Told(Report::Kind::kHealFailed, "restart of web failed");
  refused.episode->steps.push_back({{}, "restart", "no such network", ""});
  EXPECT_EQ(LineOf(refused), std::nullopt);
}

TEST(AutohealLog, SaysThatARestartDidNotHelp) {
  auto in_vain = Told(Report::Kind::kHealFailed, "web is unhealthy again after heal 1");
  in_vain.episode->steps.push_back({{}, "restart", "ok", ""});
  EXPECT_EQ(LineOf(in_vain)->text, "Container /web (0123456789ab): web is unhealthy again after heal 1");
  EXPECT_TRUE(LineOf(in_vain)->trouble);
}

TEST(AutohealLog, SaysWhyNothingIsDone) {
  EXPECT_EQ(LineOf(Told(Report::Kind::kHeld, "it has 30 s of grace"))->text,
            "Container /web (0123456789ab): it has 30 s of grace");
  EXPECT_EQ(LineOf({Report::Kind::kHostHeld, "the engine does not answer", std::nullopt, std::nullopt})->text,
            "the engine does not answer");
}

TEST(AutohealLog, SaysWhatIsWatched) {
  std::vector<Status> watched(2);
  watched[0].container = "db";
  watched[1].container = "web";
  EXPECT_EQ(WatchedLine({}, watched).text, "Watching 2 containers: db, web");
  watched.resize(30);
  EXPECT_THAT(WatchedLine({}, watched).text, HasSubstr("and 10 more"));
  EXPECT_EQ(WatchedLine({}, {}).text, "No container is watched yet: the label autoheal=true opts in");
}

TEST(AutohealLog, HasTheOldTimeStamp) {
  EXPECT_THAT(Stamp(WallTime(std::chrono::hours(24 * 365))), testing::MatchesRegex("[0-3][0-9]-[0-9][0-9]-197[01] "
                                                                                   "[0-9:]+ "));
}

TEST(AutohealNotices, HaveTheOldWords) {
  EXPECT_EQ(NoticeOf(OfWeb(), true).text,
            "Container web (0123456789ab) found to be unhealthy. Successfully restarted the container!");
  EXPECT_EQ(NoticeOf(OfWeb(), false).text,
            "Container web (0123456789ab) found to be unhealthy. Failed to restart the container!");
}

TEST(AutohealNotices, TellThatAContainerWasGivenUpAndThatItRecovered) {
  EXPECT_EQ(NoticeOf(Told(Report::Kind::kEnded, "3 heals in vain", Outcome::kGaveUp))->text,
            "Container web (0123456789ab) found to be unhealthy. Given up: 3 heals in vain");
  EXPECT_EQ(NoticeOf(Told(Report::Kind::kRecovered, "whatever"))->text,
            "Container web (0123456789ab) is healthy again.");
}

TEST(AutohealNotices, TellOfAContainerThatMayOnlyBeToldOf) {
  EXPECT_EQ(NoticeOf(Told(Report::Kind::kEnded, "its action is notify", Outcome::kHeld))->text,
            "Container web (0123456789ab) found to be unhealthy. Left as it is: its action is notify");
  auto stale = Told(Report::Kind::kHeld, "its check has stopped running");
  stale.episode->illness = Class::kStale;
  EXPECT_EQ(NoticeOf(stale)->event, "held");
}

TEST(AutohealNotices, DoNotTellWhatTheRestartHasTold) {
  EXPECT_FALSE(NoticeOf(Told(Report::Kind::kEnded, "web is healthy again after 1 heal", Outcome::kHealed)));
  EXPECT_FALSE(NoticeOf(Told(Report::Kind::kHeld, "it waits")));
}

TEST(AutohealScript, GetsWhatTheOldOneGot) {
  EXPECT_THAT(ScriptArguments(OfWeb()), ElementsAre("/web", "0123456789ab", "running", "10"));
}

}  // namespace
}  // namespace berth::watchdog::autoheal

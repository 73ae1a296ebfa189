// What people are told of a story, from the policy's own reports.
#include "watchdog/report_notice.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/watchdog/policy_fixture.h"

namespace berth::watchdog::test {
namespace {

using notices::Notice;
using notices::Severity;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ReportNoticesTest : public PolicyTest {
 protected:
  // What came of all reports since the last call.
  std::vector<std::string> Events() {
    std::vector<std::string> events;
    for (; heard_ < reports_.size(); ++heard_) {
      const auto notice = writer_.Hear(reports_[heard_], now_.wall);
      if (!notice) continue;
      events.push_back(notice->event);
      last_notice_ = *notice;
    }
    return events;
  }

  Heal FirstHeal() { return List({Make("web", Health::kUnhealthy)}).heals.at(0); }

  void HealWell(const Heal& heal) {
    Restarts(heal.name);
    Done(heal);
    Becomes(heal.name, Health::kHealthy);
  }

  const Decisions& IsHeldBack(const Heal& heal, const std::string& why) {
    Acted acted;
    acted.attempt = heal.attempt;
    acted.result = Acted::Result::kHeld;
    acted.illness = Class::kProbeError;
    acted.reason = why;
    return See(acted);
  }

  ReportNotices writer_;
  Notice last_notice_;
  std::size_t heard_ = 0;
};

TEST_F(ReportNoticesTest, SayThatAHealHasWorkedAndNotThatItBegan) {
  const Heal heal = FirstHeal();
  EXPECT_THAT(Events(), IsEmpty());
  HealWell(heal);
  EXPECT_THAT(Events(), ElementsAre("heal_succeeded"));
  EXPECT_EQ(last_notice_.severity, Severity::kResolved);
  EXPECT_EQ(last_notice_.attempt, 1);
}

TEST_F(ReportNoticesTest, SayWhoAndWhatItIsAbout) {
  Seen seen = Make("web", Health::kUnhealthy);
  seen.labels["com.docker.compose.project"] = "shop";
  seen.labels["com.docker.compose.service"] = "web";
  seen.labels["com.docker.compose.container-number"] = "1";
  Acted acted;
  acted.attempt = List({seen}).heals.at(0).attempt;
  acted.result = Acted::Result::kFailed;
  acted.error = Error{.message = "no space left on device"};
  acted.health_output = "connection refused";
  See(acted);
  EXPECT_THAT(Events(), ElementsAre("heal_failed"));
  EXPECT_EQ(last_notice_.subject, "shop/web/1");
  EXPECT_EQ(last_notice_.project, "shop");
  EXPECT_EQ(last_notice_.container, "web");
  EXPECT_EQ(last_notice_.container_id, "web-id");
  EXPECT_EQ(last_notice_.image, "img:1");
  EXPECT_EQ(last_notice_.output, "connection refused");
  EXPECT_EQ(last_notice_.time, now_.wall);
  EXPECT_THAT(last_notice_.text, HasSubstr("no space left on device"));
}

TEST_F(ReportNoticesTest, SayOfEachHealThatItFailedThenThatItWasGivenUpThenThatItRecovered) {
  settings_.budget = 2;
  HealInVain(FirstHeal());
  EXPECT_THAT(Events(), ElementsAre("heal_failed"));
  HealInVain(Pass(minutes(1)).heals.at(0));
  EXPECT_THAT(Events(), ElementsAre("heal_failed", "gave_up"));
  EXPECT_EQ(last_notice_.severity, Severity::kCritical);
  EXPECT_EQ(last_notice_.attempt, 2);
  Pass(minutes(5));
  EXPECT_THAT(Events(), IsEmpty());
  Becomes("web", Health::kHealthy);
  EXPECT_THAT(Events(), ElementsAre("recovered"));
}

TEST_F(ReportNoticesTest, DoNotTellOfEveryReasonToWait) {
  settings_.confirm = seconds(10);
  List({Make("web", Health::kUnhealthy)});
  See(EngineLost{});
  See(EngineBack{true});
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_F(ReportNoticesTest, DoNotTellOfWhatRecoversByItself) {
  settings_.confirm = seconds(10);
  List({Make("web", Health::kUnhealthy)});
  Becomes("web", Health::kHealthy);
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_F(ReportNoticesTest, SayOnceThatAContainerIsOnlyReported) {
  IsHeldBack(FirstHeal(), "its check can't run");
  EXPECT_THAT(Events(), ElementsAre("held"));
  EXPECT_EQ(last_notice_.text, "its check can't run");
  See(EngineLost{});  // another reason, and then the first one again
  See(EngineBack{false});
  IsHeldBack(Pass(minutes(2)).heals.at(0), "its check can't run");
  EXPECT_THAT(Events(), IsEmpty());
  Becomes("web", Health::kHealthy);
  EXPECT_THAT(Events(), ElementsAre("over"));
  EXPECT_EQ(last_notice_.severity, Severity::kResolved);
}

TEST_F(ReportNoticesTest, SayOnceThatAContainerIsNotTouchedWhenThatIsWanted) {
  settings_.action = Action::kNotify;
  List({Make("web", Health::kUnhealthy)});
  Pass(minutes(30));
  EXPECT_THAT(Events(), ElementsAre("held"));
  Becomes("web", Health::kHealthy);
  EXPECT_THAT(Events(), ElementsAre("recovered"));
}

TEST_F(ReportNoticesTest, SayNothingAtAllWhenThatIsWanted) {
  settings_.action = Action::kNone;
  List({Make("web")});
  for (int i = 0; i < 20; ++i) Becomes("web", i % 2 == 0 ? Health::kUnhealthy : Health::kHealthy);
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_F(ReportNoticesTest, SayThatAContainerWasStoppedBecauseItsActionIsStop) {
  settings_.action = Action::kStop;
  Done(FirstHeal());
  EXPECT_THAT(Events(), ElementsAre("stopped"));
}

TEST_F(ReportNoticesTest, DoNotTellAnOperatorWhatTheyDidThemselves) {
  settings_.confirm = seconds(10);
  List({Make("web", Health::kUnhealthy)});
  See(StopAsked{"web-id"});
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_F(ReportNoticesTest, SayThatACaseIsOverWhenPeopleKnowOfIt) {
  HealInVain(FirstHeal());
  See(StopAsked{"web-id"});
  EXPECT_THAT(Events(), ElementsAre("heal_failed", "over"));
}

TEST_F(ReportNoticesTest, SayWhoFlapsThoughItIsNotIllAtTheMoment) {
  settings_.confirm = minutes(1);
  List({Make("web")});
  for (int i = 1; i <= 8; ++i) Becomes("web", i % 2 == 1 ? Health::kUnhealthy : Health::kHealthy);
  EXPECT_THAT(Events(), ElementsAre("flapping"));
  EXPECT_EQ(last_notice_.subject, "web");
  EXPECT_EQ(last_notice_.container_id, "web-id");
}

TEST_F(ReportNoticesTest, SayWhenAStormBeginsAndEnds) {
  std::vector<Seen> all;
  for (int i = 0; i < 12; ++i) all.push_back(Make("c" + std::to_string(i), Health::kUnhealthy));
  List(all);
  EXPECT_THAT(Events(), ElementsAre("storm"));
  EXPECT_EQ(last_notice_.severity, Severity::kWarning);
  for (const auto& seen : all) Becomes(seen.name, Health::kHealthy);
  EXPECT_THAT(Events(), ElementsAre("storm"));
  EXPECT_EQ(last_notice_.severity, Severity::kResolved);
}

}  // namespace
}  // namespace berth::watchdog::test

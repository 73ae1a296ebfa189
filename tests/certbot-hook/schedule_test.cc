#include "certbot-hook/schedule.h"

#include <gmock/gmock.h>

#include "engine/timestamp.h"

namespace berth::certificates {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using Kind = Decision::Kind;

const WallTime kStart = *engine::ParseTimestamp("2026-11-21T12:00:00Z");

Certificate Lasting(WallTime::duration life, WallTime from = kStart) {
  return {"01", {"example.org"}, "ca", from, from + life};
}

Verdict Failed(Trouble trouble) { return {trouble, "it failed", {}, ""}; }

// Due since an hour ago.
const WallTime kNow = kStart + days(60) + hours(1);
const Certificate kDue = Lasting(days(90));

TEST(Due, IsAThirdOfALifeBeforeItsEnd) {
  EXPECT_EQ(DueAt(Lasting(days(90))), kStart + days(60));
  EXPECT_EQ(DueAt(Lasting(days(45))), kStart + days(30));
  EXPECT_EQ(DueAt(Lasting(hours(160))), kStart + hours(80));
}

TEST(Due, IsNotSoonerThanCertbotTakesIt) { EXPECT_EQ(DueAt(Lasting(days(365))), kStart + days(335)); }

TEST(Endangered, IsWhatHasLessThanASixthLeft) {
  EXPECT_FALSE(IsEndangered(kDue, kStart + days(75)));
  EXPECT_TRUE(IsEndangered(kDue, kStart + days(75) + seconds(1)));
  EXPECT_TRUE(IsEndangered(kDue, kStart + days(100)));
}

TEST(Decisions, LeaveAloneWhatIsNotDue) {
  const auto decision = Decide(kDue, {}, kStart + days(1));
  EXPECT_EQ(decision.kind, Kind::kNotDue);
  EXPECT_EQ(decision.when, kStart + days(60));
  EXPECT_EQ(decision.reason, "89 of 90 days left");
}

TEST(Decisions, TryWhatIsDue) {
  const auto decision = Decide(kDue, {}, kNow);
  EXPECT_EQ(decision.kind, Kind::kAttempt);
  EXPECT_EQ(decision.reason, "29 of 90 days left");
  EXPECT_EQ(Decide(Lasting(hours(160)), {}, kStart + hours(90)).reason, "70 of 160 hours left");
  EXPECT_EQ(Decide(kDue, {}, kStart + days(92)).reason, "it ended 2 days ago");
}

TEST(Decisions, BackOffFrom1To10To100MinutesAndThenToADay) {
  Attempts attempts;
  for (const auto wait : {minutes(1), minutes(10), minutes(100), minutes(1440), minutes(1440)}) {
    attempts = AfterFailure(attempts, Failed(Trouble::kCaUnreachable), kNow, 0);
    const auto decision = Decide(kDue, attempts, kNow);
    EXPECT_EQ(decision.kind, Kind::kWait);
    EXPECT_EQ(decision.when, kNow + wait);
  }
  EXPECT_THAT(Decide(kDue, attempts, kNow).reason, HasSubstr("backs off after 5 failures"));
  EXPECT_EQ(Decide(kDue, attempts, kNow + days(1)).kind, Kind::kAttempt);
}

TEST(Decisions, SpreadHostsByTheirJitter) {
  Attempts attempts;
  attempts.failures_in_a_row = 9;
  attempts = AfterFailure(attempts, Failed(Trouble::kOther), kNow, 1);
  EXPECT_EQ(attempts.not_before, kNow + hours(24) + minutes(144));
}

TEST(Decisions, TryMoreOftenNearTheEnd) {
  Attempts attempts;
  attempts.failures_in_a_row = 9;
  const WallTime near = kDue.not_after - hours(8);
  EXPECT_EQ(Decide(kDue, AfterFailure(attempts, Failed(Trouble::kOther), near, 0), near).when, near + hours(1));
  const WallTime nearer = kDue.not_after - minutes(8);
  EXPECT_EQ(Decide(kDue, AfterFailure(attempts, Failed(Trouble::kOther), nearer, 0), nearer).when,
            nearer + minutes(15));
}

TEST(Decisions, DoWhatTheCaSaid) {
  Verdict limited = Failed(Trouble::kRateLimited);
  const WallTime near = kDue.not_after - hours(8);
  limited.retry_after = near + hours(30);
  const auto attempts = AfterFailure({}, limited, near, 0);
  EXPECT_EQ(Decide(kDue, attempts, near).when, near + hours(30));
  EXPECT_THAT(Decide(kDue, attempts, near).reason, HasSubstr("the CA wants no request earlier"));
  EXPECT_EQ(Decide(kDue, attempts, near + hours(30)).kind, Kind::kAttempt);
}

TEST(Decisions, WaitForAnHourAtLeastWhenTheCaDoesNotSayHowLong) {
  EXPECT_EQ(AfterFailure({}, Failed(Trouble::kRateLimited), kNow, 0).not_before, kNow + hours(1));
}

TEST(Decisions, TakeAnotherCertbotForNoFailure) {
  Attempts attempts;
  attempts.failures_in_a_row = 3;
  attempts = AfterFailure(attempts, Failed(Trouble::kBusy), kNow, 0);
  EXPECT_EQ(attempts.failures_in_a_row, 3);
  EXPECT_EQ(Decide(kDue, attempts, kNow).when, kNow + minutes(2));
  EXPECT_THAT(Decide(kDue, attempts, kNow).reason, HasSubstr("another certbot is running"));
}

TEST(Decisions, StayBelowTheCertificatesOfAWeek) {
  Attempts attempts;
  for (int i = 0; i < 5; ++i) attempts.issued.push_back(kNow - hours(10 - i));
  const auto decision = Decide(kDue, attempts, kNow);
  EXPECT_EQ(decision.kind, Kind::kWait);
  EXPECT_EQ(decision.when, kNow - hours(10) + days(7));
  attempts.issued.pop_back();
  EXPECT_EQ(Decide(kDue, attempts, kNow).kind, Kind::kAttempt);
}

TEST(Decisions, StayBelowTheFailedAuthorisationsOfAnHour) {
  Attempts attempts;
  for (int i = 0; i < 5; ++i) attempts.refused.push_back(kNow - minutes(30 - i));
  EXPECT_EQ(Decide(kDue, attempts, kNow).when, kNow + minutes(30));
  EXPECT_EQ(Decide(kDue, attempts, kNow + minutes(30)).kind, Kind::kAttempt);
}

TEST(Decisions, DoNotWaitForATimeThatTheClockHasLeft) {
  Attempts attempts = AfterFailure({}, Failed(Trouble::kCaUnreachable), kNow + days(300), 0);
  EXPECT_EQ(Decide(kDue, attempts, kNow).kind, Kind::kAttempt);
  attempts = Observe(attempts, kDue, kNow);
  EXPECT_EQ(attempts.not_before, WallTime{});
  EXPECT_EQ(attempts.last_attempt, kNow);
}

TEST(Decisions, DoNotAskForOneAfterTheOtherWhenTheClockIsAhead) {
  const WallTime ahead = kStart + days(100);
  const auto attempts = AfterSuccess({}, ahead);
  const auto decision = Decide(kDue, attempts, ahead);
  EXPECT_EQ(decision.kind, Kind::kWait);
  EXPECT_THAT(decision.reason, HasSubstr("is the clock of this host right?"));
  EXPECT_EQ(Decide(kDue, attempts, ahead + hours(34)).kind, Kind::kAttempt);
}

TEST(Decisions, FollowTheCycleOfALifeOfMinutes) {
  const Certificate short_one = Lasting(minutes(60));
  const auto attempts = AfterSuccess({}, kStart + minutes(1));
  EXPECT_EQ(Decide(short_one, attempts, kStart + minutes(30)).kind, Kind::kAttempt);
}

TEST(Attempts, ForgetTheFailuresAfterASuccess) {
  Attempts attempts = AfterFailure({}, Failed(Trouble::kChallenge), kNow, 0);
  EXPECT_THAT(attempts.refused, ElementsAre(kNow));
  EXPECT_EQ(attempts.last_error, "it failed");
  attempts = AfterSuccess(attempts, kNow + hours(1));
  EXPECT_EQ(attempts.failures_in_a_row, 0);
  EXPECT_EQ(attempts.last_trouble, Trouble::kNone);
  EXPECT_EQ(attempts.last_error, "");
  EXPECT_EQ(attempts.last_success, kNow + hours(1));
  EXPECT_EQ(attempts.not_before, WallTime{});
}

TEST(Attempts, CountNewSerialsWhoeverGotThem) {
  Certificate certificate = Lasting(days(90));
  Attempts attempts = Observe({}, certificate, kStart + days(3));
  EXPECT_THAT(attempts.issued, ElementsAre(kStart + hours(1)));
  attempts = Observe(attempts, certificate, kStart + days(4));
  EXPECT_THAT(attempts.issued, SizeIs(1));
  EXPECT_THAT(Observe({}, certificate, kStart + minutes(1)).issued, ElementsAre(kStart + minutes(1)));
  certificate.serial = "02";
  attempts = Observe(attempts, certificate, kStart + days(5));
  EXPECT_THAT(attempts.issued, ElementsAre(kStart + hours(1), kStart + days(5)));
  EXPECT_THAT(Observe(attempts, certificate, kStart + days(13)).issued, IsEmpty());
}

TEST(Attempts, DoNotCountWhatWasThereForWeeks) {
  const Attempts attempts = Observe({}, kDue, kNow);
  EXPECT_THAT(attempts.issued, IsEmpty());
  EXPECT_EQ(attempts.serial, "01");
}

TEST(Attempts, AreBoundedInNumber) {
  Attempts attempts;
  for (int i = 0; i < 1000; ++i) attempts = AfterFailure(attempts, Failed(Trouble::kChallenge), kNow, 0);
  EXPECT_THAT(attempts.refused, SizeIs(20));
}

TEST(Looks, ComeSoonAndThenAtRandomMoments) {
  EXPECT_EQ(FirstLook(0), minutes(1));
  EXPECT_EQ(FirstLook(1), minutes(5));
  EXPECT_EQ(NextLook(hours(12), 0), hours(11));
  EXPECT_EQ(NextLook(hours(12), 0.5), hours(12));
  EXPECT_EQ(NextLook(hours(12), 1), hours(13));
}

}  // namespace
}  // namespace berth::certificates

// No certificate ends that could have been saved, and the CA's limits are kept, whatever happens in a year.
#include "tests/certbot-hook/year.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include <gmock/gmock.h>

#include "engine/timestamp.h"

namespace berth::certificates {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;
using Span = WallTime::duration;

const WallTime kBegin = *engine::ParseTimestamp("2026-01-01T00:00:00Z");
const WallTime kEnd = kBegin + kYear;

// As CAs give them out: a second less than so many days.
const Span kLives[] = {days(90) - seconds(1), days(64) - seconds(1), days(45) - seconds(1), hours(160)};

std::string Words(WallTime time) { return engine::FormatTimestamp(time); }

// ---------------------------------------------------------------- what could have been saved

// A stretch of time without any fault, long enough that whoever tries as promised tries within it: an eighth of what is
// left, at most a day, at least a quarter of an hour, a tenth for the jitter, and the first look after a start. Nobody
// tells when a clock was put right: that is seen at the next look.
bool CouldSave(const Fault* before, WallTime from, WallTime until, WallTime end) {
  const Span rest = std::clamp<Span>((end - from) / 8, minutes(15), hours(24));
  const bool unseen = before && before->kind == Fault::Kind::kWrongClock;
  return until - from > rest * 11 / 10 + minutes(6) + (unseen ? hours(13) : hours(0));
}

bool CouldBeSaved(const Scenario& scenario, WallTime end) {
  auto faults = scenario.faults;
  std::sort(faults.begin(), faults.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  WallTime free = end - scenario.life / 3;
  const Fault* before = nullptr;
  for (const auto& fault : faults) {
    if (fault.end <= free) continue;
    if (fault.begin >= end) break;
    if (CouldSave(before, free, fault.begin, end)) return true;
    free = fault.end;
    before = &fault;
  }
  return free < end && CouldSave(before, free, end, end);
}

void ExpectNothingIsLost(const Scenario& scenario, const YearReport& report) {
  for (const auto& gap : report.gaps) {
    EXPECT_FALSE(CouldBeSaved(scenario, gap.from))
        << "ended at " << Words(gap.from) << ", renewed " << Words(gap.until);
  }
}

// At no time more than `most` in a window that long.
void ExpectNoMoreThan(int most, Span window, const std::vector<WallTime>& times) {
  const auto count = static_cast<std::size_t>(most);
  for (std::size_t i = count; i < times.size(); ++i) {
    EXPECT_GE(times[i] - times[i - count], window) << Words(times[i]);
  }
}

void ExpectLimitsAreKept(const YearReport& report) {
  ExpectNoMoreThan(kIssuedPerWeek, days(7), report.issued);
  ExpectNoMoreThan(kFailuresPerHour, hours(1), report.failures);
}

// `refused`: how many requests the CA may have to refuse. None, unless the clock says nothing about what was when.
YearReport Live(const Scenario& scenario, int refused = 0) {
  SCOPED_TRACE("life of " + std::to_string(scenario.life / hours(1)) + " hours, seed " + std::to_string(scenario.seed));
  auto report = Year(scenario).Run();
  ExpectNothingIsLost(scenario, report);
  ExpectLimitsAreKept(report);
  EXPECT_LE(report.beyond_limits, refused);
  return report;
}

// Each lifetime with some seeds.
template <class Make>
void ForEachLife(int seeds, const Make& make, int refused = 0) {
  for (const Span life : kLives) {
    for (int seed = 1; seed <= seeds; ++seed) {
      std::mt19937 random(static_cast<unsigned>(seed));
      Scenario scenario{.life = life, .faults = {}, .steps = {}, .by_hand = {}, .seed = static_cast<unsigned>(seed)};
      make(scenario, random);
      Live(scenario, refused);
    }
  }
}

Span UpTo(Span most, std::mt19937& random) {
  return std::chrono::duration_cast<Span>(most * std::uniform_real_distribution<double>(0, 1)(random));
}

void Add(Scenario& scenario, Fault::Kind kind, Span lasting, std::mt19937& random) {
  const WallTime begin = kBegin + UpTo(kYear, random);
  scenario.faults.push_back({kind, begin, begin + lasting});
}

// ---------------------------------------------------------------- years

TEST(AYear, WithoutFaultsRenewsEachOnceAndEarly) {
  for (const Span life : kLives) {
    const auto report = Live({.life = life, .faults = {}, .steps = {}, .by_hand = {}});
    EXPECT_THAT(report.gaps, IsEmpty());
    EXPECT_EQ(report.in_vain, 0);
    // No attempt but those that were needed: one for each time that a certificate became due.
    EXPECT_EQ(report.attempts.size() + 1, report.issued.size());
    const Span cycle = life < days(10) ? life / 2 : life * 2 / 3;
    EXPECT_THAT(static_cast<double>(report.issued.size()), testing::DoubleNear(1.0 * kYear / cycle, 3));
  }
}

TEST(AYear, OfACaThatIsDownForWeeksLosesNothing) {
  ForEachLife(6, [](Scenario& scenario, std::mt19937& random) {
    for (int i = 0; i < 5; ++i) Add(scenario, Fault::Kind::kCaDown, days(7), random);
    for (int i = 0; i < 5; ++i) Add(scenario, Fault::Kind::kCaHangs, UpTo(days(3), random), random);
  });
}

TEST(AYear, LosesNothingWhenTheCaComesBackShortlyBeforeTheEnd) {
  ForEachLife(1, [](Scenario& scenario, std::mt19937& random) {
    const WallTime end = kBegin - hours(1) + scenario.life;
    for (const auto left : {minutes(30), minutes(90), minutes(600)}) {
      scenario.faults = {{Fault::Kind::kCaDown, kBegin + minutes(6), end - left}};
      ASSERT_TRUE(CouldBeSaved(scenario, end));
      scenario.seed = static_cast<unsigned>(random());
      EXPECT_THAT(Live(scenario).gaps, IsEmpty());
    }
  });
}

TEST(AYear, OfAHostThatIsOffForAMonthIsCaughtUpAtOnce) {
  ForEachLife(6, [](Scenario& scenario, std::mt19937& random) {
    Add(scenario, Fault::Kind::kHostOff, days(30), random);
    for (int i = 0; i < 20; ++i) Add(scenario, Fault::Kind::kHostOff, UpTo(days(2), random), random);
  });
  const WallTime on = kBegin + days(130);
  const auto report =
      Live({.life = days(90), .faults = {{Fault::Kind::kHostOff, kBegin + days(1), on}}, .steps = {}, .by_hand = {}});
  ASSERT_THAT(report.gaps, SizeIs(1));
  EXPECT_THAT(report.gaps.front().until - on, Le(minutes(6)));
}

TEST(AYear, OfFailingChallengesStaysBelowTheLimits) {
  ForEachLife(6, [](Scenario& scenario, std::mt19937& random) {
    for (int i = 0; i < 10; ++i) Add(scenario, Fault::Kind::kNoChallenge, UpTo(days(10), random), random);
    for (int i = 0; i < 30; ++i) Add(scenario, Fault::Kind::kNoChallenge, UpTo(hours(2), random), random);
  });
  const auto never = Live({.life = hours(160),
                           .faults = {{Fault::Kind::kNoChallenge, kBegin + days(2), kEnd}},
                           .steps = {},
                           .by_hand = {}});
  EXPECT_THAT(never.failures.size(), Le(600u));
}

TEST(AYear, OfOtherCertbotsAndRateLimitsLosesNothing) {
  ForEachLife(6, [](Scenario& scenario, std::mt19937& random) {
    for (int i = 0; i < 50; ++i) Add(scenario, Fault::Kind::kBusy, UpTo(hours(3), random), random);
    for (int i = 0; i < 10; ++i) Add(scenario, Fault::Kind::kRateLimited, UpTo(days(1), random), random);
  });
}

TEST(AYear, WithSomebodyWhoRenewsByHandStaysBelowTheLimits) {
  ForEachLife(6, [](Scenario& scenario, std::mt19937& random) {
    for (int i = 0; i < 60; ++i) scenario.by_hand.push_back(kBegin + UpTo(kYear, random));
    std::sort(scenario.by_hand.begin(), scenario.by_hand.end());
  });
}

TEST(AYear, WithFiveRenewedByHandWaitsUntilTheWeekIsOver) {
  Scenario scenario{.life = hours(160),
                    .faults = {{Fault::Kind::kCaDown, kBegin + days(7), kBegin + days(14)}},
                    .steps = {},
                    .by_hand = {}};
  for (int i = 0; i < 5; ++i) scenario.by_hand.push_back(kBegin + days(11) + hours(20 * i));
  EXPECT_THAT(Live(scenario).gaps, IsEmpty());
}

TEST(AYear, OfAClockThatIsSetBackAndForthLosesNothing) {
  constexpr int kRefused = 5;
  const auto make = [](Scenario& scenario, std::mt19937& random) {
    for (int i = 1; i <= 6; ++i) {
      const WallTime at = kBegin + days(50 * i) + UpTo(days(20), random);
      const Span wrong = UpTo(days(60), random) - days(30);
      scenario.steps.push_back({at, wrong});
      // Whoever has a wrong clock does not see what is due; it is put right some time later.
      scenario.steps.push_back({at + UpTo(days(10), random), Span::zero()});
      scenario.faults.push_back({Fault::Kind::kWrongClock, at, scenario.steps.back().at});
    }
  };
  ForEachLife(6, make, kRefused);
}

// What was done, and when it may be tried again, was written down by a clock that was a year ahead.
TEST(AYear, OfAClockThatWasAheadDoesNotWaitForAnotherOne) {
  for (const auto kind : {Fault::Kind::kCaDown, Fault::Kind::kNoChallenge, Fault::Kind::kRateLimited}) {
    for (const Span life : {days(45), days(90)}) {
      const WallTime ahead = kBegin + life / 2;
      const WallTime right = ahead + days(6);
      Scenario scenario{.life = life,
                        .faults = {{kind, ahead, right}},
                        .steps = {{ahead, days(400)}, {right, Span::zero()}},
                        .by_hand = {}};
      for (int i = 0; i < 5; ++i) scenario.by_hand.push_back(ahead + hours(13 * i));
      constexpr int kRefused = 50;  // the times that the CA tells lie in the past
      EXPECT_THAT(Live(scenario, kRefused).gaps, IsEmpty());
    }
  }
}

TEST(AYear, OfAClockThatStaysWrongAsksForFewCertificates) {
  for (const Span life : kLives) {
    for (const Span wrong : {Span(days(8)), Span(days(400))}) {
      Scenario scenario{.life = life, .faults = {}, .steps = {{kBegin + days(100), wrong}}, .by_hand = {}};
      const auto report = Live(scenario);
      EXPECT_THAT(report.gaps, IsEmpty());
    }
  }
}

TEST(AYear, OfEverythingAtOnceLosesNothing) {
  ForEachLife(8, [](Scenario& scenario, std::mt19937& random) {
    Add(scenario, Fault::Kind::kHostOff, UpTo(days(30), random), random);
    for (int i = 0; i < 30; ++i) {
      const auto kind = static_cast<Fault::Kind>(random() % 6);
      Add(scenario, kind, UpTo(kind == Fault::Kind::kBusy ? Span(hours(8)) : Span(days(6)), random), random);
    }
  });
}

TEST(AYear, IsTheSameWhereClocksGoForwardInSpring) {
  const Scenario scenario{.life = hours(160),
                          .faults = {{Fault::Kind::kCaDown, kBegin + days(85), kBegin + days(89)}},
                          .steps = {},
                          .by_hand = {}};
  const auto in_utc = Live(scenario);
  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  ::tzset();
  const auto in_berlin = Live(scenario);
  unsetenv("TZ");
  ::tzset();
  EXPECT_EQ(in_utc.issued, in_berlin.issued);
}

}  // namespace
}  // namespace berth::certificates

#include "cli/text/time.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using cli::FormatAge;
using cli::FormatDuration;
using cli::ParseDuration;
using cli::ParseMoment;

const cli::WallTime kNoon{1'740'830'400s};  // 2025-03-01T12:00:00Z

TEST(Durations, AreReadWithTheirUnits) {
  EXPECT_EQ(*ParseDuration("250ms"), 250ms);
  EXPECT_EQ(*ParseDuration("30s"), 30s);
  EXPECT_EQ(*ParseDuration("5m"), 5min);
  EXPECT_EQ(*ParseDuration("1h30m"), 90min);
  EXPECT_EQ(*ParseDuration("2d"), 48h);
  EXPECT_EQ(*ParseDuration("0s"), 0s);
}

TEST(Durations, AreNotGuessed) {
  for (const char* text :
       {"", "30", "s", "-5s", "1.5s", "5 m", "5x", "1h30", "99999999999999999999s", "9999999d", "30s\x1b[2J"}) {
    EXPECT_THAT(ParseDuration(text), FailsWith(Code::kInvalidArgument, "BAD_DURATION")) << text;
  }
}

TEST(Durations, AreWrittenInTheirTwoLargestUnits) {
  EXPECT_EQ(FormatDuration(0ms), "0 ms");
  EXPECT_EQ(FormatDuration(312ms), "312 ms");
  EXPECT_EQ(FormatDuration(4250ms), "4.2 s");
  EXPECT_EQ(FormatDuration(30s), "30 s");
  EXPECT_EQ(FormatDuration(90s), "1m 30s");
  EXPECT_EQ(FormatDuration(5min), "5m");
  EXPECT_EQ(FormatDuration(125min + 9s), "2h 5m");
  EXPECT_EQ(FormatDuration(76h), "3d 4h");
}

TEST(Moments, AreAnAgeOrATime) {
  EXPECT_EQ(*ParseMoment("10m", kNoon), kNoon - 10min);
  EXPECT_EQ(*ParseMoment("2025-03-01T11:00:00Z", kNoon), kNoon - 1h);
  EXPECT_EQ(*ParseMoment("2025-03-01T13:00:00+01:00", kNoon), kNoon);
}

TEST(Moments, AreNotAnythingElse) {
  for (const char* text : {"", "yesterday", "2025-03-01", "10"}) {
    EXPECT_THAT(ParseMoment(text, kNoon), FailsWith(Code::kInvalidArgument, "BAD_TIME")) << text;
  }
}

TEST(Ages, AreRoundedDownToOneUnit) {
  EXPECT_EQ(FormatAge(kNoon, kNoon), "just now");
  EXPECT_EQ(FormatAge(kNoon - 1s, kNoon), "1 second ago");
  EXPECT_EQ(FormatAge(kNoon - 179s, kNoon), "2 minutes ago");
  EXPECT_EQ(FormatAge(kNoon - 26h, kNoon), "1 day ago");
  EXPECT_EQ(FormatAge(kNoon - 24h * 15, kNoon), "2 weeks ago");
  EXPECT_EQ(FormatAge(kNoon - 24h * 800, kNoon), "2 years ago");
}

TEST(Ages, DoNotTurnNegativeWhenClocksDisagree) {
  EXPECT_EQ(FormatAge(kNoon + 500ms, kNoon), "just now");
  EXPECT_EQ(FormatAge(kNoon + 5min, kNoon), "in 5 minutes");
}

}  // namespace
}  // namespace berth::test

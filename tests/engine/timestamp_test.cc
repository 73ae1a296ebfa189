#include "engine/timestamp.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using engine::ParseTimestamp;
using engine::UnixTimestamp;

WallTime At(std::chrono::nanoseconds since_1970) { return WallTime(since_1970); }

TEST(Timestamps, AreReadToTheNanosecond) {
  EXPECT_EQ(ParseTimestamp("1970-01-01T00:00:01Z"), At(1s));
  EXPECT_EQ(ParseTimestamp("2024-05-01T10:20:30.123456789Z"), At(1714558830s + 123456789ns));
  EXPECT_EQ(ParseTimestamp("2024-05-01T10:20:30.5Z"), At(1714558830s + 500ms));
  EXPECT_EQ(ParseTimestamp("2024-02-29T00:00:00Z"), At(1709164800s));
  EXPECT_EQ(ParseTimestamp("1969-12-31T23:59:59Z"), At(-1s));
}

TEST(Timestamps, MayHaveAnOffset) {
  EXPECT_EQ(ParseTimestamp("2024-05-01T12:20:30+02:00"), ParseTimestamp("2024-05-01T10:20:30Z"));
  EXPECT_EQ(ParseTimestamp("2024-05-01T04:50:30.000000001-05:30"), At(1714558830s + 1ns));
}

TEST(Timestamps, OfTheYearOneMeanNever) {
  EXPECT_EQ(ParseTimestamp("0001-01-01T00:00:00Z"), WallTime{});
  EXPECT_EQ(ParseTimestamp("9999-12-31T23:59:59Z"), WallTime{});
}

TEST(Timestamps, AreNotNonsense) {
  for (const std::string& text :
       {"2024-05-01X10.20.30", "", "now", "2024-05-01", "2024-05-01T10:20:30", "2024-05-01 10:20:30Z",
        "2024-13-01T10:20:30Z", "2023-02-29T10:20:30Z", "2024-05-01T10:20:30.Z", "2024-05-01T10:20:30ZZ",
        "2024-05-01T10:20:30+2:00", "2024-05-01T30:20:30Z", "-024-05-01T10:20:30Z", "2024-05-01T1a:20:30Z"}) {
    EXPECT_EQ(ParseTimestamp(text), std::nullopt) << text;
  }
}

TEST(Timestamps, AreWrittenAsSecondsWithNineDigits) {
  EXPECT_EQ(UnixTimestamp(At(0s)), "0.000000000");
  EXPECT_EQ(UnixTimestamp(At(1714558830s + 5ns)), "1714558830.000000005");
  EXPECT_EQ(UnixTimestamp(At(1714558830s + 123456789ns)), "1714558830.123456789");
}

}  // namespace
}  // namespace berth::test

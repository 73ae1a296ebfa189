#include "agent/rpc/rate_limit.h"

#include <gtest/gtest.h>

namespace berth::rpc {
namespace {

using namespace std::chrono_literals;

TEST(RateLimit, LetsABurstThroughAndThenSoManyASecond) {
  RateLimit limit(20, 40);
  const SteadyTime now{};
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(limit.Take("a", now));
  EXPECT_FALSE(limit.Take("a", now));
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(limit.Take("a", now + 1s));
  EXPECT_FALSE(limit.Take("a", now + 1s));
}

TEST(RateLimit, DoesNotMakeOnePayForAnother) {
  RateLimit limit(1, 1);
  EXPECT_TRUE(limit.Take("a", SteadyTime{}));
  EXPECT_FALSE(limit.Take("a", SteadyTime{}));
  EXPECT_TRUE(limit.Take("b", SteadyTime{}));
}

TEST(RateLimit, ForgetsThoseWhoAreQuiet) {
  RateLimit limit(1, 1);
  for (int i = 0; i < 5000; ++i) limit.Take(std::to_string(i), SteadyTime{} + i * 10ms);
  EXPECT_LE(limit.Remembered(), 1000U);
}

}  // namespace
}  // namespace berth::rpc

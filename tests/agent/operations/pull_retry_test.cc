#include "agent/operations/pull_retry.h"

#include <gtest/gtest.h>

#include "engine/engine_error.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds kPlenty = 15min;

// The delays that follow the first, the second ... failure until it is given up.
std::vector<milliseconds> DelaysAfter(const std::string& message, milliseconds left = kPlenty) {
  std::vector<milliseconds> delays;
  while (const auto delay = RetryOf(engine::PullFailure(message), static_cast<int>(delays.size()) + 1, left)) {
    delays.push_back(*delay);
  }
  return delays;
}

TEST(PullRetry, ComesLaterEachTimeWhenTheRegistryDoesNotAnswerOrBreaksOff) {
  const std::vector<milliseconds> expected = {1s, 2s, 4s, 8s, 16s};
  EXPECT_EQ(DelaysAfter("dial tcp 127.0.0.1:1: connect: connection refused"), expected);
  EXPECT_EQ(DelaysAfter("unexpected EOF"), expected);
  EXPECT_EQ(DelaysAfter("received unexpected HTTP status: 500 Internal Server Error"), expected);
}

TEST(PullRetry, WaitsLongerForARegistryThatHasTooManyRequests) {
  EXPECT_EQ(DelaysAfter("toomanyrequests: You have reached your pull rate limit."),
            (std::vector<milliseconds>{5s, 10s, 20s, 40s, 60s, 60s, 60s}));
}

TEST(PullRetry, ComesWhenTheRegistrySaidSoButNotAtOnce) {
  EXPECT_EQ(DelaysAfter("toomanyrequests: Retry-After: 90").front(), 90s);
  EXPECT_EQ(DelaysAfter("toomanyrequests: retry-after: 985.86\xc2\xb5s, allowed: 44000/minute").front(), 1s);
}

TEST(PullRetry, ComesWhenTheEngineWasAway) {
  EXPECT_EQ(RetryOf({Code::kUnavailable, "ENGINE_UNREACHABLE", "cut off"}, 1, kPlenty), 1s);
  EXPECT_EQ(RetryOf({Code::kDeadlineExceeded, "ENGINE_TIMEOUT", "slow"}, 1, kPlenty), 1s);
}

TEST(PullRetry, DoesNotComeWhenTheNextAnswerWouldBeTheSame) {
  for (const char* message :
       {"unauthorized: authentication required", "pull access denied for x", "manifest unknown: manifest unknown",
        "no matching manifest for linux/arm64 in the manifest list entries", "write /var/lib: no space left on device",
        "x509: certificate signed by unknown authority", "something else"}) {
    EXPECT_TRUE(DelaysAfter(message).empty()) << message;
  }
  EXPECT_FALSE(RetryOf({Code::kCancelled, "CANCELLED", ""}, 1, kPlenty));
}

TEST(PullRetry, DoesNotComeWhenTheOperationWouldBeOverByThen) {
  EXPECT_EQ(DelaysAfter("unexpected EOF", 5s).size(), 3u);
  EXPECT_TRUE(DelaysAfter("toomanyrequests: Retry-After: 3600").empty());
  EXPECT_FALSE(RetryOf(engine::PullFailure("unexpected EOF"), 1, -1s));
}

TEST(RetryAfter, IsReadInEveryWayThatRegistriesWriteIt) {
  EXPECT_EQ(RetryAfterIn("toomanyrequests: retry-after: 1m2.5s, allowed: 44000/minute"), 62'500ms);
  EXPECT_EQ(RetryAfterIn("TOOMANYREQUESTS: retry-after: 333.011us"), 0ms);
  EXPECT_EQ(RetryAfterIn("retry-after: 1.104056ms, allowed: 44000/minute"), 1ms);
  EXPECT_EQ(RetryAfterIn("Retry-After: 30"), 30s);
  EXPECT_EQ(RetryAfterIn("too many requests, please retry after 2 minutes"), 2min);
  EXPECT_EQ(RetryAfterIn("retry-after=5"), 5s);
}

TEST(RetryAfter, IsNotThereOtherwise) {
  for (const char* message :
       {"", "retry-after", "retry-after: soon", "retry-after: -5s", "retry later", "retry-after: 5 apples"}) {
    EXPECT_FALSE(RetryAfterIn(message)) << message;
  }
}

TEST(RetryAfter, HasABound) { EXPECT_EQ(RetryAfterIn("retry-after: 999999999999999999h"), 24h); }

}  // namespace
}  // namespace berth::agent

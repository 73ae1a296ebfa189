#include "watchdog/episode.h"

#include <gtest/gtest.h>

namespace berth::watchdog {
namespace {

TEST(Episode, OutcomesAreReadAsTheyAreWritten) {
  for (int i = 0; i <= static_cast<int>(Outcome::kStoppedByOperator); ++i) {
    const auto outcome = static_cast<Outcome>(i);
    EXPECT_EQ(ParseOutcome(Name(outcome)), outcome);
  }
}

TEST(Episode, DoesNotReadAnOutcomeThatThereIsNot) { EXPECT_EQ(ParseOutcome("cured"), std::nullopt); }

}  // namespace
}  // namespace berth::watchdog

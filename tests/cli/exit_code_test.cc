#include "cli/exit_code.h"

#include <gtest/gtest.h>

namespace berth::test {
namespace {

using cli::Combine;
using cli::ExitCode;

TEST(ExitCodes, OfSeveralAreTheirCommonOne) {
  EXPECT_EQ(Combine({ExitCode::kOk, ExitCode::kOk}), ExitCode::kOk);
  EXPECT_EQ(Combine({ExitCode::kFailed, ExitCode::kFailed}), ExitCode::kFailed);
  EXPECT_EQ(Combine({ExitCode::kUnreachable, ExitCode::kUnreachable}), ExitCode::kUnreachable);
  EXPECT_EQ(Combine({ExitCode::kDenied}), ExitCode::kDenied);
  EXPECT_EQ(Combine({}), ExitCode::kOk);
}

TEST(ExitCodes, SayPartlyWhenSomeFailed) {
  EXPECT_EQ(Combine({ExitCode::kOk, ExitCode::kFailed}), ExitCode::kPartly);
  EXPECT_EQ(Combine({ExitCode::kTimedOut, ExitCode::kOk}), ExitCode::kPartly);
}

TEST(ExitCodes, DoNotSayPartlyWhenAllFailedInDifferentWays) {
  EXPECT_EQ(Combine({ExitCode::kFailed, ExitCode::kDenied}), ExitCode::kFailed);
}

TEST(ExitCodes, SayInterruptedWhateverElseHappened) {
  EXPECT_EQ(Combine({ExitCode::kOk, ExitCode::kInterrupted, ExitCode::kFailed}), ExitCode::kInterrupted);
}

}  // namespace
}  // namespace berth::test

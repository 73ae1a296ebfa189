#include "cli/describe_error.h"

#include <gtest/gtest.h>

#include "cli/remote/status.h"

namespace berth::test {
namespace {

namespace reason = cli::reason;
using cli::Describe;
using cli::ExitCode;
using cli::ExitCodeOf;

TEST(Errors, HaveAnExitCodeEach) {
  EXPECT_EQ(ExitCodeOf({Code::kNotFound, "CONTAINER_NOT_FOUND", ""}), ExitCode::kFailed);
  EXPECT_EQ(ExitCodeOf({Code::kUnavailable, reason::kAgentUnreachable, ""}), ExitCode::kUnreachable);
  EXPECT_EQ(ExitCodeOf({Code::kUnavailable, reason::kConnectionLost, ""}), ExitCode::kUnreachable);
  EXPECT_EQ(ExitCodeOf({Code::kPermissionDenied, reason::kSocketDenied, ""}), ExitCode::kDenied);
  EXPECT_EQ(ExitCodeOf({Code::kUnauthenticated, "", ""}), ExitCode::kDenied);
  EXPECT_EQ(ExitCodeOf({Code::kDeadlineExceeded, reason::kNoAnswer, ""}), ExitCode::kTimedOut);
  EXPECT_EQ(ExitCodeOf({Code::kCancelled, reason::kInterrupted, ""}), ExitCode::kInterrupted);
}

TEST(Errors, DoNotBlameTheAgentForItsEngine) {
  EXPECT_EQ(ExitCodeOf({Code::kUnavailable, "ENGINE_UNREACHABLE", ""}), ExitCode::kFailed);
  EXPECT_EQ(ExitCodeOf({Code::kDeadlineExceeded, "ENGINE_TIMEOUT", ""}), ExitCode::kFailed);
}

TEST(Errors, SayWhatToDoNext) {
  EXPECT_EQ(Describe({Code::kNotFound, "CONTAINER_NOT_FOUND", "there is no container web"}),
            "berthctl: there is no container web\n"
            "  berthctl ps -a lists them\n");
  EXPECT_EQ(Describe({Code::kAborted, "OPERATION_IN_PROGRESS", "busy", {{"operation", "operations/ab"}}}),
            "berthctl: busy\n"
            "  follow it with: berthctl op watch operations/ab; or wait for your turn with --queue\n");
  EXPECT_EQ(Describe({Code::kNotFound, "VERSION_NOT_FOUND", "not before", {{"container", "web"}}}),
            "berthctl: not before\n"
            "  see what it ran before: berthctl history web\n");
  EXPECT_EQ(Describe({Code::kUnavailable, reason::kAgentUnreachable, "can't reach it", {{"errno", "ENOENT"}}}),
            "berthctl: can't reach it\n"
            "  is berthd running? systemctl status berthd; or give --host\n");
  EXPECT_EQ(Describe({Code::kPermissionDenied, reason::kSocketDenied, "not allowed"}),
            "berthctl: not allowed\n"
            "  add yourself to the group berth, or use sudo\n");
}

TEST(Errors, DoNotInventANextStep) {
  EXPECT_EQ(Describe({Code::kInternal, "JOURNAL_FAILED", "disk is broken"}), "berthctl: disk is broken\n");
}

TEST(Errors, AreNeverEmpty) { EXPECT_EQ(Describe({Code::kInternal, "", ""}), "berthctl: INTERNAL\n"); }

TEST(Errors, DoNotCommandTheTerminal) {
  const Error error{Code::kAborted, "OPERATION_IN_PROGRESS", "busy \x1b[2J", {{"operation", "\x1b]0;x\a"}}};
  EXPECT_EQ(Describe(error).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace berth::test

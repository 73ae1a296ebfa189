#include "engine/base/child_process.h"

#include <csignal>
#include <fstream>
#include <sys/stat.h>

#include "tests/support/real_loop.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace berth::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class ChildProcess : public testing::Test {
 protected:
  Result<ChildEnd> Run(ChildCommand command) { return loop_.Await(RunChild(std::move(command)), seconds(20)); }
  Result<ChildEnd> Shell(const std::string& script, milliseconds time_limit = seconds(20)) {
    return Run({.arguments = {"sh", "-c", script}, .environment = kPath, .time_limit = time_limit, .patience = kShort});
  }
  // A file of the test's own, with this mode.
  std::string File(const std::string& content, mode_t mode) {
    std::string name = directory_ / "program";
    std::ofstream(name) << content;
    ::chmod(name.c_str(), mode);
    return name;
  }
  std::string Content(const std::string& name) {
    std::ifstream file(directory_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static bool IsAlive(const std::string& pid) { return ::kill(std::stoi(pid), 0) == 0; }

  static constexpr milliseconds kLimit{1000};  // enough for a shell to begin, on a busy machine too
  static constexpr milliseconds kShort{50};
  const std::vector<std::string> kPath{"PATH=/usr/bin:/bin"};
  RealLoop loop_;
  TemporaryDirectory directory_;
};

TEST_F(ChildProcess, GivesBackItsOutputAndItsExitCode) {
  const auto end = Shell("echo out; echo err >&2; exit 3");
  ASSERT_OK(end);
  EXPECT_EQ(end->output, "out\nerr\n");
  EXPECT_EQ(end->exit_code, 3);
  EXPECT_FALSE(end->timed_out);
}

TEST_F(ChildProcess, GivesBackTheSignalThatEndedIt) { EXPECT_EQ(Shell("kill -KILL $$")->exit_code, 128 + SIGKILL); }

TEST_F(ChildProcess, KeepsTheBeginningOrTheEndOfWhatItSays) {
  ChildCommand command{.arguments = {"sh", "-c", "seq 1 20000"}, .environment = kPath, .max_output = 12};
  EXPECT_EQ(Run(command)->output, "1\n2\n3\n4\n5\n6\n");
  command.keep_end = true;
  EXPECT_EQ(Run(command)->output, "19999\n20000\n");
}

TEST_F(ChildProcess, GetsItsArgumentsWithoutAShell) {
  const auto end = Run({.arguments = {"echo", "$HOME; echo *", "a  b"}, .environment = kPath});
  EXPECT_EQ(end->output, "$HOME; echo * a  b\n");
}

TEST_F(ChildProcess, GetsTheEnvironmentThatItIsGivenAndNoOther) {
  const auto end = Run({.arguments = {"env"}, .environment = {"ONLY=this"}});
  EXPECT_EQ(end->output, "ONLY=this\n");
}

TEST_F(ChildProcess, DoesNotGetOurFiles) {
  const std::ifstream ours("/etc/passwd");
  const auto end = Run({.arguments = {"ls", "/proc/self/fd"}, .environment = kPath});
  EXPECT_EQ(end->output, "0\n1\n2\n3\n");  // the last one is the directory that ls reads
}

TEST_F(ChildProcess, DoesNotGetOurStandardInput) { EXPECT_EQ(Shell("cat; echo end")->output, "end\n"); }

TEST_F(ChildProcess, ReadsTheInputThatItIsGivenAndItsEnd) {
  const auto end = Run({.arguments = {"cat"}, .environment = kPath, .input = "registry.example.org"});
  EXPECT_EQ(end->output, "registry.example.org");
}

TEST_F(ChildProcess, NeedNotReadItsInput) {
  EXPECT_EQ(Run({.arguments = {"true"}, .environment = kPath, .input = "unread"})->exit_code, 0);
}

TEST_F(ChildProcess, IsNotStartedWithMoreInputThanFits) {
  const auto end = Run({.arguments = {"cat"}, .environment = kPath, .input = std::string(4097, 'x')});
  EXPECT_THAT(end, FailsWith(Code::kInternal, "CANNOT_START_PROGRAM"));
}

TEST_F(ChildProcess, DoesNotGiveBackErrorsThatAreDropped) {
  const auto end =
      Run({.arguments = {"sh", "-c", "echo out; echo err >&2"}, .environment = kPath, .keep_errors = false});
  EXPECT_EQ(end->output, "out\n");
}

TEST_F(ChildProcess, HearsSignalsThatWeDoNot) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto end = Shell("kill -TERM $$; echo deaf");
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(end->exit_code, 128 + SIGTERM);
}

TEST_F(ChildProcess, MayWriteMoreThanIsKept) {
  const auto end = Run({.arguments = {"head", "--bytes", "1000000", "/dev/zero"}, .environment = kPath});
  ASSERT_OK(end);
  EXPECT_EQ(end->output.size(), 4096U);
  EXPECT_EQ(end->exit_code, 0);
}

TEST_F(ChildProcess, IsEndedAtItsLimit) {
  const auto end = Shell("echo begun; exec sleep 60", kLimit);
  ASSERT_OK(end);
  EXPECT_TRUE(end->timed_out);
  EXPECT_EQ(end->exit_code, 128 + SIGTERM);
  EXPECT_EQ(end->output, "begun\n");
}

TEST_F(ChildProcess, IsKilledWhenItDoesNotHearItsEnd) {
  const auto end = Shell("trap '' TERM; while :; do sleep 60; done", kLimit);
  EXPECT_TRUE(end->timed_out);
  EXPECT_EQ(end->exit_code, 128 + SIGKILL);
}

TEST_F(ChildProcess, IsWaitedForAsLongAsOneOfItsOwnHoldsItsOutput) {
  EXPECT_EQ(Shell("(sleep 0.2; echo later) & echo now")->output, "now\nlater\n");
}

TEST_F(ChildProcess, TakesItsOwnWithItAtTheLimit) {
  const auto end = Shell("sleep 60 & echo $! >" + (directory_ / "pid").string(), kLimit);
  EXPECT_TRUE(end->timed_out);
  // Nobody of ours is its parent: it is gone once process 1 has buried it.
  loop_.RunUntil(
      [&] {
        return !IsAlive(Content("pid")) ||
               Shell("cat /proc/" + Content("pid") + "/stat")->output.find(" Z ") != std::string::npos;
      },
      seconds(10));
}

TEST_F(ChildProcess, IsNotWaitedForWhenItHasLeftItsGroup) {
  const auto began = std::chrono::steady_clock::now();
  const auto end = Shell("setsid sleep 5 & sleep 60", kLimit);
  EXPECT_TRUE(end->timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(4));
}

TEST_F(ChildProcess, IsKilledWhenItsCallerIsCancelled) {
  auto running =
      loop_.Spawn(RunChild({.arguments = {"sh", "-c", "echo $$ >" + (directory_ / "pid").string() + "; exec sleep 60"},
                            .environment = kPath}));
  loop_.RunUntil([&] { return Content("pid").ends_with('\n'); });
  running.Cancel();
  loop_.RunUntil([&] { return running.Done(); }, seconds(5));
  EXPECT_THAT(running.Get(), FailsWith(Code::kCancelled, "CANCELLED"));
  loop_.RunUntil([&] { return !IsAlive(Content("pid")); }, seconds(5));
}

TEST_F(ChildProcess, IsNotFound) {
  const auto end = Run({.arguments = {"no-such-program"}, .environment = kPath});
  EXPECT_THAT(end, FailsWith(Code::kNotFound, "PROGRAM_NOT_FOUND"));
  EXPECT_THAT(MessageOf(end), HasSubstr("no-such-program"));
  EXPECT_THAT(Run({.arguments = {}}), FailsWith(Code::kNotFound, "PROGRAM_NOT_FOUND"));
}

TEST_F(ChildProcess, IsNotFoundWithoutItsInterpreter) {
  const auto end = Run({.arguments = {File("#!/no/such/shell\n", 0755)}});
  EXPECT_THAT(end, FailsWith(Code::kNotFound, "PROGRAM_NOT_FOUND"));
  EXPECT_THAT(MessageOf(end), HasSubstr("interpreter"));
}

TEST_F(ChildProcess, IsNotRunWhenItIsNoProgram) {
  EXPECT_THAT(Run({.arguments = {File("echo hello\n", 0755)}}), FailsWith(Code::kInvalidArgument, "NOT_A_PROGRAM"));
  EXPECT_THAT(Run({.arguments = {File("#!/bin/sh\n", 0644)}}),
              FailsWith(Code::kPermissionDenied, "PROGRAM_NOT_EXECUTABLE"));
}

}  // namespace
}  // namespace berth::test

// The program as certbot runs it.
#include <cstdio>
#include <future>
#include <string>
#include <sys/wait.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_agent.h"

namespace berth::test {
namespace {

using grpc::Status;
using testing::HasSubstr;

// What a shell command that becomes the hook wrote to standard output; `exit_code` is its own.
class HookRun {
 public:
  explicit HookRun(const std::string& environment, const std::string& rest)
      : out_(::popen(("exec env " + environment + " " BERTH_CERTBOT_HOOK " " + rest).c_str(), "r")) {}

  std::string ReadToEnd() {
    std::string text;
    for (int c = 0; (c = std::fgetc(out_)) != EOF;) text += static_cast<char>(c);
    return text;
  }
  int ExitCode() {
    const int status = ::pclose(out_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  std::FILE* out_;
};

v1::Operation Deployment(v1::OperationState state) {
  v1::Operation operation;
  operation.set_name("operations/ab");
  operation.set_state(state);
  return operation;
}

TEST(HookProgram, SucceedsWithoutAWord) {
  FakeAgent agent;
  agent.script.notify_renewed = [](const v1::NotifyRenewedRequest& request, v1::Operation& operation) {
    EXPECT_EQ(request.lineage(), "/live/example.org");
    operation = Deployment(v1::OPERATION_STATE_SUCCEEDED);
    return Status::OK;
  };
  HookRun run("RENEWED_LINEAGE=/live/example.org BERTH_HOST=" + agent.socket(), "2>&1");
  EXPECT_EQ(run.ReadToEnd(), "");
  EXPECT_EQ(run.ExitCode(), 0);
}

// certbot reads to the end of standard output. Were that the end of the program, too, the hook would have given up, and
// could not hear any more that the deployment failed.
TEST(HookProgram, LetsGoOfWhatCertbotWaitsForWhileItWaitsItself) {
  FakeAgent agent;
  std::promise<void> read_to_end;
  agent.script.notify_renewed = [](const auto&, v1::Operation& operation) {
    operation = Deployment(v1::OPERATION_STATE_RUNNING);
    return Status::OK;
  };
  agent.script.wait = [end = read_to_end.get_future().share()](const auto&, v1::Operation& operation) {
    end.wait();
    operation = Deployment(v1::OPERATION_STATE_FAILED);
    return Status::OK;
  };
  HookRun run("RENEWED_LINEAGE=/live/example.org", "--host " + agent.socket() + " 2>/dev/null 7>&1");
  EXPECT_EQ(run.ReadToEnd(), "");
  read_to_end.set_value();
  EXPECT_EQ(run.ExitCode(), 1);
}

TEST(HookProgram, FailsWithASentenceWhenTheAgentIsDown) {
  HookRun run("RENEWED_LINEAGE=/live/example.org", "--host /nowhere/berthd.sock 2>&1");
  EXPECT_THAT(run.ReadToEnd(), HasSubstr("berth-certbot-hook: the agent does not answer at /nowhere/berthd.sock"));
  EXPECT_EQ(run.ExitCode(), 1);
}

TEST(HookProgram, RefusesToRunWithoutCertbot) {
  HookRun run("-u RENEWED_LINEAGE", "2>&1");
  EXPECT_THAT(run.ReadToEnd(), HasSubstr("berth-certbot-hook: RENEWED_LINEAGE is not set: "));
  EXPECT_EQ(run.ExitCode(), 2);
}

TEST(HookProgram, PrintsHelp) {
  HookRun run("", "--help");
  EXPECT_THAT(run.ReadToEnd(), testing::StartsWith("Usage: berth-certbot-hook"));
  EXPECT_EQ(run.ExitCode(), 0);
}

}  // namespace
}  // namespace berth::test

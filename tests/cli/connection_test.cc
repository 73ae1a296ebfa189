// An agent that is not there, does not answer, or does not want to.
#include "tests/cli/cli_fixture.h"

namespace berth::test {
namespace {

using grpc::Status;
using grpc::StatusCode;
using testing::HasSubstr;

class Connections : public CliTest {};

TEST_F(Connections, AnAgentThatIsNotThereIsUnreachable) {
  host_ = "unix:///nonexistent/berthd.sock";
  EXPECT_EQ(Run({"ps"}), ExitCode::kUnreachable);
  EXPECT_EQ(Err(),
            "berthctl: can't reach the agent at /nonexistent/berthd.sock: No such file or directory\n"
            "  is berthd running? systemctl status berthd; or give --host\n");
}

TEST_F(Connections, AnEngineThatIsDownIsNotAnUnreachableAgent) {
  agent_.script.list = [](const auto&, auto&) {
    return Refusal(StatusCode::UNAVAILABLE, "ENGINE_UNREACHABLE", "the engine does not answer");
  };
  EXPECT_EQ(Run({"ps"}), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("systemctl status docker"));
}

TEST_F(Connections, AnAgentThatDoesNotAnswerTimesOut) {
  agent_.script.list = [this](const auto&, auto&) {
    agent_.Hang();
    return Status::OK;
  };
  EXPECT_EQ(Run({"ps", "--call-timeout", "20ms"}), ExitCode::kTimedOut);
  EXPECT_THAT(Err(), HasSubstr("did not answer in time"));
  EXPECT_THAT(Err(), HasSubstr("--call-timeout"));
}

TEST_F(Connections, WhoMayNotIsDenied) {
  for (const auto code : {StatusCode::PERMISSION_DENIED, StatusCode::UNAUTHENTICATED}) {
    agent_.script.list = [code](const auto&, auto&) { return Refusal(code, "ROLE_TOO_LOW", "you may not"); };
    EXPECT_EQ(Run({"ps"}), ExitCode::kDenied);
    EXPECT_EQ(Err(), "berthctl: you may not\n");
  }
}

TEST_F(Connections, AnOlderAgentIsToldApart) {
  EXPECT_EQ(Run({"ps"}), ExitCode::kFailed) << "nothing is scripted";
  EXPECT_THAT(Err(), HasSubstr("it is older than berthctl"));
}

TEST_F(Connections, AWrongHostIsWrongUsage) {
  for (const char* host : {"http://example.org", "example.org:0", "example.org:70000", "[::1", "a b:1", "unix:"}) {
    host_ = host;
    EXPECT_EQ(Run({"ps"}), ExitCode::kUsage) << host;
    EXPECT_THAT(Err(), HasSubstr("is neither the path of a Unix socket"));
  }
}

TEST_F(Connections, TheHostMayComeFromTheEnvironment) {
  agent_.script.list = [](const auto&, auto&) { return Status::OK; };
  environment_["BERTH_HOST"] = agent_.socket();
  EXPECT_EQ(RunWithoutHost({"ps"}), ExitCode::kOk);

  environment_["BERTH_HOST"] = "/nonexistent/berthd.sock";
  EXPECT_EQ(RunWithoutHost({"ps"}), ExitCode::kUnreachable);
  EXPECT_EQ(Run({"ps"}), ExitCode::kOk) << "--host wins";
}

}  // namespace
}  // namespace berth::test

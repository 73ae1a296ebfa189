// Other hosts under names.
#include <atomic>
#include <fstream>
#include <sys/stat.h>

#include "tests/cli/cli_fixture.h"
#include "tests/support/temporary_directory.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class Contexts : public CliTest {
 protected:
  Contexts() {
    environment_["HOME"] = home_.path();
    agent_.script.list = [](const auto&, auto& response) {
      response.add_containers()->set_name("web");
      return grpc::Status::OK;
    };
  }

  ExitCode Add(const std::string& name, const std::string& host) {
    return RunWithoutHost({"context", "add", name, "--host", host});
  }
  void AddOverNetwork(const std::string& name) {
    RunWithoutHost({"pki", "init"});
    ASSERT_EQ(RunWithoutHost({"pki", "issue", "client", "me-" + name, "--role", "viewer", "--context", name, "--host",
                              "10.0.0.5:7443"}),
              ExitCode::kOk)
        << Err();
  }

  TemporaryDirectory home_;
};

TEST_F(Contexts, LeadToAnAgentByName) {
  ASSERT_EQ(Add("here", agent_.socket()), ExitCode::kOk) << Err();
  EXPECT_EQ(RunWithoutHost({"--context", "here", "ps"}), ExitCode::kOk) << Err();
  EXPECT_THAT(Out(), HasSubstr("web"));
  EXPECT_EQ(RunWithoutHost({"--context", "there", "ps"}), ExitCode::kUsage);
  EXPECT_THAT(Err(), AllOf(HasSubstr("there is no context there"), HasSubstr("berthctl context ls")));
}

TEST_F(Contexts, AreChosenByWhatIsSaidFirst) {
  Add("here", agent_.socket());
  Add("nowhere", "/nonexistent/berthd.sock");
  RunWithoutHost({"context", "use", "nowhere"});
  EXPECT_EQ(RunWithoutHost({"ps"}), ExitCode::kUnreachable) << "the one in use";
  environment_["BERTH_CONTEXT"] = "here";
  EXPECT_EQ(RunWithoutHost({"ps"}), ExitCode::kOk) << "the environment outweighs it";
  environment_["BERTH_HOST"] = "/nonexistent/other.sock";
  EXPECT_EQ(RunWithoutHost({"ps"}), ExitCode::kUnreachable) << "a host outweighs a context";
  EXPECT_THAT(Err(), HasSubstr("other.sock"));
  EXPECT_EQ(RunWithoutHost({"--context", "here", "ps"}), ExitCode::kOk) << "an option outweighs the environment";
  EXPECT_EQ(Run({"ps"}), ExitCode::kOk);
}

TEST_F(Contexts, AreListedWithTheOneInUse) {
  AddOverNetwork("web1");
  RunWithoutHost({"context", "ls"});
  EXPECT_THAT(Out(), AllOf(ContainsRegex("\\* +default +unix:///run/berth/berthd.sock"),
                           ContainsRegex("web1 +10.0.0.5:7443 +viewer +2026-03-01")));
  EXPECT_EQ(RunWithoutHost({"context", "use", "web1"}), ExitCode::kOk);
  RunWithoutHost({"context", "ls"});
  EXPECT_THAT(Out(), ContainsRegex("\\* +web1"));
  RunWithoutHost({"context", "use", "default"});
  RunWithoutHost({"context", "ls"});
  EXPECT_THAT(Out(), ContainsRegex("\\* +default"));
}

TEST_F(Contexts, DoNotShowTheirKeyAndKeepItForTheirOwner) {
  AddOverNetwork("web1");
  EXPECT_EQ(RunWithoutHost({"context", "show", "web1"}), ExitCode::kOk);
  EXPECT_THAT(Out(), AllOf(HasSubstr("spiffe://berth/client/viewer/me-web1"), Not(HasSubstr("PRIVATE"))));
  RunWithoutHost({"context", "show", "web1", "--json"});
  EXPECT_THAT(Out(), AllOf(HasSubstr("\"host\":\"10.0.0.5:7443\""), Not(HasSubstr("PRIVATE"))));
  struct stat status {};
  ASSERT_EQ(::stat((home_ / ".config/berth/contexts/web1.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  ASSERT_EQ(::stat((home_ / ".config/berth/contexts").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0700U);
}

TEST_F(Contexts, StayAsTheyAreUntilToldOtherwise) {
  Add("here", agent_.socket());
  EXPECT_EQ(Add("here", "/elsewhere/berthd.sock"), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("--replace"));
  EXPECT_EQ(RunWithoutHost({"--context", "here", "ps"}), ExitCode::kOk);
  EXPECT_EQ(RunWithoutHost({"context", "add", "here", "--replace", "--host", "/elsewhere/berthd.sock"}), ExitCode::kOk);
  EXPECT_EQ(RunWithoutHost({"--context", "here", "ps"}), ExitCode::kUnreachable);
}

TEST_F(Contexts, AreNotRemovedWhileInUse) {
  Add("here", agent_.socket());
  RunWithoutHost({"context", "use", "here"});
  EXPECT_EQ(RunWithoutHost({"context", "rm", "here"}), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("berthctl context use default"));
  RunWithoutHost({"context", "use", "default"});
  EXPECT_EQ(RunWithoutHost({"context", "rm", "here"}), ExitCode::kOk);
  EXPECT_EQ(RunWithoutHost({"context", "rm", "here"}), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("there is no context here"));
}

TEST_F(Contexts, WantCertificatesThatBelongTogether) {
  RunWithoutHost({"pki", "init"});
  for (const char* name : {"me", "you"}) RunWithoutHost({"pki", "issue", "client", name, "--role", "viewer"});
  const auto clients = home_ / ".config/berth/pki/clients";
  const auto add = [&](const std::string& host, const std::string& certificate, const std::string& key) {
    return RunWithoutHost({"context", "add", "web1", "--host", host, "--ca", clients / "me/ca.pem", "--cert",
                           clients / certificate, "--key", clients / key});
  };
  EXPECT_EQ(add("10.0.0.5", "me/client.pem", "you/client.key"), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("the key is not that of the certificate"));
  EXPECT_EQ(add("10.0.0.5", "me/client.key", "me/client.key"), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("no certificate in PEM"));
  EXPECT_EQ(add("/run/x.sock", "me/client.pem", "me/client.key"), ExitCode::kFailed);
  EXPECT_EQ(Add("web1", "10.0.0.5"), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("needs --ca, --cert and --key"));
  EXPECT_EQ(add("10.0.0.5", "me/client.pem", "me/client.key"), ExitCode::kOk) << Err();
}

TEST_F(Contexts, ThatAreDamagedAreSaidToBe) {
  Add("here", agent_.socket());
  std::ofstream(home_ / ".config/berth/contexts/here.json") << "{\"host\":";
  EXPECT_EQ(RunWithoutHost({"--context", "here", "ps"}), ExitCode::kUsage);
  EXPECT_THAT(Err(), AllOf(HasSubstr("can't be read"), HasSubstr("context add --replace")));
}

TEST_F(Contexts, AreNeededToCallAnotherHost) {
  EXPECT_EQ(RunWithoutHost({"--host", "10.0.0.5:7443", "ps"}), ExitCode::kUsage);
  EXPECT_THAT(Err(), AllOf(HasSubstr("needs certificates"), HasSubstr("berthctl pki issue client")));
  environment_["HOME"] = "";
  EXPECT_EQ(RunWithoutHost({"--host", "10.0.0.5:7443", "ps"}), ExitCode::kUsage);
  EXPECT_EQ(Run({"ps"}), ExitCode::kOk) << "the agent of this host needs neither";
}

TEST_F(Contexts, AreAskedSideBySide) {
  Add("a", agent_.socket());
  Add("bb", "/nonexistent/berthd.sock");
  EXPECT_EQ(RunWithoutHost({"--context", "a,bb", "ps"}), ExitCode::kPartly);
  EXPECT_THAT(Out(), ContainsRegex("a  \\| web"));
  EXPECT_THAT(Err(), HasSubstr("bb | berthctl: can't reach the agent at /nonexistent/berthd.sock"));
  EXPECT_EQ(RunWithoutHost({"--context", "a,a", "ps"}), ExitCode::kOk);
  EXPECT_THAT(Out(), Not(HasSubstr("|"))) << "it is only one";
}

TEST_F(Contexts, AreAskedSideBySideInJsonToo) {
  Add("a", agent_.socket());
  Add("b", agent_.socket());
  EXPECT_EQ(RunWithoutHost({"--all-contexts", "ps", "--json"}), ExitCode::kOk) << Err();
  EXPECT_THAT(Out(), AllOf(HasSubstr("{\"context\":\"a\",\"answer\":{\"containers\":[{"),
                           HasSubstr("{\"context\":\"b\",\"answer\":{\"containers\":[{")));
}

TEST_F(Contexts, AreMarkedWhenAllOfThemAreOne) {
  Add("a", agent_.socket());
  EXPECT_EQ(RunWithoutHost({"--all-contexts", "ps", "--json"}), ExitCode::kOk) << Err();
  EXPECT_THAT(Out(), testing::StartsWith("{\"context\":\"a\",\"answer\":{\"containers\":[{"));
  EXPECT_EQ(RunWithoutHost({"--context", "a", "ps", "--json"}), ExitCode::kOk) << Err();
  EXPECT_THAT(Out(), testing::StartsWith("{\"containers\":[{"));
}

TEST_F(Contexts, EachFindThePasswordOnStandardInput) {
  Add("a", agent_.socket());
  Add("b", agent_.socket());
  std::atomic<int> right = 0;
  agent_.script.upgrade = [&](const v1::UpgradeContainerRequest& request, v1::Operation& operation) {
    right += request.credentials().password() == "s3cret" ? 1 : 0;
    operation.set_name("operations/1");
    return grpc::Status::OK;
  };
  in_.str("s3cret\n");
  EXPECT_EQ(RunWithoutHost(
                {"--all-contexts", "upgrade", "web", "--no-wait", "--registry-user", "u", "--registry-password-stdin"}),
            ExitCode::kOk)
      << Err();
  EXPECT_EQ(right, 2);
}

TEST_F(Contexts, AreNotAllWhenThereAreNone) {
  EXPECT_EQ(RunWithoutHost({"--all-contexts", "ps"}), ExitCode::kUsage);
  EXPECT_THAT(Err(), HasSubstr("there are no contexts"));
}

}  // namespace
}  // namespace berth::test

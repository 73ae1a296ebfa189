// completion: what shells are told.
#include "tests/cli/cli_fixture.h"
#include "tests/support/temporary_directory.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using Words = std::vector<std::string>;

class CompletionTest : public CliTest {
 protected:
  // What may take the place of the last of `typed`, without what is said about it.
  Words After(const Words& typed) {
    Words arguments{"--host", host_, "completion", "words", "--"};
    arguments.insert(arguments.end(), typed.begin(), typed.end());
    EXPECT_EQ(RunWithoutHost(arguments), ExitCode::kOk) << Err();
    Words words;
    std::istringstream lines(Out());
    for (std::string line; std::getline(lines, line);) words.push_back(line.substr(0, line.find('\t')));
    return words;
  }
};

TEST_F(CompletionTest, KnowsTheCommands) {
  EXPECT_THAT(After({""}), IsSupersetOf({"ps", "upgrade", "op", "completion"}));
  EXPECT_THAT(After({"up"}), ElementsAre("upgrade"));
  EXPECT_THAT(After({"op", "w"}), ElementsAre("watch", "wait"));
  EXPECT_THAT(After({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(After({"bogus-command", "--bogus", "x"}), IsEmpty());
}

TEST_F(CompletionTest, SaysWhatACandidateIs) {
  After({"up"});
  EXPECT_EQ(Out(), "upgrade\tReplace containers by ones from another image\n");
}

TEST_F(CompletionTest, KnowsTheOptionsOfTheCommandAndTheGlobalOnes) {
  EXPECT_THAT(After({"upgrade", "web", "--st"}), ElementsAre("--stop-timeout", "--stable-for", "--strategy"));
  EXPECT_THAT(After({"upgrade", "--ho"}), ElementsAre("--host"));
  EXPECT_THAT(After({"ps", "--st"}), IsEmpty());
}

TEST_F(CompletionTest, DoesNotTakeAnOptionsValueForACommand) {
  EXPECT_THAT(After({"--host", "op", "w"}), Not(Contains("watch")));
  EXPECT_THAT(After({"upgrade", "--strategy", ""}), IsEmpty());
  EXPECT_THAT(After({"--json", "op", "sh"}), ElementsAre("show"));
}

TEST_F(CompletionTest, AsksTheAgentForContainersWhereTheyFit) {
  agent_.script.list = [](const v1::ListContainersRequest& request, v1::ListContainersResponse& response) {
    EXPECT_TRUE(request.all());
    for (const auto* name : {"web", "worker", "db"}) response.add_containers()->set_name(name);
    return grpc::Status::OK;
  };
  EXPECT_THAT(After({"restart", "w"}), ElementsAre("web", "worker"));
  EXPECT_THAT(After({"restart", "web", ""}), ElementsAre("web", "worker", "db"));
  EXPECT_THAT(After({"op", "show", "w"}), IsEmpty());
}

TEST_F(CompletionTest, DoesNotOfferTheContainersOfAnotherAgentThanTheOneThatIsMeant) {
  agent_.script.list = [](const auto&, v1::ListContainersResponse& response) {
    response.add_containers()->set_name("web");
    return grpc::Status::OK;
  };
  EXPECT_THAT(After({"--context", "other", "restart", ""}), IsEmpty());
  EXPECT_THAT(After({"restart", "--host", "other:7443", ""}), IsEmpty());
  EXPECT_THAT(After({"restart", ""}), ElementsAre("web"));
}

TEST_F(CompletionTest, KnowsTheContextsWhereTheyFit) {
  const TemporaryDirectory home;
  environment_["HOME"] = home.path();
  for (const auto* name : {"web1", "web2", "db"}) RunWithoutHost({"context", "add", name, "--host", host_});
  EXPECT_THAT(After({"--context", "w"}), ElementsAre("web1", "web2"));
  EXPECT_THAT(After({"context", "use", ""}), ElementsAre("db", "web1", "web2"));
  EXPECT_THAT(After({"context", "add", ""}), IsEmpty());
  EXPECT_THAT(After({"restart", ""}), IsEmpty());
}

TEST_F(CompletionTest, SaysNothingWhenTheAgentDoesNotAnswer) {
  host_ = "/nowhere";
  EXPECT_THAT(After({"restart", ""}), IsEmpty());
  EXPECT_EQ(Err(), "");
}

TEST_F(CompletionTest, PrintsAScriptForEachShellThatAsksIt) {
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    EXPECT_EQ(Run({"completion", shell}), ExitCode::kOk);
    EXPECT_THAT(Out(), AllOf(HasSubstr(shell), HasSubstr("completion words -- ")));
  }
  EXPECT_EQ(Run({"completion", "tcsh"}), ExitCode::kUsage);
}

}  // namespace
}  // namespace berth::test

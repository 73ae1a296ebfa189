// What differs between a terminal and everything else.
#include "tests/cli/cli_fixture.h"
#include "tests/cli/operations_for_tests.h"

namespace berth::test {
namespace {

using grpc::Status;
using testing::HasSubstr;
using testing::Not;

class OnATerminal : public CliTest {
 protected:
  void SetUp() override {
    agent_.script.list = [](const auto&, v1::ListContainersResponse& response) {
      auto& web = *response.add_containers();
      web.set_name("web\x1b[2J");
      web.set_image("registry.example.org:5000/a-team/with-a-long-name/web:1");
      web.set_state(v1::CONTAINER_STATE_RUNNING);
      return Status::OK;
    };
    agent_.script.upgrade = [](const v1::UpgradeContainerRequest& request, v1::Operation& operation) {
      return operation = RunningUpgrade(request.container()), Status::OK;
    };
    agent_.script.watch = [](const auto&, const Sender<v1::WatchOperationResponse>& send) {
      send(ProgressItem(1, 1, "Pull"));
      send(ProgressItem(2, 2, "Switch"));
      send(EndItem(SucceededUpgrade()));
      return Status::OK;
    };
  }
};

TEST_F(OnATerminal, StatesHaveColours) {
  OnTerminal();
  Run({"ps"});
  EXPECT_THAT(Out(), HasSubstr("\x1b[32mrunning\x1b[0m"));
}

TEST_F(OnATerminal, NothingHasColoursForThoseWhoDoNotWantThem) {
  OnTerminal();
  Run({"ps", "--no-color"});
  EXPECT_THAT(Out(), Not(HasSubstr("\x1b")));

  environment_["NO_COLOR"] = "1";
  Run({"ps"});
  EXPECT_THAT(Out(), Not(HasSubstr("\x1b")));
}

TEST_F(OnATerminal, ADumbOneGetsNoEscapeSequenceAtAll) {
  OnTerminal();
  environment_["TERM"] = "dumb";
  Run({"ps", "--watch"});
  EXPECT_THAT(Out(), Not(HasSubstr("\x1b")));
  Run({"upgrade", "web"});
  EXPECT_THAT(Out() + Err(), Not(HasSubstr("\x1b")));
}

TEST_F(OnATerminal, EverythingElseGetsNoEscapeSequenceAtAll) {
  Run({"ps", "--watch"});
  EXPECT_THAT(Out(), Not(HasSubstr("\x1b")));
  Run({"upgrade", "web"});
  EXPECT_THAT(Out() + Err(), Not(HasSubstr("\x1b")));
  EXPECT_THAT(Out() + Err(), Not(HasSubstr("\r")));
}

TEST_F(OnATerminal, NamesCannotCommandIt) {
  OnTerminal();
  Run({"ps", "--no-color"});
  EXPECT_THAT(Out(), HasSubstr("web\\x1b[2J"));
}

TEST_F(OnATerminal, TablesFit) {
  OnTerminal(80);
  Run({"ps", "--no-color"});
  EXPECT_THAT(Out(), HasSubstr("…"));
}

TEST_F(OnATerminal, TablesAreNotCutForAFile) {
  Run({"ps"});
  EXPECT_THAT(Out(), HasSubstr("registry.example.org:5000/a-team/with-a-long-name/web:1"));
}

TEST_F(OnATerminal, ProgressIsWrittenOverInPlace) {
  OnTerminal();
  Run({"upgrade", "web", "--no-color"});
  EXPECT_EQ(Err(), "web: [1/3] Pull\n\x1b[1F\x1b[Jweb: [2/3] Switch\n\x1b[1F\x1b[J");
  EXPECT_THAT(Out(), HasSubstr("web: registry/web:1 → registry/web:2"));
}

TEST_F(OnATerminal, SeveralContainersHaveALineEach) {
  OnTerminal();
  agent_.script.watch = [](const v1::WatchOperationRequest&, const Sender<v1::WatchOperationResponse>& send) {
    send(ProgressItem(1, 1, "Pull"));
    send(EndItem(SucceededUpgrade()));
    return Status::OK;
  };
  Run({"upgrade", "web", "worker", "--no-color"});
  EXPECT_THAT(Err(), HasSubstr("web     [1/3] Pull\n"));
  EXPECT_THAT(Err(), HasSubstr("worker  [1/3] Pull\n"));
}

TEST_F(OnATerminal, JsonHasNoProgressAndNoColours) {
  OnTerminal();
  Run({"upgrade", "web", "--json"});
  EXPECT_EQ(Err(), "");
  EXPECT_THAT(Out(), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace berth::test

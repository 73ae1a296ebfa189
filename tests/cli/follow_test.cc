// An operation is followed to its end whatever happens to the connection.
#include "tests/cli/cli_fixture.h"
#include "tests/cli/operations_for_tests.h"

namespace berth::test {
namespace {

using grpc::Status;
using grpc::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Following : public CliTest {
 protected:
  void SetUp() override {
    agent_.script.upgrade = [](const auto&, v1::Operation& operation) {
      return operation = RunningUpgrade(), Status::OK;
    };
    nap_ = [] { return true; };
  }

  // Each time the operation is watched, the next of these says what comes.
  using Episode = std::function<Status(const Sender<v1::WatchOperationResponse>&)>;
  void Script(std::vector<Episode> episodes) {
    agent_.script.watch = [this, episodes](const v1::WatchOperationRequest& request, const auto& send) {
      asked_from_.push_back(request.from_sequence());
      return episodes.at(asked_from_.size() - 1)(send);
    };
  }

  std::vector<std::uint64_t> asked_from_;
};

const Status kBroken(StatusCode::UNAVAILABLE, "Socket closed");

Status Finish(const Sender<v1::WatchOperationResponse>& send) {
  send(EndItem(SucceededUpgrade()));
  return Status::OK;
}

TEST_F(Following, ResumesBehindTheLastThatCame) {
  Script({[](const auto& send) {
            send(ProgressItem(1, 1, "Pull"));
            send(ProgressItem(2, 2, "Create"));
            return kBroken;
          },
          [](const auto& send) {
            send(ProgressItem(3, 3, "Switch"));
            return Finish(send);
          }});
  EXPECT_EQ(Run({"upgrade", "web"}), ExitCode::kOk);
  EXPECT_THAT(asked_from_, ElementsAre(1, 3));
  EXPECT_EQ(Err(),
            "web: [1/3] Pull\n"
            "web: [2/3] Create\n"
            "web: the connection to the agent broke (Socket closed); trying again\n"
            "web: [3/3] Switch\n");
}

TEST_F(Following, DoesNotShowTwiceWhatComesTwice) {
  Script({[](const auto& send) {
    send(ProgressItem(1, 1, "Pull"));
    send(ProgressItem(2, 2, "Create"));
    send(ProgressItem(1, 1, "Pull"));
    return Finish(send);
  }});
  Run({"upgrade", "web"});
  EXPECT_EQ(Err(), "web: [1/3] Pull\nweb: [2/3] Create\n");
}

TEST_F(Following, SurvivesARestartOfTheAgent) {
  Script({[](const auto& send) {
            send(ProgressItem(1, 1, "Pull"));
            return kBroken;
          },
          Finish});
  nap_ = [this] {
    if (naps_ == 1) agent_.Kill();
    if (naps_ == 3) agent_.Start();
    return true;
  };
  EXPECT_EQ(Run({"upgrade", "web"}), ExitCode::kOk);
  EXPECT_THAT(asked_from_, ElementsAre(1, 2));
  EXPECT_GE(naps_, 3);
}

TEST_F(Following, TakesAStreamWithoutAnEndForABrokenOne) {
  Script({[](const auto&) { return Status::OK; }, Finish});
  EXPECT_EQ(Run({"upgrade", "web"}), ExitCode::kOk);
  EXPECT_THAT(asked_from_, ElementsAre(1, 1));
}

TEST_F(Following, WaitsForAnAgentThatIsGoingDown) {
  Script({[](const auto&) { return Refusal(StatusCode::UNAVAILABLE, "AGENT_STOPPING", "going down"); }, Finish});
  EXPECT_EQ(Run({"upgrade", "web"}), ExitCode::kOk);
}

TEST_F(Following, DoesNotTryForEver) {
  agent_.script.watch = [](const auto&, const auto&) { return kBroken; };
  EXPECT_EQ(Run({"upgrade", "web"}), ExitCode::kUnreachable);
  EXPECT_GT(naps_, 5);
  EXPECT_LT(naps_, 50);
  EXPECT_THAT(Err(), HasSubstr("the upgrade goes on in the agent as operations/00000000000000aa\n"));
  EXPECT_THAT(Err(), HasSubstr("follow it with: berthctl op watch operations/00000000000000aa\n"));
}

TEST_F(Following, DoesNotTryAgainWhatTheAgentRefuses) {
  Script({[](const auto&) {
    return Refusal(StatusCode::NOT_FOUND, "OPERATION_NOT_FOUND", "there is no such operation");
  }});
  EXPECT_EQ(Run({"upgrade", "web"}), ExitCode::kFailed);
  EXPECT_EQ(naps_, 0);
}

TEST_F(Following, EndsAtCtrlCAndSaysThatTheOperationGoesOn) {
  agent_.script.watch = [this](const auto&, const Sender<v1::WatchOperationResponse>& send) {
    send(ProgressItem(1, 1, "Pull"));
    interrupt_.request_stop();
    agent_.Hang();
    return Status::OK;
  };
  EXPECT_EQ(Run({"upgrade", "web"}), ExitCode::kInterrupted);
  EXPECT_THAT(Err(), HasSubstr("the upgrade goes on in the agent"));
  EXPECT_THAT(Err(), HasSubstr("berthctl op cancel operations/00000000000000aa\n"));
}

TEST_F(Following, EndsAtCtrlCWhileItWaitsForTheAgent) {
  agent_.script.watch = [](const auto&, const auto&) { return kBroken; };
  nap_ = [this] {
    interrupt_.request_stop();
    return false;
  };
  EXPECT_EQ(Run({"upgrade", "web"}), ExitCode::kInterrupted);
  EXPECT_THAT(Err(), HasSubstr("the upgrade goes on in the agent"));
}

TEST_F(Following, ARequestIsSentAgainUnderTheSameId) {
  std::vector<std::string> ids;
  agent_.script.upgrade = [&](const v1::UpgradeContainerRequest& request, v1::Operation& operation) {
    ids.push_back(request.request_id());
    operation = SucceededUpgrade();
    return ids.size() == 1 ? kBroken : Status::OK;
  };
  EXPECT_EQ(Run({"upgrade", "web"}), ExitCode::kOk);
  ASSERT_EQ(ids.size(), 2U);
  EXPECT_EQ(ids[0], ids[1]);
}

TEST_F(Following, ARequestIsNotSentAgainToAnAgentThatWasNotThere) {
  agent_.Kill();
  EXPECT_EQ(Run({"upgrade", "web"}), ExitCode::kUnreachable);
  EXPECT_EQ(naps_, 0);
  EXPECT_THAT(Err(), Not(HasSubstr("goes on")));
}

}  // namespace
}  // namespace berth::test

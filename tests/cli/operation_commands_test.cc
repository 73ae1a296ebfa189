// op show, op watch, op wait, op cancel.
#include <boost/json/parse.hpp>

#include "tests/cli/cli_fixture.h"
#include "tests/cli/operations_for_tests.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using boost::json::parse;
using grpc::Status;
using testing::HasSubstr;

class OneOperation : public CliTest {
 protected:
  void SetUp() override {
    agent_.script.get_operation = [this](const v1::GetOperationRequest& request, v1::Operation& operation) {
      asked_for_ = request.name();
      operation = RunningUpgrade();
      *operation.mutable_create_time() = Ago(90s);
      *operation.mutable_progress() = ProgressItem(4, 2, "Create web.new").progress();
      operation.mutable_plan()->add_steps("Pull registry/web:2");
      return Status::OK;
    };
    agent_.script.watch = [](const auto&, const Sender<v1::WatchOperationResponse>& send) {
      send(ProgressItem(1, 1, "Pull registry/web:2"));
      send(EndItem(FailedUpgrade()));
      return Status::OK;
    };
  }

  std::string asked_for_;
};

TEST_F(OneOperation, ShowPrintsEverything) {
  EXPECT_EQ(Run({"op", "show", "operations/ab"}), ExitCode::kOk);
  EXPECT_EQ(asked_for_, "operations/ab");
  EXPECT_THAT(Out(), HasSubstr("took        1m 30s\n"));
  EXPECT_THAT(Out(), HasSubstr("progress    [2/3] Create web.new\n"));
  EXPECT_THAT(Out(), HasSubstr("Steps\n  1. Pull registry/web:2\n"));
}

TEST_F(OneOperation, MayBeNamedByItsDigits) {
  EXPECT_EQ(Run({"op", "show", "ab", "--json"}), ExitCode::kOk);
  EXPECT_EQ(asked_for_, "operations/ab");
  EXPECT_EQ(parse(Out()).at("kind"), "OPERATION_KIND_UPGRADE");
}

TEST_F(OneOperation, WatchShowsProgressAndOutcome) {
  EXPECT_EQ(Run({"op", "watch", "ab"}), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("web: [1/3] Pull registry/web:2\n"));
  EXPECT_THAT(Err(), HasSubstr("berthctl: web: upgrade failed"));
}

TEST_F(OneOperation, WatchAsJsonIsALineForEachItem) {
  EXPECT_EQ(Run({"op", "watch", "ab", "--json"}), ExitCode::kFailed);
  const std::size_t end = Out().find('\n');
  EXPECT_EQ(parse(Out().substr(0, end)).at("progress").at("step"), 1);
  EXPECT_EQ(parse(Out().substr(end + 1)).at("operation").at("state"), "OPERATION_STATE_FAILED");
}

TEST_F(OneOperation, WaitPrintsTheOutcome) {
  agent_.script.wait = [](const v1::WaitOperationRequest& request, v1::Operation& operation) {
    EXPECT_FALSE(request.has_timeout());
    operation = SucceededUpgrade();
    return Status::OK;
  };
  agent_.script.get = [](const auto&, v1::ContainerDetails& details) {
    details.add_kept()->set_id("old");
    return Status::OK;
  };
  EXPECT_EQ(Run({"op", "wait", "ab"}), ExitCode::kOk);
  EXPECT_THAT(Out(), HasSubstr("web: registry/web:1 → registry/web:2, gap 312 ms, previous container kept;"));
}

TEST_F(OneOperation, WaitGivesUpAfterItsTimeout) {
  agent_.script.wait = [](const v1::WaitOperationRequest& request, v1::Operation& operation) {
    EXPECT_EQ(request.timeout().seconds(), 10);
    operation = RunningUpgrade();
    return Status::OK;
  };
  EXPECT_EQ(Run({"op", "wait", "ab", "--timeout", "10s"}), ExitCode::kTimedOut);
  EXPECT_THAT(Err(), HasSubstr("web: still under way after 10 s; the upgrade goes on in the agent"));
}

TEST_F(OneOperation, WaitSurvivesABrokenConnection) {
  nap_ = [] { return true; };
  int calls = 0;
  agent_.script.wait = [&calls](const auto&, v1::Operation& operation) {
    operation = SucceededUpgrade();
    return ++calls == 1 ? Status(grpc::StatusCode::UNAVAILABLE, "Socket closed") : Status::OK;
  };
  EXPECT_EQ(Run({"op", "wait", "ab"}), ExitCode::kOk);
  EXPECT_EQ(calls, 2);
}

TEST_F(OneOperation, CancelSaysThatItIsARequest) {
  agent_.script.cancel = [](const v1::CancelOperationRequest& request, v1::Operation& operation) {
    EXPECT_EQ(request.name(), "operations/ab");
    operation = RunningUpgrade();
    return Status::OK;
  };
  EXPECT_EQ(Run({"op", "cancel", "ab"}), ExitCode::kOk);
  EXPECT_EQ(Out(),
            "operations/00000000000000aa goes back to where it began; wait for that with: berthctl op wait "
            "operations/00000000000000aa\n");
}

TEST_F(OneOperation, CancelDoesNotPretendWhenItIsTooLate) {
  agent_.script.cancel = [](const auto&, auto&) {
    return Refusal(grpc::StatusCode::FAILED_PRECONDITION, "PAST_POINT_OF_NO_RETURN", "it can't go back any more");
  };
  EXPECT_EQ(Run({"op", "cancel", "ab"}), ExitCode::kFailed);
  EXPECT_EQ(Err(), "berthctl: it can't go back any more\n");
}

}  // namespace
}  // namespace berth::test

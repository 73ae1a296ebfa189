// start, stop, restart, upgrade, rollback.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>

#include <boost/json/parse.hpp>

#include "tests/cli/cli_fixture.h"
#include "tests/cli/operations_for_tests.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using boost::json::parse;
using grpc::Status;
using testing::HasSubstr;
using testing::Not;

class Changing : public CliTest {
 protected:
  void SetUp() override {
    agent_.script.upgrade = [this](const v1::UpgradeContainerRequest& request, v1::Operation& operation) {
      const std::lock_guard lock(mutex_);
      upgrade_ = request;
      operation = RunningUpgrade(request.container());
      operation.set_name("operations/" + request.container());
      return Status::OK;
    };
    agent_.script.watch = [](const v1::WatchOperationRequest& request, const Sender<v1::WatchOperationResponse>& send) {
      const std::string container = request.name().substr(request.name().find('/') + 1);
      send(ProgressItem(1, 1, "Pull registry/web:2"));
      send(ProgressItem(2, 1, "Pull registry/web:2"));
      send(ProgressItem(3, 2, "Switch " + container));
      send(EndItem(container.starts_with("bad") ? FailedUpgrade(container) : SucceededUpgrade(container)));
      return Status::OK;
    };
    agent_.script.get = [](const v1::GetContainerRequest&, v1::ContainerDetails& details) {
      details.add_kept()->set_id("old");
      return Status::OK;
    };
  }

  static Status BeginRestart(const v1::RestartContainerRequest& request, v1::Operation& operation) {
    operation = MakeOperation(v1::OPERATION_KIND_RESTART, v1::OPERATION_STATE_SUCCEEDED, request.container());
    operation.set_name("operations/" + request.container());
    return Status::OK;
  }

  std::mutex mutex_;
  v1::UpgradeContainerRequest upgrade_;
};

TEST_F(Changing, AnUpgradeShowsEachStepOnceAndThenWhatCameOfIt) {
  EXPECT_EQ(Run({"upgrade", "web", "--image", "registry/web:2"}), ExitCode::kOk);
  EXPECT_EQ(Err(),
            "web: [1/3] Pull registry/web:2\n"
            "web: [2/3] Switch web\n");
  EXPECT_EQ(Out(),
            "web: registry/web:1 → registry/web:2, gap 312 ms, previous container kept; roll back with: berthctl "
            "rollback web\n");
}

TEST_F(Changing, AnUpgradeThatFailsSaysWhy) {
  EXPECT_EQ(Run({"upgrade", "bad", "--image", "registry/web:2"}), ExitCode::kFailed);
  EXPECT_EQ(Out(), "");
  EXPECT_THAT(Err(), HasSubstr("berthctl: bad: upgrade failed: the new container became unhealthy\n"));
  EXPECT_THAT(Err(), HasSubstr("the old container runs again"));
}

TEST_F(Changing, AnUpgradeSendsAllItsOptions) {
  in_.str("secret\n");
  Run({"upgrade",
       "web",
       "--image",
       "r/web:2",
       "--strategy",
       "start-first",
       "--health-timeout",
       "1m30s",
       "--stable-for",
       "7s",
       "--stop-timeout",
       "20s",
       "--keep",
       "0",
       "--keep-for",
       "7d",
       "--clean-images",
       "--pull",
       "missing",
       "--registry-user",
       "me",
       "--registry-password-stdin",
       "--etag",
       "e1",
       "--timeout",
       "1h",
       "--request-id",
       "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
       "--queue"});
  EXPECT_EQ(upgrade_.image(), "r/web:2");
  EXPECT_EQ(upgrade_.strategy(), v1::UPGRADE_STRATEGY_START_FIRST);
  EXPECT_EQ(cli::FromProto(upgrade_.health_gate().timeout()), 90s);
  EXPECT_EQ(cli::FromProto(upgrade_.health_gate().stable_for()), 7s);
  EXPECT_EQ(cli::FromProto(upgrade_.stop_timeout()), 20s);
  EXPECT_EQ(upgrade_.keep_previous(), 0);
  EXPECT_EQ(cli::FromProto(upgrade_.keep_previous_for()), 7 * 24h);
  EXPECT_TRUE(upgrade_.image_cleanup());
  EXPECT_EQ(upgrade_.pull_policy(), v1::PULL_POLICY_IF_MISSING);
  EXPECT_EQ(upgrade_.credentials().username(), "me");
  EXPECT_EQ(upgrade_.credentials().password(), "secret");
  EXPECT_EQ(upgrade_.etag(), "e1");
  EXPECT_EQ(cli::FromProto(upgrade_.timeout()), 1h);
  EXPECT_EQ(upgrade_.request_id(), "1b4e28ba-2fa1-41d2-883f-0016d3cca427");
  EXPECT_TRUE(upgrade_.queue());
}

TEST_F(Changing, AnUpgradeDoesNotSendWhatWasNotAskedFor) {
  Run({"upgrade", "web"});
  EXPECT_EQ(upgrade_.request_id().size(), 36U) << "a UUID is always there, so that a retry is harmless";
  upgrade_.clear_request_id();
  v1::UpgradeContainerRequest bare;
  bare.set_container("web");
  EXPECT_EQ(upgrade_.SerializeAsString(), bare.SerializeAsString());
}

TEST_F(Changing, NoWaitPrintsTheNameOfTheOperation) {
  agent_.script.watch = nullptr;
  EXPECT_EQ(Run({"upgrade", "web", "--no-wait"}), ExitCode::kOk);
  EXPECT_EQ(Out(), "operations/web\n");
  EXPECT_EQ(Err(), "");
}

TEST_F(Changing, SeveralContainersComeToASummary) {
  EXPECT_EQ(Run({"upgrade", "web-1", "web-2", "web-1"}), ExitCode::kOk);
  EXPECT_THAT(Out(), HasSubstr("web-1: registry/web:1 → registry/web:2"));
  EXPECT_THAT(Out(), HasSubstr("web-2: registry/web:1 → registry/web:2"));
  EXPECT_THAT(Out(), testing::EndsWith("\n2 containers: 2 upgraded\n"));
}

TEST_F(Changing, OneContainerDoesNotNeedASummary) {
  Run({"upgrade", "web"});
  EXPECT_THAT(Out(), Not(HasSubstr("containers:")));
}

TEST_F(Changing, SomeOfSeveralMayFail) {
  EXPECT_EQ(Run({"upgrade", "web-1", "bad-1", "web-2"}), ExitCode::kPartly);
  EXPECT_THAT(Out(), testing::EndsWith("3 containers: 1 failed, 2 upgraded\n"));
  EXPECT_THAT(Err(), HasSubstr("berthctl: bad-1: upgrade failed"));

  EXPECT_EQ(Run({"upgrade", "bad-1", "bad-2"}), ExitCode::kFailed);
}

TEST_F(Changing, NoMoreThanEightAreChangedAtOnce) {
  std::vector<std::string> arguments = {"upgrade"};
  for (int i = 0; i < 20; ++i) arguments.push_back("web-" + std::to_string(i));
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  std::set<std::string> seen;
  agent_.script.upgrade = [&](const v1::UpgradeContainerRequest& request, v1::Operation& operation) {
    const int under_way = ++now;
    for (int previous = most; under_way > previous && !most.compare_exchange_weak(previous, under_way);) {
    }
    {
      const std::lock_guard lock(mutex_);
      seen.insert(request.container());
    }
    operation = SucceededUpgrade(request.container());
    --now;
    return Status::OK;
  };
  EXPECT_EQ(Run(arguments), ExitCode::kOk);
  EXPECT_EQ(seen.size(), 20U);
  EXPECT_LE(most, 8);
}

TEST_F(Changing, LabelsSelectAlsoWhatDoesNotRun) {
  agent_.script.list = [](const v1::ListContainersRequest& request, v1::ListContainersResponse& response) {
    EXPECT_TRUE(request.all());
    EXPECT_THAT(request.labels(), testing::ElementsAre("app=shop"));
    response.add_containers()->set_name("web-1");
    response.add_containers()->set_name("web-2");
    return Status::OK;
  };
  agent_.script.restart = BeginRestart;
  EXPECT_EQ(Run({"restart", "-l", "app=shop"}), ExitCode::kOk);
  EXPECT_THAT(Out(), HasSubstr("2 containers: 2 restarted\n"));
}

TEST_F(Changing, LabelsDoNotSelectWhatAnUpgradeHasKept) {
  agent_.script.list = [](const auto&, v1::ListContainersResponse& response) {
    for (const char* name :
         {"web", "web.berth-0123456789abcdef-old", "web.berth-0123456789abcdef-new", "web.berth-x-old"}) {
      response.add_containers()->set_name(name);
    }
    return Status::OK;
  };
  agent_.script.restart = BeginRestart;
  EXPECT_EQ(Run({"restart", "-l", "app=shop", "--no-wait"}), ExitCode::kOk);
  EXPECT_THAT(Out(), HasSubstr("operations/web\n"));
  EXPECT_THAT(Out(), HasSubstr("operations/web.berth-x-old\n"));
  EXPECT_EQ(std::ranges::count(Out(), '\n'), 2);
}

TEST_F(Changing, LabelsThatSelectNothingAreAnError) {
  agent_.script.list = [](const auto&, auto&) { return Status::OK; };
  EXPECT_EQ(Run({"restart", "-l", "app=shop", "-l", "tier=web"}), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("no container has the label app=shop and tier=web"));
}

TEST_F(Changing, JsonIsAnArrayInTheOrderOfTheNames) {
  agent_.script.upgrade = [](const v1::UpgradeContainerRequest& request, v1::Operation& operation) {
    if (request.container() == "no") {
      return Refusal(grpc::StatusCode::NOT_FOUND, "CONTAINER_NOT_FOUND", "there is no container no");
    }
    operation = RunningUpgrade();
    operation.set_name("operations/" + request.container());
    return Status::OK;
  };
  EXPECT_EQ(Run({"upgrade", "no", "web", "--json"}), ExitCode::kPartly);
  const auto json = parse(Out());
  EXPECT_EQ(json.at(0).at("name"), "");
  EXPECT_EQ(json.at(0).at("state"), "OPERATION_STATE_FAILED");
  EXPECT_EQ(json.at(0).at("error").at("details").at(0).at("reason"), "CONTAINER_NOT_FOUND");
  EXPECT_EQ(json.at(1).at("state"), "OPERATION_STATE_SUCCEEDED");
  EXPECT_EQ(Err(), "berthctl: there is no container no\n  berthctl ps -a lists them\n");
}

TEST_F(Changing, ARefusalNamesTheOperationInTheWay) {
  agent_.script.upgrade = [](const auto&, auto&) {
    return Refusal(grpc::StatusCode::ABORTED, "OPERATION_IN_PROGRESS", "another one works on it",
                   {{"operation", "operations/ab"}});
  };
  EXPECT_EQ(Run({"upgrade", "web"}), ExitCode::kFailed);
  EXPECT_EQ(Err(),
            "berthctl: web: another one works on it\n"
            "  follow it with: berthctl op watch operations/ab; or wait for your turn with --queue\n");
}

TEST_F(Changing, ADryRunPrintsThePlan) {
  agent_.script.upgrade = [](const v1::UpgradeContainerRequest& request, v1::Operation& operation) {
    EXPECT_TRUE(request.validate_only());
    operation = MakeOperation(v1::OPERATION_KIND_UPGRADE, v1::OPERATION_STATE_VALIDATED);
    operation.mutable_plan()->add_steps("Pull registry/web:2");
    if (request.image() == "bad") operation.mutable_plan()->add_refusals("a volume would be lost");
    return Status::OK;
  };
  EXPECT_EQ(Run({"upgrade", "web", "--dry-run"}), ExitCode::kOk);
  EXPECT_EQ(Out(), "web: the upgrade would go ahead; nothing was done\nSteps\n  1. Pull registry/web:2\n");

  EXPECT_EQ(Run({"upgrade", "web", "--dry-run", "--image", "bad"}), ExitCode::kFailed);
  EXPECT_THAT(Out(), HasSubstr("would be refused"));
}

TEST_F(Changing, AnOperationThatEndedAtOnceIsNotWatched) {
  agent_.script.watch = nullptr;
  agent_.script.start = [](const v1::StartContainerRequest&, v1::Operation& operation) {
    operation = MakeOperation(v1::OPERATION_KIND_START, v1::OPERATION_STATE_SUCCEEDED);
    return Status::OK;
  };
  EXPECT_EQ(Run({"start", "web"}), ExitCode::kOk);
  EXPECT_EQ(Out(), "web: started\n");
}

TEST_F(Changing, EveryVerbHasItsCall) {
  agent_.script.stop = [](const v1::StopContainerRequest& request, v1::Operation& operation) {
    EXPECT_EQ(request.stop_timeout().seconds(), 3);
    operation = MakeOperation(v1::OPERATION_KIND_STOP, v1::OPERATION_STATE_SUCCEEDED);
    return Status::OK;
  };
  agent_.script.restart = [](const auto&, v1::Operation& operation) {
    operation = MakeOperation(v1::OPERATION_KIND_RESTART, v1::OPERATION_STATE_SUCCEEDED);
    return Status::OK;
  };
  agent_.script.rollback = [](const v1::RollbackContainerRequest& request, v1::Operation& operation) {
    EXPECT_EQ(request.health_gate().timeout().seconds(), 9);
    EXPECT_EQ(request.image(), "sha256:0123456789ab");
    operation = SucceededUpgrade();
    operation.set_kind(v1::OPERATION_KIND_ROLLBACK);
    return Status::OK;
  };
  Run({"stop", "web", "--stop-timeout", "3s"});
  EXPECT_EQ(Out(), "web: stopped\n");
  Run({"restart", "web"});
  EXPECT_EQ(Out(), "web: restarted\n");
  Run({"rollback", "web", "--health-timeout", "9s", "--to", "sha256:0123456789ab"});
  EXPECT_THAT(Out(), HasSubstr("web: rolled back, "));
}

}  // namespace
}  // namespace berth::test

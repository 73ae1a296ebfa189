// upgrade --project and upgrade --label: several containers as one operation.
#include <mutex>

#include <boost/json/parse.hpp>

#include "tests/cli/cli_fixture.h"
#include "tests/cli/operations_for_tests.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using grpc::Status;
using testing::AllOf;
using testing::HasSubstr;

// A group of db, which is upgraded, and web, which fails.
class GroupUpgrade : public CliTest {
 protected:
  void SetUp() override {
    agent_.script.upgrade_group = [this](const v1::UpgradeContainersRequest& request, v1::Operation& operation) {
      const std::lock_guard lock(mutex_);
      asked_ = request;
      operation = Group(request.validate_only() ? v1::OPERATION_STATE_VALIDATED : v1::OPERATION_STATE_RUNNING);
      return Status::OK;
    };
    agent_.script.get_operation = [](const v1::GetOperationRequest& request, v1::Operation& operation) {
      operation = Known(request.name());
      return Status::OK;
    };
    agent_.script.watch = [](const v1::WatchOperationRequest& request, const Sender<v1::WatchOperationResponse>& send) {
      send(ProgressItem(1, 1, "working on " + request.name()));
      send(EndItem(Known(request.name())));
      return Status::OK;
    };
  }

  static v1::Operation Group(v1::OperationState state) {
    auto group = MakeOperation(v1::OPERATION_KIND_UPGRADE_GROUP, state, "project shop");
    group.set_name("operations/group");
    group.add_children("operations/db");
    group.add_children("operations/web");
    auto& plan = *group.mutable_plan();
    plan.add_steps("Upgrade db");
    for (const auto* container : {"db", "web"}) {
      auto& part = *plan.add_parts();
      part.set_container(container);
      part.mutable_plan()->add_steps("Create " + std::string(container) + ".berth-new");
    }
    return group;
  }

  static v1::Operation Known(const std::string& name) {
    v1::Operation operation;
    if (name == "operations/group") {
      operation = Group(v1::OPERATION_STATE_FAILED);
      *operation.mutable_error() = cli::ToStatus({Code::kFailedPrecondition, "GROUP_STOPPED",
                                                  "web: it exited; of 2: "
                                                  "1 upgraded, 1 failed"});
    } else {
      const std::string container = name.substr(name.find('/') + 1);
      operation = container == "web" ? FailedUpgrade(container) : SucceededUpgrade(container);
    }
    operation.set_name(name);
    return operation;
  }

  std::mutex mutex_;
  v1::UpgradeContainersRequest asked_;
};

TEST_F(GroupUpgrade, SendsAllItsOptions) {
  Run({"upgrade",
       "--project",
       "shop",
       "--service",
       "web",
       "--service",
       "db",
       "-l",
       "team=blue",
       "--image",
       "web=registry/web:2",
       "--image",
       "db=registry/db:3",
       "--max-unavailable",
       "25%",
       "--roll-back",
       "--keep",
       "2",
       "--queue",
       "--timeout",
       "1m",
       "--stable-for",
       "2s",
       "--stop-timeout",
       "3s",
       "--drain",
       "4s",
       "--strategy",
       "start-first",
       "--pull",
       "missing",
       "--keep-for",
       "1h",
       "--clean-images"});
  EXPECT_EQ(asked_.project(), "shop");
  EXPECT_THAT(asked_.services(), testing::ElementsAre("web", "db"));
  EXPECT_THAT(asked_.labels(), testing::ElementsAre("team=blue"));
  EXPECT_EQ(asked_.images().at("web"), "registry/web:2");
  EXPECT_EQ(asked_.images().at("db"), "registry/db:3");
  EXPECT_EQ(asked_.max_unavailable_percent(), 25);
  EXPECT_TRUE(asked_.roll_back() && asked_.queue());
  EXPECT_EQ(asked_.keep_previous(), 2);
  EXPECT_EQ(asked_.timeout().seconds(), 60);
  EXPECT_EQ(asked_.health_gate().stable_for().seconds(), 2);
  EXPECT_EQ(asked_.stop_timeout().seconds(), 3);
  EXPECT_EQ(asked_.drain().seconds(), 4);
  EXPECT_EQ(asked_.strategy(), v1::UPGRADE_STRATEGY_START_FIRST);
  EXPECT_EQ(asked_.pull_policy(), v1::PULL_POLICY_IF_MISSING);
  EXPECT_EQ(asked_.keep_previous_for().seconds(), 3600);
  EXPECT_TRUE(asked_.image_cleanup());
  EXPECT_EQ(asked_.request_id().size(), 36u);
}

TEST_F(GroupUpgrade, ShowsEachChildAndThenATable) {
  EXPECT_EQ(Run({"upgrade", "--project", "shop"}), ExitCode::kFailed);
  EXPECT_THAT(Err(), AllOf(HasSubstr("db: [1/3] working on operations/db\n"),
                           HasSubstr("web: [1/3] working on operations/web\n"),
                           HasSubstr("berthctl: web: upgrade failed: the new container became unhealthy\n"),
                           HasSubstr("berthctl: project shop: upgrade failed: web: it exited")));
  EXPECT_THAT(Out(), AllOf(HasSubstr("CONTAINER"), HasSubstr("registry/web:2"), HasSubstr("312 ms")));
}

TEST_F(GroupUpgrade, IsOneOperationInJson) {
  Run({"upgrade", "--project", "shop", "--json"});
  const auto operations = boost::json::parse(Out()).as_array();
  ASSERT_EQ(operations.size(), 1u);
  EXPECT_EQ(operations[0].at("kind").as_string(), "OPERATION_KIND_UPGRADE_GROUP");
}

TEST_F(GroupUpgrade, ShowsThePlanOfEachAndBeginsNothing) {
  EXPECT_EQ(Run({"upgrade", "--project", "shop", "--dry-run"}), ExitCode::kOk);
  EXPECT_TRUE(asked_.validate_only());
  EXPECT_THAT(Out(),
              AllOf(HasSubstr("Upgrade db"), HasSubstr("Create db.berth-new"), HasSubstr("Create web.berth-new")));
}

TEST_F(GroupUpgrade, PrintsItsNameAndLeavesWhenAskedNotToWait) {
  EXPECT_EQ(Run({"upgrade", "--project", "shop", "--no-wait"}), ExitCode::kOk);
  EXPECT_EQ(Out(), "operations/group\n");
}

TEST_F(GroupUpgrade, RefusesWhatDoesNotGoTogether) {
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"upgrade", "web", "--project", "shop"},
                                             {"upgrade", "--project", "shop", "--image", "registry/web:2"},
                                             {"upgrade", "web", "--image", "web=registry/web:2"},
                                             {"upgrade", "--roll-back"},
                                             {"upgrade", "web", "--max-unavailable", "2"},
                                             {"upgrade", "-l", "team=blue", "--service", "web"},
                                             {"upgrade", "-l", "team=blue", "--etag", "e"},
                                             {"restart", "--project", "shop"},
                                             {"upgrade", "--project", "shop", "--max-unavailable", "0"},
                                             {"upgrade", "--project", "shop", "--max-unavailable", "101%"}}) {
    EXPECT_EQ(Run(wrong), ExitCode::kUsage) << wrong.back();
  }
}

TEST_F(GroupUpgrade, IsWhatLabelsSelectWithOneImageForAll) {
  EXPECT_EQ(Run({"upgrade", "-l", "team=blue", "-l", "tier", "--image", "registry/web:2"}), ExitCode::kFailed);
  EXPECT_THAT(asked_.labels(), testing::ElementsAre("team=blue", "tier"));
  EXPECT_EQ(asked_.images().at(""), "registry/web:2");
}

TEST_F(GroupUpgrade, NamesItsPartsInOpShow) {
  EXPECT_EQ(Run({"op", "show", "operations/group"}), ExitCode::kOk);
  EXPECT_THAT(Out(), HasSubstr("operations/db, operations/web"));
}

}  // namespace
}  // namespace berth::test

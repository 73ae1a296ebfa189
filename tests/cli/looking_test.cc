// ps, inspect, ops, info, version: look and print.
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
using testing::StartsWith;

v1::Container Web() {
  v1::Container web;
  web.set_name("web");
  web.set_image("registry:5000/web:2@sha256:0123456789abcdef");
  web.set_state(v1::CONTAINER_STATE_RUNNING);
  web.set_health(v1::HEALTH_HEALTHY);
  *web.mutable_create_time() = Ago(3min);
  web.add_ports()->set_container_port(443);
  web.mutable_ports(0)->set_protocol("tcp");
  for (const char* address : {"0.0.0.0", "::"}) {
    auto& port = *web.add_ports();
    port.set_host_ip(address);
    port.set_host_port(8080);
    port.set_container_port(80);
    port.set_protocol("tcp");
  }
  return web;
}

v1::Container Database() {
  v1::Container database;
  database.set_name("db");
  database.set_image("postgres:15");
  database.set_state(v1::CONTAINER_STATE_EXITED);
  database.set_health(v1::HEALTH_NONE);
  *database.mutable_create_time() = Ago(48h);
  return database;
}

class Looking : public CliTest {
 protected:
  void SetUp() override {
    agent_.script.list = [this](const v1::ListContainersRequest& request, v1::ListContainersResponse& response) {
      list_request_ = request;
      *response.add_containers() = Database();
      *response.add_containers() = Web();
      return Status::OK;
    };
  }

  v1::ListContainersRequest list_request_;
};

TEST_F(Looking, PsPrintsATable) {
  EXPECT_EQ(Run({"ps"}), ExitCode::kOk);
  EXPECT_EQ(Out(),
            "NAME   IMAGE                 STATE     HEALTH    PORTS                  CREATED\n"
            "db     postgres:15           exited    -                                2 days ago\n"
            "web    registry:5000/web:2   running   healthy   8080→80/tcp, 443/tcp   3 minutes ago\n");
  EXPECT_EQ(Err(), "");
}

TEST_F(Looking, PsAsksForWhatIsWanted) {
  Run({"ps", "-a", "-l", "app=shop", "--label", "tier"});
  EXPECT_TRUE(list_request_.all());
  EXPECT_THAT(list_request_.labels(), testing::ElementsAre("app=shop", "tier"));
}

TEST_F(Looking, PsDoesNotAskForMore) {
  Run({"ps"});
  EXPECT_FALSE(list_request_.all());
  EXPECT_TRUE(list_request_.labels().empty());
}

TEST_F(Looking, PsPrintsTheResponseAsJson) {
  EXPECT_EQ(Run({"ps", "--json"}), ExitCode::kOk);
  const auto json = parse(Out());
  EXPECT_EQ(json.at("containers").at(1).at("name"), "web");
  EXPECT_EQ(json.at("containers").at(1).at("ports").at(1).at("host_port"), 8080);
}

TEST_F(Looking, PsRepeatsWithWatchUntilCtrlC) {
  nap_ = [this] { return naps_ < 2; };
  EXPECT_EQ(Run({"ps", "--watch=5"}), ExitCode::kInterrupted);
  const std::string table = Out().substr(0, Out().find("\n\n") + 1);
  EXPECT_THAT(table, StartsWith("NAME"));
  EXPECT_EQ(Out(), table + "\n" + table) << "with an empty line between";
}

TEST_F(Looking, PsWithWatchPrintsALineOfJsonEachTime) {
  nap_ = [this] { return naps_ < 2; };
  Run({"ps", "--watch", "--json"});
  EXPECT_EQ(std::ranges::count(Out(), '\n'), 2);
  EXPECT_THAT(Out(), Not(HasSubstr("\n\n")));
}

TEST_F(Looking, InspectPrintsFacts) {
  agent_.script.get = [](const v1::GetContainerRequest& request, v1::ContainerDetails& details) {
    EXPECT_EQ(request.container(), "web");
    *details.mutable_container() = Web();
    *details.mutable_start_time() = Ago(2min);
    details.set_restart_policy("unless-stopped");
    details.set_failing_streak(1);
    auto& probe = *details.add_health_log();
    *probe.mutable_end_time() = Ago(10s);
    probe.set_exit_code(1);
    probe.set_output("\x1b[31mrefused\n");
    auto& kept = *details.add_kept();
    kept.set_name("web.old");
    kept.set_image("registry:5000/web:1");
    *kept.mutable_replace_time() = Ago(3min);
    return Status::OK;
  };
  EXPECT_EQ(Run({"inspect", "web"}), ExitCode::kOk);
  EXPECT_THAT(Out(), HasSubstr("image      registry:5000/web:2@sha256:0123456789abcdef\n"));
  EXPECT_THAT(Out(), HasSubstr("run        started 2 minutes ago\n"));
  EXPECT_THAT(Out(), HasSubstr("restarts   0, policy unless-stopped\n"));
  EXPECT_THAT(Out(), HasSubstr("health     healthy, 1 failed in a row\n"));
  EXPECT_THAT(Out(), HasSubstr("           10 seconds ago: exit code 1 \\x1b[31mrefused\n"));
  EXPECT_THAT(Out(), HasSubstr("kept       registry:5000/web:1 as web.old, replaced 3 minutes ago\n"));

  EXPECT_EQ(Run({"inspect", "web", "--json"}), ExitCode::kOk);
  EXPECT_EQ(parse(Out()).at("container").at("name"), "web");
}

TEST_F(Looking, InspectOfAnUnknownContainerSaysHowToFindTheRightOne) {
  agent_.script.get = [](const auto&, auto&) {
    return Refusal(grpc::StatusCode::NOT_FOUND, "CONTAINER_NOT_FOUND", "there is no container wbe");
  };
  EXPECT_EQ(Run({"inspect", "wbe"}), ExitCode::kFailed);
  EXPECT_EQ(Out(), "");
  EXPECT_EQ(Err(), "berthctl: there is no container wbe\n  berthctl ps -a lists them\n");
}

TEST_F(Looking, HistoryPrintsATable) {
  agent_.script.versions = [](const v1::ListVersionsRequest& request, v1::ListVersionsResponse& response) {
    EXPECT_EQ(request.container(), "web");
    auto& now = *response.add_versions();
    now.set_image("r/web:2@sha256:2222222222222222");
    now.set_digest("sha256:2222222222222222");
    now.set_operation("operations/00000000000000aa");
    now.set_kind(v1::OPERATION_KIND_UPGRADE);
    *now.mutable_time() = Ago(2h);
    now.set_runs_now(true);
    auto& kept = *response.add_versions();
    kept.set_image("r/web:1");
    kept.set_kept_as("web.berth-00000000000000aa-old");
    kept.set_can_roll_back(true);
    auto& earlier = *response.add_versions();
    earlier.set_image("r/web:0@sha256:0000000000000000");
    earlier.set_digest("sha256:0000000000000000");
    earlier.set_can_roll_back(true);
    response.add_versions()->set_image("built-here");
    return Status::OK;
  };
  EXPECT_EQ(Run({"history", "web"}), ExitCode::kOk);
  EXPECT_EQ(Out(),
            "IMAGE        DIGEST                SINCE         BROUGHT BY                             BACK BY\n"
            "r/web:2      sha256:222222222222   2 hours ago   upgrade, operations/00000000000000aa   runs now\n"
            "r/web:1      -                     -             -                                      kept as "
            "web.berth-00000000000000aa-old\n"
            "r/web:0      sha256:000000000000   -             -                                      its digest\n"
            "built-here   -                     -             -                                      -\n");
}

TEST_F(Looking, HistoryPrintsJson) {
  agent_.script.versions = [](const auto&, v1::ListVersionsResponse& response) {
    response.add_versions()->set_image("r/web:2");
    return Status::OK;
  };
  EXPECT_EQ(Run({"history", "web", "--json"}), ExitCode::kOk);
  EXPECT_EQ(parse(Out()).at("versions").at(0).at("image"), "r/web:2");
}

TEST_F(Looking, OpsPrintsATable) {
  agent_.script.list_operations = [](const v1::ListOperationsRequest& request, v1::ListOperationsResponse& response) {
    EXPECT_EQ(request.container(), "web");
    EXPECT_TRUE(request.unfinished());
    auto& running = *response.add_operations() = RunningUpgrade();
    *running.mutable_create_time() = Ago(90s);
    *running.mutable_progress() = ProgressItem(1, 2, "Create web.new").progress();
    auto& failed = *response.add_operations() = FailedUpgrade();
    *failed.mutable_create_time() = Ago(2h);
    *failed.mutable_end_time() = Ago(2h - 12s);
    return Status::OK;
  };
  EXPECT_EQ(Run({"ops", "--container", "web", "--unfinished"}), ExitCode::kOk);
  EXPECT_EQ(
      Out(),
      "OPERATION                     CONTAINER   KIND      STATE     STARTED        TOOK     DETAIL\n"
      "operations/00000000000000aa   web         upgrade   running   1 minute ago   1m 30s   [2/3] Create web.new\n"
      "operations/00000000000000aa   web         upgrade   failed    2 hours ago    12 s     the new container "
      "became unhealthy\n");
}

TEST_F(Looking, OpsMarksWhatTheWatchdogDidAndNothingElse) {
  agent_.script.list_operations = [](const auto&, v1::ListOperationsResponse& response) {
    response.add_operations()->set_origin(v1::OPERATION_ORIGIN_CALLER);
    auto& recreate = *response.add_operations();
    recreate.set_kind(v1::OPERATION_KIND_RECREATE);
    recreate.set_origin(v1::OPERATION_ORIGIN_WATCHDOG);
    return Status::OK;
  };
  EXPECT_EQ(Run({"ops"}), ExitCode::kOk);
  EXPECT_THAT(Out(), HasSubstr("recreate, by the watchdog"));
  EXPECT_EQ(Out().find("watchdog"), Out().rfind("watchdog"));
}

TEST_F(Looking, OpsTurnsPagesUntilThereAreEnough) {
  std::vector<std::string> tokens;
  agent_.script.list_operations = [&](const v1::ListOperationsRequest& request, v1::ListOperationsResponse& response) {
    tokens.push_back(request.page_token());
    for (int i = 0; i < std::min(2, request.page_size()); ++i) *response.add_operations() = RunningUpgrade();
    response.set_next_page_token("page" + std::to_string(tokens.size()));
    return Status::OK;
  };
  EXPECT_EQ(Run({"ops", "-n", "5", "--json"}), ExitCode::kOk);
  EXPECT_EQ(parse(Out()).at("operations").as_array().size(), 5U);
  EXPECT_EQ(tokens, (std::vector<std::string>{"", "page1", "page2"}));
}

v1::Host HealthyHost() {
  v1::Host host;
  host.set_hostname("alpha");
  host.mutable_agent()->set_version("0.9");
  *host.mutable_agent()->mutable_uptime() = cli::ToProto(90s);
  host.mutable_engine()->set_version("20.10.24");
  host.mutable_engine()->set_api_version("1.41");
  host.mutable_engine()->set_cpus(2);
  host.mutable_engine()->set_containers_running(3);
  return host;
}

TEST_F(Looking, InfoPrintsFacts) {
  agent_.script.host = [](const auto&, v1::Host& host) { return host = HealthyHost(), Status::OK; };
  EXPECT_EQ(Run({"info"}), ExitCode::kOk);
  EXPECT_THAT(Out(), HasSubstr("agent          0.9, up 1m 30s\n"));
  EXPECT_THAT(Out(), HasSubstr("containers     3 running, 0 paused, 0 stopped\n"));
  EXPECT_THAT(Out(), Not(HasSubstr("degraded")));

  EXPECT_EQ(Run({"info", "--json"}), ExitCode::kOk);
  EXPECT_EQ(parse(Out()).at("hostname"), "alpha");
}

TEST_F(Looking, InfoSaysWhatIsNotAsItShouldBe) {
  agent_.script.host = [](const auto&, v1::Host& host) {
    host = HealthyHost();
    host.clear_engine();
    host.add_degraded_reasons("the engine does not answer");
    return Status::OK;
  };
  EXPECT_EQ(Run({"info"}), ExitCode::kOk);
  EXPECT_THAT(Out(), HasSubstr("engine       does not answer\n"));
  EXPECT_THAT(Out(), HasSubstr("degraded     the engine does not answer\n"));
}

TEST_F(Looking, VersionPrintsAllVersions) {
  agent_.script.host = [](const auto&, v1::Host& host) { return host = HealthyHost(), Status::OK; };
  EXPECT_EQ(Run({"version"}), ExitCode::kOk);
  EXPECT_EQ(Out(), "berthctl " BERTH_VERSION "\nberthd 0.9\nengine 20.10.24, API 1.41\n");

  Run({"version", "--json"});
  EXPECT_EQ(parse(Out()).at("client_version"), BERTH_VERSION);
  EXPECT_EQ(parse(Out()).at("host").at("agent").at("version"), "0.9");
}

TEST_F(Looking, VersionPrintsItsOwnWithoutAnAgent) {
  agent_.Kill();
  EXPECT_EQ(Run({"version"}), ExitCode::kUnreachable);
  EXPECT_EQ(Out(), "berthctl " BERTH_VERSION "\n");
  EXPECT_THAT(Err(), HasSubstr("is berthd running?"));

  Run({"version", "--json"});
  EXPECT_TRUE(parse(Out()).at("host").is_null());
}

}  // namespace
}  // namespace berth::test

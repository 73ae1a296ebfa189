// A Compose project that is upgraded by one operation, on a real engine and made by the real docker-compose.
#include "tests/e2e/host.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// docker-compose 1 writes no depends_on into its labels: ours are written as Compose 2 does it.
constexpr char kCompose[] = R"(version: "2.4"
services:
  web:
    image: REGISTRY/web:1
    scale: 2
    labels: {com.docker.compose.depends_on: "api:service_healthy:false"}
    depends_on: [api]
  api:
    image: REGISTRY/web:1
    labels: {com.docker.compose.depends_on: "db:service_started:true"}
    depends_on: [db]
  db:
    image: REGISTRY/web:1
    volumes: ["data:/data"]
volumes: {data: {}}
)";

std::pair<std::int64_t, std::int32_t> Moment(const google::protobuf::Timestamp& time) {
  return {time.seconds(), time.nanos()};
}

class GroupOnAHost : public RunningHost {
 protected:
  void SetUp() override {
    RunningHost::SetUp();
    std::string compose = kCompose;
    for (auto at = compose.find("REGISTRY"); at != compose.npos; at = compose.find("REGISTRY"))
      compose.replace(at, 8, private_engine.registry);
    WriteFile(directory.path() / "docker-compose.yml", compose);
    const auto up = Compose({"up", "-d"});
    ASSERT_EQ(up.exit_code, 0) << up.err;
    docker.Exec("e2e-shop_db_1", {"sh", "-c", "echo precious > /data/proof"});
  }
  void TearDown() override {
    Compose({"down", "-v"});
    RunningHost::TearDown();
  }

  Finished Compose(std::vector<std::string> arguments) const {
    const std::string file = directory.path() / "docker-compose.yml";
    arguments.insert(arguments.begin(), {"docker-compose", "-f", file, "-p", "e2e-shop"});
    return RunToEnd(arguments);
  }

  v1::UpgradeContainersRequest AskShop(const std::string& web = "web:2") const {
    v1::UpgradeContainersRequest request;
    request.set_project("e2e-shop");
    (*request.mutable_images())["db"] = Image("web:2");
    (*request.mutable_images())["api"] = Image("web:2");
    (*request.mutable_images())["web"] = Image(web);
    return request;
  }
  Result<v1::Operation> Submit(const v1::UpgradeContainersRequest& request) const {
    return agent.Call(&Containers::UpgradeContainers, request);
  }

  // "upgrade e2e-shop_db_1", in the order in which they began.
  std::vector<std::string> Parts(const v1::Operation& group) const {
    std::vector<std::string> parts;
    for (const auto& name : group.children()) {
      const auto part = Get(name).value();
      parts.push_back((part.kind() == v1::OPERATION_KIND_ROLLBACK ? "rollback " : "upgrade ") + part.container());
    }
    return parts;
  }

  // "1 1 1 1": what db, api and the two web run, each of them and nothing else.
  std::string Versions() {
    std::string versions;
    for (const std::string name : {"db_1", "api_1", "web_1", "web_2"}) {
      const std::string container = "e2e-shop_" + name;
      if (!docker.Has(container)) return "without " + container;
      EXPECT_EQ(docker.Inspect(container).state, engine::ContainerState::kRunning) << container;
      versions += (versions.empty() ? "" : " ") + docker.Exec(container, {"cat", "/srv/version"}).substr(0, 1);
    }
    EXPECT_EQ(docker.Exec("e2e-shop_db_1", {"cat", "/data/proof"}), "precious\n");
    for (const auto& name : docker.Names()) EXPECT_FALSE(name.ends_with("-new")) << name;
    return versions;
  }
};

TEST_F(GroupOnAHost, IsUpgradedInTheOrderInWhichItsServicesDependOnEachOther) {
  const auto ended = End(Submit(AskShop()).value().name(), 120s);
  ASSERT_TRUE(OutcomeOf(ended)) << MessageOf(OutcomeOf(ended));
  EXPECT_THAT(Parts(ended), ElementsAre("upgrade e2e-shop_db_1", "upgrade e2e-shop_api_1", "upgrade e2e-shop_web_1",
                                        "upgrade e2e-shop_web_2"));
  EXPECT_EQ(Versions(), "2 2 2 2");
}

TEST_F(GroupOnAHost, RollsBackThoseAlreadyDoneWhenOneInTheMiddleFails) {
  auto request = AskShop("web:broken");
  request.set_roll_back(true);
  const auto ended = End(Submit(request).value().name(), 120s);
  EXPECT_THAT(OutcomeOf(ended), FailsWith(Code::kFailedPrecondition, "GROUP_STOPPED"));
  EXPECT_THAT(MessageOf(OutcomeOf(ended)), AllOf(HasSubstr("e2e-shop_web_1: "), HasSubstr("2 rolled back")));
  EXPECT_EQ(Parts(ended).back(), "rollback e2e-shop_db_1");
  EXPECT_EQ(Versions(), "1 1 1 1");
}

TEST_F(GroupOnAHost, StopsAtTheFirstFailureAndLeavesTheRestAlone) {
  const auto id = docker.Inspect("e2e-shop_web_2").id;
  const auto ended = End(Submit(AskShop("web:broken")).value().name(), 120s);
  EXPECT_EQ(ended.state(), v1::OPERATION_STATE_FAILED);
  EXPECT_EQ(Versions(), "2 2 1 1");
  EXPECT_EQ(docker.Inspect("e2e-shop_web_2").id, id);
}

TEST_F(GroupOnAHost, GoesOnWhenTheAgentWasKilled) {
  for (const auto* point : {"e2e-shop_db_1 is being upgraded", "e2e-shop_db_1 upgraded", "e2e-shop_web_1 is being"}) {
    SCOPED_TRACE(point);
    const auto begun = Submit(AskShop()).value();
    EXPECT_TRUE(Says(begun.name(), point));
    agent.Kill();
    agent.Start();
    const auto ended = End(begun.name(), 120s);
    ASSERT_TRUE(OutcomeOf(ended)) << MessageOf(OutcomeOf(ended));
    EXPECT_EQ(Versions(), "2 2 2 2");
    for (const auto& child : ended.children()) EXPECT_TRUE(HasEnded(*Get(child)));
    auto back = AskShop();
    for (auto& [service, image] : *back.mutable_images()) image = Image("web:1");
    ASSERT_TRUE(OutcomeOf(End(Submit(back).value().name(), 120s)));
  }
}

TEST_F(GroupOnAHost, HasNoMoreUnderWayThanItMay) {
  auto request = AskShop();
  request.set_max_unavailable_count(2);
  const auto ended = End(Submit(request).value().name(), 120s);
  ASSERT_EQ(ended.children_size(), 4);
  const auto web_1 = *Get(ended.children(2));
  const auto web_2 = *Get(ended.children(3));
  EXPECT_LT(Moment(web_2.create_time()), Moment(web_1.end_time()));
  EXPECT_LE(Moment(Get(ended.children(0))->end_time()), Moment(Get(ended.children(1))->create_time()));
  EXPECT_EQ(Versions(), "2 2 2 2");
}

TEST_F(GroupOnAHost, IsShownByBerthctlFromItsPlanToItsTable) {
  const std::vector<std::string> upgrade{
      "upgrade",           "--project", "e2e-shop", "--service", "web", "--image", "web=" + Image("web:2"),
      "--max-unavailable", "100%"};
  auto dry = upgrade;
  dry.push_back("--dry-run");
  EXPECT_THAT(Berthctl(dry).out, AllOf(HasSubstr("would go ahead"), HasSubstr("Upgrade e2e-shop_web_2 to")));
  EXPECT_EQ(Versions(), "1 1 1 1");
  const auto done = Berthctl(upgrade);
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, AllOf(HasSubstr("CONTAINER"), HasSubstr("e2e-shop_web_2"), HasSubstr("succeeded")));
  EXPECT_THAT(done.err, HasSubstr("e2e-shop_web_1: "));
  EXPECT_EQ(Versions(), "1 1 2 2");
}

TEST_F(GroupOnAHost, RefusesWhatIsNotThere) {
  v1::UpgradeContainersRequest nobody;
  nobody.set_project("e2e-nobody");
  EXPECT_THAT(Submit(nobody), FailsWith(Code::kNotFound, "NOTHING_SELECTED"));
}

}  // namespace
}  // namespace berth::test

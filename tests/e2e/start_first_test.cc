// Zero downtime, for real: nginx in front of gunicorn, clients that ask all the time, and Celery in the middle of a
// job.
#include "tests/e2e/host.h"
#include "tests/support/http_load.h"

namespace berth::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kFront = "e2e-front";
const std::string kNetwork = "e2e-shop";
const std::string kAlias = "shop";

class StartFirstOnAHost : public RunningHost {
 protected:
  void SetUp() override {
    RunningHost::SetUp();
    private_engine.PushStack();
    docker.Command({"network", "create", kNetwork});
  }

  boost::json::object InNetwork(const std::vector<std::string>& aliases) const {
    return {{kNetwork, {{"Aliases", boost::json::array(aliases.begin(), aliases.end())}}}};
  }

  // gunicorn as kWeb, and nginx that knows it as `upstream`.
  void RunShop(const std::string& upstream) {
    old_id_ = docker.Run(kWeb, {{"Image", Image("shop:1")},
                                {"Labels", {{"berth.proxy", kFront}}},
                                {"HostConfig", {{"NetworkMode", kNetwork}, {"RestartPolicy", {{"Name", "always"}}}}},
                                {"NetworkingConfig", {{"EndpointsConfig", InNetwork({kAlias})}}}});
    ASSERT_TRUE(Within(20s, [&] { return docker.Inspect(kWeb).health == engine::Health::kHealthy; }));
    docker.Run(kFront, {{"Image", Image("nginx:1")},
                        {"Env", {"UPSTREAM=" + upstream}},
                        {"HostConfig", {{"NetworkMode", kNetwork}}},
                        {"NetworkingConfig", {{"EndpointsConfig", InNetwork({})}}}});
    ASSERT_TRUE(Within(20s, [&] { return Answers(); })) << "nginx does not listen";
  }

  std::string FrontAddress() {
    const auto& raw = docker.Inspect(kFront).raw;
    return std::string(raw.at("NetworkSettings").at("Networks").at(kNetwork).at("IPAddress").as_string());
  }

  HttpLoad Clients(int per_second, const std::string& path = "/") {
    return HttpLoad({.address = FrontAddress(), .path = path, .per_second = per_second});
  }

  bool Answers() {
    const auto answers = Clients(10).Stop();
    return !answers.empty() && FailuresOf(answers).empty();
  }

  void ExpectLosesNothing(const std::string& upstream) {
    RunShop(upstream);
    HttpLoad clients = Clients(100);
    for (const auto* image : {"shop:2", "shop:1"}) {
      const auto ended = Upgrade(image);
      ASSERT_OK(OutcomeOf(ended));
      EXPECT_EQ(ended.upgrade_result().strategy(), v1::UPGRADE_STRATEGY_START_FIRST);
      EXPECT_EQ(ended.upgrade_result().gap().nanos(), 0);
      EXPECT_THAT(ended.upgrade_result().warnings(), IsEmpty());
    }
    const auto answers = clients.Stop();
    EXPECT_THAT(FailuresOf(answers), IsEmpty());
    EXPECT_TRUE(std::any_of(answers.begin(), answers.end(), [](const auto& it) { return it.body.starts_with("2"); }));
    EXPECT_TRUE(answers.back().body.starts_with("1"));
    EXPECT_THAT(docker.Exec(kFront, {"cat", "/etc/hosts"}), Not(HasSubstr("berth")));
  }

  static std::vector<std::string> FailuresOf(const std::vector<Answered>& answers) {
    std::vector<std::string> failures;
    for (const auto& answer : answers) {
      if (!answer.failure.empty()) failures.push_back((answer.post ? "POST: " : "GET: ") + answer.failure);
    }
    return failures;
  }

  std::string old_id_;
};

TEST_F(StartFirstOnAHost, LosesNoRequestWhenTheProxyKnowsTheContainersName) { ExpectLosesNothing(kWeb); }

TEST_F(StartFirstOnAHost, LosesNoRequestWhenTheProxyKnowsAnAlias) { ExpectLosesNothing(kAlias); }

TEST_F(StartFirstOnAHost, LetsRequestsThatTakeLongComeToTheirEnd) {
  RunShop(kWeb);
  HttpLoad clients = Clients(1, "/slow");  // two seconds each
  EXPECT_OK(OutcomeOf(Upgrade("shop:2")));
  const auto answers = clients.Stop();
  EXPECT_THAT(FailuresOf(answers), IsEmpty());
  EXPECT_TRUE(answers.front().body.starts_with("1"));
}

TEST_F(StartFirstOnAHost, NobodyNoticesOneThatDoesNotBecomeHealthy) {
  RunShop(kAlias);
  HttpLoad clients = Clients(100);
  const auto ended = Upgrade("web:broken");
  EXPECT_THAT(OutcomeOf(ended), FailsWith(Code::kFailedPrecondition, "HEALTH_GATE_FAILED"));
  EXPECT_EQ(ended.upgrade_result().strategy(), v1::UPGRADE_STRATEGY_START_FIRST);
  EXPECT_THAT(FailuresOf(clients.Stop()), IsEmpty());
  EXPECT_THAT(docker.Names(), ElementsAre(kFront, kWeb));
  EXPECT_EQ(docker.Inspect(kWeb).id, old_id_);
}

TEST_F(StartFirstOnAHost, GoesBackWhenTheProxysConfigurationIsBroken) {
  RunShop(kAlias);
  docker.Exec(kFront, {"sh", "-c", "echo 'sever {' >> /etc/nginx/nginx.conf"});
  HttpLoad clients = Clients(100);
  const auto ended = Upgrade("shop:2");
  EXPECT_THAT(OutcomeOf(ended), FailsWith(Code::kFailedPrecondition, "PROXY_TEST_FAILED"));
  EXPECT_THAT(ended.error().message(), HasSubstr("sever"));
  EXPECT_THAT(FailuresOf(clients.Stop()), IsEmpty());
  EXPECT_EQ(docker.Inspect(kWeb).id, old_id_);
}

TEST_F(StartFirstOnAHost, LetsAWorkerFinishItsJob) {
  docker.Run(kWeb, {{"Image", Image("jobs:1")},
                    {"Labels", {{"berth.volumes", "shared"}}},
                    {"StopTimeout", 30},
                    {"HostConfig", {{"Binds", {"e2e-queue:/queue"}}}}});
  docker.AwaitOutput(kWeb, "ready.");
  docker.Exec(kWeb, {"celery", "--app", "jobs", "call", "work", "--args", R"(["first", 4])"});
  docker.AwaitOutput(kWeb, "version 1 begins first");
  const auto ended = Upgrade("jobs:2");
  ASSERT_OK(OutcomeOf(ended));
  EXPECT_EQ(ended.upgrade_result().strategy(), v1::UPGRADE_STRATEGY_START_FIRST);
  const auto& old = ended.upgrade_result().old_container_id();
  EXPECT_THAT(docker.Logs(old), HasSubstr("version 1 finished first"));
  docker.Exec(kWeb, {"celery", "--app", "jobs", "call", "work", "--args", R"(["second", 0])"});
  docker.AwaitOutput(kWeb, "version 2 finished second");
}

}  // namespace
}  // namespace berth::test

// The watchdog of berthd on a real engine.
#include "tests/e2e/healing.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kApp = "e2e-app";

TEST_F(Healing, RestartsWhatIsUnhealthyAndRemembersWhy) {
  const auto id = RunWatched(kApp);
  Watch();
  const auto before = StartedAt(kApp);
  FallIll(kApp);
  ASSERT_TRUE(EndsAs(kApp, v1::EPISODE_OUTCOME_HEALED));
  EXPECT_TRUE(IsHealed(kApp, before));
  EXPECT_EQ(docker.Inspect(kApp).id, id);
  const auto episode = Episodes(kApp).front();
  EXPECT_THAT(Actions(episode), ElementsAre("restart"));
  EXPECT_THAT(episode.health_output(), HasSubstr("out of memory"));
  EXPECT_THAT(agent.Log(), AllOf(HasSubstr(kApp + " is healthy again after 1 heal"), HasSubstr("episode=1")));
}

TEST_F(Healing, DoesNotTouchOneThatDidNotOptIn) {
  RunWatched("e2e-other", {{"Labels", {{"autoheal", "false"}}}});
  RunWatched(kApp);
  Watch();
  const auto before = StartedAt("e2e-other");
  FallIll("e2e-other");
  AwaitUnhealthy("e2e-other");
  FallIll(kApp);
  ASSERT_TRUE(EndsAs(kApp, v1::EPISODE_OUTCOME_HEALED));
  EXPECT_EQ(StartedAt("e2e-other"), before);
  EXPECT_THAT(Episodes("e2e-other"), IsEmpty());
}

TEST_F(Healing, MakesAnewFromTheSameImageWhatARestartDoesNotCure) {
  const auto id = RunWatched(kApp);
  const auto image = docker.Inspect(kApp).image_id;
  Watch("restarts_before_recreate = 1\n");
  FallIll(kApp, Cure::kRecreate);
  ASSERT_TRUE(EndsAs(kApp, v1::EPISODE_OUTCOME_HEALED));
  EXPECT_THAT(Actions(Episodes(kApp).front()), ElementsAre("restart", "recreate"));
  EXPECT_NE(docker.Inspect(kApp).id, id);
  EXPECT_EQ(docker.Inspect(kApp).image_id, image);
  EXPECT_THAT(docker.Names(), ElementsAre(kApp));
}

TEST_F(Healing, GivesUpOnWhatNothingCuresUntilItIsReset) {
  RunWatched(kApp);
  Watch("restarts_before_recreate = 2\n");
  FallIll(kApp, Cure::kNothing);
  ASSERT_TRUE(EndsAs(kApp, v1::EPISODE_OUTCOME_GAVE_UP));
  EXPECT_THAT(Actions(Episodes(kApp).front()), ElementsAre("restart", "restart", "recreate"));
  EXPECT_EQ(Watched(kApp).circuit(), v1::CIRCUIT_OPEN);
  const auto before = StartedAt(kApp);
  Recover(kApp, Cure::kNothing);
  EXPECT_TRUE(Within(10s, [&] { return IsHealthy(kApp); }));
  EXPECT_EQ(StartedAt(kApp), before);

  EXPECT_EQ(Berthctl({"health", "reset", kApp}).exit_code, 0);
  EXPECT_EQ(Watched(kApp).circuit(), v1::CIRCUIT_CLOSED);
  FallIll(kApp);
  EXPECT_TRUE(EndsAs(kApp, v1::EPISODE_OUTCOME_HEALED));
}

TEST_F(Healing, DoesNotForgetAnOpenCircuitWhenTheAgentIsKilled) {
  RunWatched(kApp);
  Watch("restarts_before_recreate = 1\nrecreate = false\n");
  FallIll(kApp, Cure::kNothing);
  ASSERT_TRUE(EndsAs(kApp, v1::EPISODE_OUTCOME_GAVE_UP));
  const auto before = StartedAt(kApp);
  agent.Kill();
  agent.Start();
  EXPECT_TRUE(Within(10s, [&] { return Watched(kApp).circuit() == v1::CIRCUIT_OPEN; }));
  EXPECT_EQ(StartedAt(kApp), before);
}

TEST_F(Healing, RestsWhileItIsPausedAlsoAcrossARestartOfTheAgent) {
  RunWatched(kApp);
  Watch();
  EXPECT_EQ(Berthctl({"health", "pause", "10m"}).exit_code, 0);
  agent.Kill();
  agent.Start();
  const auto before = StartedAt(kApp);
  FallIll(kApp);
  EXPECT_TRUE(Within(10s, [&] { return Watched(kApp).next_action() == "held: paused"; }));
  EXPECT_EQ(StartedAt(kApp), before);
  EXPECT_EQ(Berthctl({"health", "resume"}).exit_code, 0);
  EXPECT_TRUE(EndsAs(kApp, v1::EPISODE_OUTCOME_HEALED));
}

TEST_F(Healing, DoesNotTouchAPausedContainer) {
  RunWatched(kApp);
  Watch("confirm = \"1s\"\n");
  const auto before = StartedAt(kApp);
  FallIll(kApp);
  AwaitUnhealthy(kApp);
  docker.Pause(kApp);
  ASSERT_TRUE(EndsAs(kApp, v1::EPISODE_OUTCOME_STOPPED_BY_OPERATOR));
  EXPECT_EQ(docker.Inspect(kApp).state, engine::ContainerState::kPaused);
  EXPECT_EQ(StartedAt(kApp), before);
}

TEST_F(Healing, LeavesStoppedWhatItsOperatorStoppedWhileAnotherIsHealed) {
  RunWatched("e2e-slow", {{"Image", Image("stubborn:1")}, {"StopTimeout", 2}});
  RunWatched(kApp);
  Watch("confirm = \"500ms\"\n");
  FallIll(kApp);
  FallIll("e2e-slow");
  AwaitUnhealthy(kApp);
  docker.Stop(kApp);
  ASSERT_TRUE(EndsAs("e2e-slow", v1::EPISODE_OUTCOME_HEALED));
  EXPECT_EQ(docker.Inspect(kApp).state, engine::ContainerState::kExited);
  EXPECT_TRUE(EndsAs(kApp, v1::EPISODE_OUTCOME_STOPPED_BY_OPERATOR));
}

TEST_F(Healing, DoesNotWorkInsideAnUpgrade) {
  RunWeb({{"Labels", {{"autoheal", "true"}}}});
  EXPECT_TRUE(Within(10s, [&] { return IsHealthy(kWeb); }));
  Watch();
  const auto upgrade = Upgrade("web:broken");
  EXPECT_EQ(upgrade.state(), v1::OPERATION_STATE_FAILED);
  EXPECT_TRUE(upgrade.upgrade_result().rolled_back());
  EXPECT_EQ(Version(), "1");
  for (const auto& episode : Episodes(kWeb)) EXPECT_THAT(Actions(episode), IsEmpty()) << episode.DebugString();
}

TEST_F(Healing, HealsTheDatabaseFirstAndThenOnlyWhoDidNotRecover) {
  const auto service = [](const std::string& name, const std::string& on) {
    return boost::json::object{{"autoheal", "true"},
                               {"com.docker.compose.project", "shop"},
                               {"com.docker.compose.service", name},
                               {"com.docker.compose.container-number", "1"},
                               {"com.docker.compose.depends_on", on}};
  };
  const std::string on_db = "db:service_healthy:false";
  RunWatched("e2e-db", {{"Labels", service("db", "")}});
  RunWatched("e2e-well", {{"Labels", service("well", on_db)}});
  RunWatched("e2e-stuck", {{"Labels", service("stuck", on_db)}});
  Watch("budget = 1000\nrecreate = false\n");
  const auto well = StartedAt("e2e-well");
  FallIll("e2e-db", Cure::kNothing);  // is restarted again and again, while its dependants wait
  AwaitUnhealthy("e2e-db");
  FallIll("e2e-well");
  FallIll("e2e-stuck");
  AwaitUnhealthy("e2e-well");
  AwaitUnhealthy("e2e-stuck");
  Recover("e2e-well", Cure::kRestart);
  ASSERT_TRUE(Within(10s, [&] { return IsHealthy("e2e-well"); }));
  ASSERT_TRUE(Within(10s, [&] { return RecoversBetweenRestarts("e2e-db"); }));
  ASSERT_TRUE(EndsAs("e2e-stuck", v1::EPISODE_OUTCOME_HEALED));
  EXPECT_EQ(StartedAt("e2e-well"), well);
  EXPECT_LT(StartedAt("e2e-db"), StartedAt("e2e-stuck"));
}

TEST_F(Healing, IsTakenUpAgainWhenTheAgentIsKilledInTheMiddle) {
  RunWatched(kApp, {{"Image", Image("stubborn:1")}, {"StopTimeout", 3}});
  Watch();
  const auto before = StartedAt(kApp);
  FallIll(kApp);
  ASSERT_TRUE(Within(10s, [&] { return Watched(kApp).next_action() == "restart"; }));
  agent.Kill();
  agent.Start();
  EXPECT_TRUE(Within(20s, [&] { return IsHealed(kApp, before); }));
  EXPECT_THAT(docker.Names(), ElementsAre(kApp));
}

TEST_F(Healing, GoesOnAfterTheEngineWasAway) {
  RunWatched(kApp, {{"HostConfig", {{"RestartPolicy", {{"Name", "always"}}}}}});
  Watch();
  PrivateEngine::Stop();
  PrivateEngine::Start();
  EXPECT_TRUE(Within(20s, [&] { return IsHealthy(kApp); }));
  const auto before = StartedAt(kApp);
  FallIll(kApp);
  EXPECT_TRUE(Within(40s, [&] { return IsHealed(kApp, before); }));
}

TEST_F(Healing, SaysHowATargetTookANotice) {
  agent.Configure("[notices]\nwebhook = \"http://127.0.0.1:9/secret\"\nallow_private = true\n");
  agent.Start();
  const auto tried = Berthctl({"notify", "test"});
  EXPECT_EQ(tried.exit_code, 1);
  EXPECT_THAT(tried.err, HasSubstr("webhook: not delivered: "));
  EXPECT_THAT(tried.err + agent.Log(), Not(HasSubstr("secret")));
}

TEST_F(Healing, OffersFigures) {
  RunWatched(kApp);
  const std::string socket = directory / "metrics.sock";
  Watch("[metrics]\nlisten = \"unix://" + socket + "\"\n");
  FallIll(kApp);
  ASSERT_TRUE(EndsAs(kApp, v1::EPISODE_OUTCOME_HEALED));
  const auto scrape = RunToEnd({"curl", "-sS", "--unix-socket", socket, "http://berthd/metrics"});
  EXPECT_THAT(scrape.out, AllOf(HasSubstr("berth_watchdog_episodes_ended_total{outcome=\"healed\"} 1"),
                                HasSubstr("berth_build_info{"), Not(HasSubstr(kApp))));
}

TEST_F(Healing, ShowsPeopleWhatItSeesAndDid) {
  RunWatched(kApp);
  Watch();
  FallIll(kApp);
  ASSERT_TRUE(EndsAs(kApp, v1::EPISODE_OUTCOME_HEALED));
  EXPECT_THAT(Berthctl({"health"}).out, AllOf(HasSubstr(kApp), HasSubstr("healthy")));
  EXPECT_THAT(Berthctl({"health", "episodes"}).out, AllOf(HasSubstr(kApp), HasSubstr("healed")));
  EXPECT_EQ(Berthctl({"health", "nobody"}).exit_code, 1);
}

}  // namespace
}  // namespace berth::test

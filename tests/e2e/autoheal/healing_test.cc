// What berth-autoheal does to containers, as their labels and its variables say.
#include <csignal>

#include "tests/e2e/autoheal/autoheal_host.h"

namespace berth::test {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr char kFound[] = "found to be unhealthy - Restarting container now";

boost::json::object Labels(const boost::json::object& labels) { return {{"Labels", labels}}; }

class Autoheal : public AutohealHost {};

TEST_F(Autoheal, HealsByTheEventLongBeforeTheNextList) {
  Start({{"AUTOHEAL_INTERVAL", "300"}});
  const std::string id = Run("e2e-web");
  FallsIll("e2e-web");
  EXPECT_TRUE(Heals("e2e-web", 5s));
  EXPECT_THAT(Out(), HasSubstr("Container /e2e-web (" + id.substr(0, 12) +
                               ") found to be unhealthy - Restarting container now with 10s timeout\n"));
  EXPECT_TRUE(Says("e2e-web is healthy again after 1 heal"));
}

TEST_F(Autoheal, BeginsItsLogInTheOldWordsAndSaysWhatItWatches) {
  Run("e2e-web");
  Start();
  EXPECT_TRUE(Says("Watching 1 container: e2e-web"));
  EXPECT_THAT(Out(), HasSubstr("AUTOHEAL_CONTAINER_LABEL=autoheal\nAUTOHEAL_START_PERIOD=0\nAUTOHEAL_INTERVAL=0.5\n"
                               "AUTOHEAL_DEFAULT_STOP_TIMEOUT=10\nAUTOHEAL_ONLY_MONITOR_RUNNING=false\n"));
  EXPECT_THAT(Out(), MatchesRegex("(.|\n)*\n[0-3][0-9]-[01][0-9]-20[0-9][0-9] [0-9:]{8} berth-autoheal (.|\n)*"));
}

TEST_F(Autoheal, HealsWhatWasIllBeforeItCame) {
  Run("e2e-web");
  FallsIll("e2e-web");
  ASSERT_TRUE(StaysIll("e2e-web"));
  Start();
  EXPECT_TRUE(Heals("e2e-web"));
}

TEST_F(Autoheal, DoesNotTouchWhatDoesNotOptIn) {
  Start();
  Run("e2e-no-label", Labels({}));
  Run("e2e-false", Labels({{"autoheal", "false"}}));
  Run("e2e-healthy");
  const auto before = docker.Inspect("e2e-healthy").started_at;
  FallsIll("e2e-no-label");
  FallsIll("e2e-false");
  EXPECT_TRUE(StaysIll("e2e-no-label"));
  EXPECT_TRUE(StaysIll("e2e-false"));
  EXPECT_EQ(docker.Inspect("e2e-healthy").started_at, before);
  EXPECT_THAT(Out(), Not(HasSubstr(kFound)));
}

TEST_F(Autoheal, HeedsTheLabelThatItIsGiven) {
  Start({{"AUTOHEAL_CONTAINER_LABEL", "heal-me"}});
  Run("e2e-mine", Labels({{"heal-me", "true"}}));
  Run("e2e-opted-out", Labels({{"heal-me", "true"}, {"autoheal", "False"}}));
  Run("e2e-other");
  for (const auto* name : {"e2e-mine", "e2e-opted-out", "e2e-other"}) FallsIll(name);
  EXPECT_TRUE(Heals("e2e-mine"));
  EXPECT_TRUE(StaysIll("e2e-opted-out"));
  EXPECT_TRUE(StaysIll("e2e-other"));
}

TEST_F(Autoheal, HealsAllButThoseThatOptOutWhenAllAreWanted) {
  Start({{"AUTOHEAL_CONTAINER_LABEL", "all"}});
  Run("e2e-web", Labels({}));
  Run("e2e-opted-out", Labels({{"autoheal", "False"}}));
  FallsIll("e2e-web");
  FallsIll("e2e-opted-out");
  EXPECT_TRUE(Heals("e2e-web"));
  EXPECT_TRUE(StaysIll("e2e-opted-out"));
}

TEST_F(Autoheal, KillsWhatDoesNotStopAfterTheTimeoutOfItsLabel) {
  Start();
  Run("e2e-stubborn", {{"Labels", {{"autoheal", "true"}, {"autoheal.stop.timeout", "1"}}},
                       {"Cmd", {"sh", "-c", "trap '' TERM; while :; do sleep 1; done"}},
                       {"Entrypoint", boost::json::array()}});
  const auto began = std::chrono::steady_clock::now();
  FallsIll("e2e-stubborn");
  EXPECT_TRUE(Heals("e2e-stubborn"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, 6s);
  EXPECT_TRUE(Says("Restarting container now with 1s timeout"));
}

TEST_F(Autoheal, SaysThatALabelIsRubbishAndUsesTheDefault) {
  Start({{"AUTOHEAL_DEFAULT_STOP_TIMEOUT", "3"}});
  Run("e2e-web", Labels({{"autoheal", "true"}, {"autoheal.stop.timeout", "soon"}}));
  FallsIll("e2e-web");
  EXPECT_TRUE(Heals("e2e-web"));
  EXPECT_TRUE(Says("Restarting container now with 3s timeout"));
  EXPECT_THAT(Err(), HasSubstr("the label autoheal.stop.timeout=\"soon\" is ignored"));
}

TEST_F(Autoheal, DoesNotStartWhatItsOperatorHasStopped) {
  Start();
  Run("e2e-web");
  FallsIll("e2e-web");
  docker.Stop("e2e-web");
  EXPECT_FALSE(Within(3s, [this] { return docker.Inspect("e2e-web").state == engine::ContainerState::kRunning; }));
}

TEST_F(Autoheal, WaitsForItsStartPeriod) {
  Run("e2e-web");
  FallsIll("e2e-web");
  Start({{"AUTOHEAL_START_PERIOD", "4"}});
  EXPECT_THAT(Out(), HasSubstr("Monitoring containers for unhealthy status in 4 second(s)"));
  EXPECT_TRUE(StaysIll("e2e-web"));
  EXPECT_TRUE(Heals("e2e-web"));
}

TEST_F(Autoheal, GivesUpWhatNothingCures) {
  Start({{"AUTOHEAL_BUDGET", "1"}});
  const auto never_well = "test $(cut -d. -f1 /proc/uptime) -lt 0";
  docker.Run("e2e-hopeless",
             {{"Image", Image("web:1")},
              {"Labels", {{"autoheal", "true"}}},
              {"Healthcheck", {{"Test", {"CMD-SHELL", never_well}}, {"Interval", 200'000'000}, {"Retries", 1}}}});
  EXPECT_TRUE(Complains("given up: "));
  EXPECT_FALSE(Within(3s, [this] { return Count(Out(), kFound) > 1; }));
}

TEST_F(Autoheal, RestartsWithoutEndWhenItsBackoffIsOff) {
  Start({{"AUTOHEAL_BACKOFF", "off"}});
  docker.Run("e2e-hopeless",
             {{"Image", Image("web:1")},
              {"Labels", {{"autoheal", "true"}}},
              {"Healthcheck", {{"Test", {"CMD", "false"}}, {"Interval", 200'000'000}, {"Retries", 1}}}});
  EXPECT_TRUE(Within(40s, [this] { return Count(Out(), kFound) > 6; }));
  EXPECT_THAT(Err(), Not(HasSubstr("given up")));
}

TEST_F(Autoheal, RunsTheScriptAfterARestart) {
  const std::string script = directory / "script";
  WriteFile(script, "#!/bin/sh\necho \"script: $* with $AUTOHEAL_INTERVAL\"\nexit 3\n");
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  Start({{"POST_RESTART_SCRIPT", script + " my words"}});
  const std::string id = Run("e2e-web");
  FallsIll("e2e-web");
  EXPECT_TRUE(Says("script: my words /e2e-web " + id.substr(0, 12) + " running 10 with 0.5\n"));
  EXPECT_TRUE(Complains("POST_RESTART_SCRIPT: it ended with exit code 3"));
}

TEST_F(Autoheal, SaysWhenThereIsNoSuchScript) {
  Start({{"POST_RESTART_SCRIPT", "/no/such/script"}});
  Run("e2e-web");
  FallsIll("e2e-web");
  EXPECT_TRUE(Heals("e2e-web"));
  EXPECT_TRUE(Complains("POST_RESTART_SCRIPT: cannot run /no/such/script"));
}

TEST_F(Autoheal, StopsAtOnceWhenItHasNothingToDo) {
  Start();
  Signal(SIGTERM);
  EXPECT_EQ(End(1s), 0);
  EXPECT_EQ(Healthy(), 1);
}

TEST_F(Autoheal, LetsAHealEndBeforeItStops) {
  Start();
  Run("e2e-stubborn", {{"Labels", {{"autoheal", "true"}, {"autoheal.stop.timeout", "2"}}},
                       {"Cmd", {"sh", "-c", "trap '' TERM; while :; do sleep 1; done"}},
                       {"Entrypoint", boost::json::array()}});
  FallsIll("e2e-stubborn");
  ASSERT_TRUE(Says("Restarting container now with 2s timeout"));
  Signal(SIGTERM);
  EXPECT_EQ(End(8s), 0);
  EXPECT_TRUE(Heals("e2e-stubborn"));
}

}  // namespace
}  // namespace berth::test

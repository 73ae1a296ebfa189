// What the agent's watchdog does to containers of a real engine.
#include "tests/e2e/heal/watchdog_host.h"
#include "tests/e2e/inspection.h"

namespace berth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kVpn = "e2e-vpn";
const std::string kApp = "e2e-app";

TEST_F(WatchdogHost, RestartsByAnOperation) {
  Run(kVpn);
  Watch();
  FallsIll(kVpn);
  ASSERT_TRUE(Ends(kVpn + " healed"));
  EXPECT_THAT(WhatWasDone(), ElementsAre("restart " + kVpn));
}

TEST_F(WatchdogHost, RecreatesWhatRestartsDoNotHealFromTheSameImageAsItWas) {
  settings.restarts_before_recreate = 1;
  const auto id = Run(kVpn);
  const auto before = docker.Inspect(kVpn);
  Watch();
  FallsIllForGood(kVpn);
  ASSERT_TRUE(Ends(kVpn + " healed"));
  EXPECT_THAT(WhatWasDone(), ElementsAre("restart " + kVpn, "recreate " + kVpn));
  EXPECT_THAT(docker.Names(), ElementsAre(kVpn));
  const auto after = docker.Inspect(kVpn);
  EXPECT_NE(after.id, id);
  EXPECT_EQ(after.image_id, before.image_id);
  std::vector<std::string> differences = DifferencesBetween(before.raw, after.raw);
  std::erase_if(differences, [](const std::string& line) {
    return line.starts_with("Config.Labels.berth.") || line.starts_with("Config.Hostname");
  });
  EXPECT_THAT(differences, IsEmpty());
}

TEST_F(WatchdogHost, LeavesTheOldContainerWhenARecreateDoesNotHelpAndGivesUp) {
  settings.restarts_before_recreate = 1;
  const auto id = Run(
      kVpn,
      {{"Healthcheck", {{"Test", {"CMD-SHELL", "test ! -e /shared/ill"}}, {"Interval", 200'000'000}, {"Retries", 1}}},
       {"HostConfig", {{"Binds", {"e2e-shared:/shared"}}}}});
  Watch();
  docker.Exec(kVpn, {"touch", "/shared/ill"});
  ASSERT_TRUE(Ends(kVpn + " gave_up"));
  EXPECT_THAT(WhatWasDone(), ElementsAre("restart " + kVpn, "recreate " + kVpn));
  EXPECT_THAT(docker.Names(), ElementsAre(kVpn));
  EXPECT_EQ(docker.Inspect(kVpn).id, id);
  EXPECT_TRUE(Runs(kVpn));
  EXPECT_THAT(Ends(), ElementsAre(kVpn + " gave_up"));
  docker.Remove(kVpn);
  docker.Command({"volume", "rm", "e2e-shared"});
}

// --- who lives in the network namespace of another one

TEST_F(WatchdogHost, RestartsTheFollowerAfterItsOwner) {
  Run(kVpn);
  const auto id = RunIn(kVpn, kApp);
  Watch();
  FallsIll(kVpn);
  ASSERT_TRUE(Ends(kApp + " healed"));
  EXPECT_THAT(WhatWasDone(), ElementsAre("restart " + kVpn, "restart " + kApp));
  EXPECT_EQ(docker.Inspect(kApp).id, id);
  EXPECT_GT(StartOf(kApp), StartOf(kVpn));
  EXPECT_EQ(AsksItsNetwork(kApp), "1");
}

TEST_F(WatchdogHost, RecreatesTheFollowerAfterItsOwnerWasRecreated) {
  settings.restarts_before_recreate = 0;
  const auto old_vpn = Run(kVpn);
  RunIn(kVpn, kApp);
  Watch();
  FallsIllForGood(kVpn);
  ASSERT_TRUE(Ends(kApp + " healed"));
  EXPECT_THAT(WhatWasDone(), ElementsAre("recreate " + kVpn, "recreate " + kApp));
  EXPECT_NE(docker.Inspect(kVpn).id, old_vpn);
  EXPECT_EQ(ModeOf(kApp), "container:" + docker.Inspect(kVpn).id);
  EXPECT_EQ(AsksItsNetwork(kApp), "1");
  EXPECT_THAT(docker.Names(), ElementsAre(kApp, kVpn));
}

TEST_F(WatchdogHost, RecreatesTheFollowerAfterSomebodyElseMadeItsOwnerAnew) {
  Run(kVpn);
  RunIn(kVpn, kApp);
  Watch();
  docker.Remove(kVpn);
  const auto vpn = Run(kVpn);
  ASSERT_TRUE(Ends(kApp + " healed"));
  EXPECT_THAT(WhatWasDone(), ElementsAre("recreate " + kApp));
  EXPECT_EQ(ModeOf(kApp), "container:" + vpn);
  EXPECT_EQ(AsksItsNetwork(kApp), "1");
}

TEST_F(WatchdogHost, DoesNotTouchAFollowerWhoseOwnerIsWell) {
  Run(kVpn);
  RunIn(kVpn, kApp);
  const auto start = StartOf(kApp);
  Watch();
  EXPECT_FALSE(Within(3s, [&] { return !WhatWasDone().empty(); }));
  EXPECT_EQ(StartOf(kApp), start);
}

}  // namespace
}  // namespace berth::test

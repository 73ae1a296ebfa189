// What a person does to a container counts more than what the watchdog would.
#include <algorithm>
#include <thread>

#include "tests/e2e/heal/watchdog_host.h"

namespace berth::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kWeb = "e2e-web";
const std::string kSlow = "e2e-slow";

// Ignores SIGTERM, and is killed after 3 s.
boost::json::object Stubborn(const std::string& image) {
  return {{"Image", image}, {"Labels", {{"autoheal", "true"}, {"autoheal.stop.timeout", "3"}}}};
}
boost::json::object Patient() { return {{"Labels", {{"autoheal", "true"}, {"berth.heal.confirm", "2s"}}}}; }

class OperatorOnAHost : public WatchdogHost {
 protected:
  bool IsIll(const std::string& name) { return docker.Inspect(name).health == engine::Health::kUnhealthy; }
  void FallsAndIsIll(const std::string& name) {
    FallsIll(name);
    ASSERT_TRUE(Within(5s, [&] { return IsIll(name); }));
  }
  // The watchdog has asked for a restart of kSlow, which takes 3 s.
  void SlowIsBeingRestarted() {
    Run(kSlow, Stubborn(Image("stubborn:1")));
    Watch();
    FallsIll(kSlow);
    ASSERT_TRUE(Within(5s, [&] { return !WhatWasDone().empty(); }));
    ASSERT_TRUE(Within(2s, [&] { return docker.Logs(kSlow).find("SIGTERM ignored") != std::string::npos; }));
  }
  bool StaysStopped(const std::string& name) {
    return Within(10s, [&] { return !Runs(name); }) && !Within(4s, [&] { return Runs(name); });
  }
};

TEST_F(OperatorOnAHost, StopsOneWhileAnotherIsHealed) {
  Run(kWeb, Patient());
  SlowIsBeingRestarted();
  FallsAndIsIll(kWeb);
  docker.Stop(kWeb);
  EXPECT_TRUE(StaysStopped(kWeb));
  EXPECT_TRUE(Ends(kSlow + " healed"));
  EXPECT_THAT(WhatWasDone(), ElementsAre("restart " + kSlow));
}

TEST_F(OperatorOnAHost, StopsAnUnhealthyOneBeforeItIsHealed) {
  Run(kWeb, Patient());
  Watch();
  FallsAndIsIll(kWeb);
  docker.Stop(kWeb);
  EXPECT_TRUE(StaysStopped(kWeb));
  EXPECT_THAT(WhatWasDone(), IsEmpty());
  EXPECT_THAT(Ends(), ElementsAre(kWeb + " stopped_by_operator"));
}

TEST_F(OperatorOnAHost, StopsOneAtTheMomentWhenItFallsIll) {
  Run(kSlow, Stubborn(Image("stubborn:1")));
  Watch();
  std::thread person([this] { docker.Command({"stop", "-t", "2", kSlow}); });
  EXPECT_TRUE(Within(2s, [&] { return docker.Logs(kSlow).find("SIGTERM ignored") != std::string::npos; }));
  docker.Exec(kSlow, {"touch", "/run/ill"});
  person.join();
  EXPECT_TRUE(StaysStopped(kSlow));
  EXPECT_THAT(WhatWasDone(), IsEmpty());
}

TEST_F(OperatorOnAHost, PausesAnUnhealthyOneAndItIsLeftPaused) {
  Run(kWeb, Patient());
  Watch();
  FallsAndIsIll(kWeb);
  docker.Pause(kWeb);
  EXPECT_FALSE(Within(4s, [&] { return docker.Inspect(kWeb).state != engine::ContainerState::kPaused; }));
  EXPECT_THAT(WhatWasDone(), IsEmpty());
  docker.Command({"unpause", kWeb});
}

TEST_F(OperatorOnAHost, RestartsAnUnhealthyOneAndItIsNotRestartedAgain) {
  Run(kWeb, Patient());
  Watch();
  FallsAndIsIll(kWeb);
  docker.Command({"restart", kWeb});
  const auto start = StartOf(kWeb);
  EXPECT_FALSE(Within(4s, [&] { return StartOf(kWeb) != start; }));
  EXPECT_THAT(WhatWasDone(), IsEmpty());
}

// --- while the watchdog's own restart waits for the container to end

TEST_F(OperatorOnAHost, RestartsOneWhileItIsRestartedAndItRuns) {
  SlowIsBeingRestarted();
  docker.Command({"restart", "-t", "20", kSlow});
  EXPECT_FALSE(Within(4s, [&] { return !Runs(kSlow); }));
  EXPECT_THAT(WhatWasDone(), testing::Not(Contains("stop " + kSlow)));
}

TEST_F(OperatorOnAHost, RemovesOneWhileItIsRestartedAndItIsGone) {
  SlowIsBeingRestarted();
  docker.Remove(kSlow);
  EXPECT_FALSE(Within(4s, [&] { return docker.Has(kSlow); }));
}

}  // namespace
}  // namespace berth::test

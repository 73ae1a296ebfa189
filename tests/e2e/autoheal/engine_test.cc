// The engine is away, comes back, is killed, or is no engine at all: berth-autoheal never ends and never spins.
#include <fstream>
#include <sys/resource.h>

#include "tests/e2e/autoheal/autoheal_host.h"
#include "tests/e2e/autoheal/relay.h"
#include "tests/support/scripted_peer.h"

namespace berth::test {
namespace {

constexpr char kAway[] = "the watchdog can't see the containers";
constexpr char kBack[] = "the watchdog sees the containers again";

class AutohealAndTheEngine : public AutohealHost {
 protected:
  void TearDown() override {
    if (!engine_runs_) StartEngine();
    AutohealHost::TearDown();
  }

  void KillEngine() {
    PrivateEngine::Kill();
    engine_runs_ = false;
  }
  void StartEngine() {
    PrivateEngine::Start();
    engine_runs_ = true;
  }
  // Of the process, since its start.
  double CpuSeconds() const {
    std::ifstream stat("/proc/" + std::to_string(pid()) + "/stat");
    std::string word;
    double ticks = 0;
    for (int i = 1; i <= 15 && stat >> word; ++i) {
      if (i >= 14) ticks += std::stod(word);
    }
    return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
  }

 private:
  bool engine_runs_ = true;
};

TEST_F(AutohealAndTheEngine, WaitsForOneThatIsAwayAtItsStart) {
  Run("e2e-web", {{"HostConfig", {{"Tmpfs", {{"/run", ""}}}, {"RestartPolicy", {{"Name", "always"}}}}}});
  KillEngine();
  StartWithoutEngine();
  EXPECT_TRUE(Complains(kAway));
  EXPECT_EQ(Healthy(), 1);
  StartEngine();
  EXPECT_TRUE(Complains(kBack));
  EXPECT_EQ(Healthy(), 0);
  EXPECT_TRUE(Says("Watching 1 container: e2e-web"));
  EXPECT_TRUE(Within(15s, [this] { return IsHealthy("e2e-web"); }));
  FallsIll("e2e-web");
  EXPECT_TRUE(Heals("e2e-web", 30s));
  EXPECT_EQ(Count(Err(), kAway), 1U);
}

TEST_F(AutohealAndTheEngine, HealsAgainWhenOneThatWasKilledIsBack) {
  Start();
  Run("e2e-web", {{"HostConfig", {{"Tmpfs", {{"/run", ""}}}, {"RestartPolicy", {{"Name", "always"}}}}}});
  KillEngine();
  EXPECT_TRUE(Complains(kAway));
  EXPECT_TRUE(Within(8s, [this] { return Healthy() == 1; }));
  StartEngine();
  EXPECT_TRUE(Within(15s, [this] { return Healthy() == 0 && IsHealthy("e2e-web"); }));
  FallsIll("e2e-web");
  EXPECT_TRUE(Heals("e2e-web", 30s));
  EXPECT_EQ(Count(Err(), kAway), 1U);
  EXPECT_EQ(Count(Err(), kBack), 1U);
}

// Docker 17.11 to 23.0 checks the health of what ran on no more: only of what is started later.
TEST_F(AutohealAndTheEngine, GoesOnWhenItWasRestartedUnderLiveContainers) {
  Configure({{"live-restore", true}});
  Start();
  Run("e2e-old");
  const auto before = docker.Inspect("e2e-old").started_at;
  KillEngine();
  EXPECT_TRUE(Complains(kAway));
  StartEngine();
  EXPECT_TRUE(Within(15s, [this] { return Healthy() == 0; }));
  Run("e2e-new");
  FallsIll("e2e-new");
  EXPECT_TRUE(Heals("e2e-new", 30s));
  EXPECT_EQ(docker.Inspect("e2e-old").started_at, before);
}

// No list comes by itself for a long time: what was lost with the stream comes to light when there is a new one.
TEST_F(AutohealAndTheEngine, HealsWhatFellIllWhileTheEventsWereCut) {
  Relay relay(directory / "relay.sock", Socket());
  Start({{"DOCKER_SOCK", directory / "relay.sock"}, {"AUTOHEAL_INTERVAL", "300"}});
  Run("e2e-web");
  for (int i = 0; i < 2; ++i) {
    FallsIll("e2e-web");
    const auto end = std::chrono::steady_clock::now() + 1s;
    while (std::chrono::steady_clock::now() < end) relay.Cut();
    EXPECT_TRUE(Heals("e2e-web", 40s)) << i;
  }
  EXPECT_EQ(Count(Out(), "found to be unhealthy"), 2U);
}

TEST_F(AutohealAndTheEngine, SpeaksToItOverTcp) {
  Configure({{"hosts", {private_engine.endpoint, "tcp://127.0.0.1:12375"}}});
  Start({{"DOCKER_SOCK", "tcp://127.0.0.1:12375"}});
  Run("e2e-web");
  FallsIll("e2e-web");
  EXPECT_TRUE(Heals("e2e-web"));
}

TEST_F(AutohealAndTheEngine, IsFrozenAndGoesOn) {
  Start({{"CURL_TIMEOUT", "1"}});
  Run("e2e-web");
  PrivateEngine::Freeze();
  EXPECT_TRUE(Complains(kAway));
  const double before = CpuSeconds();
  EXPECT_FALSE(Within(3s, [this] { return End(0ms).has_value(); }));
  EXPECT_LT(CpuSeconds() - before, 0.1);
  PrivateEngine::Thaw();
  EXPECT_TRUE(Complains(kBack));
  FallsIll("e2e-web");
  EXPECT_TRUE(Heals("e2e-web", 30s));
}

class AutohealAndRubbish : public AutohealAndTheEngine, public testing::WithParamInterface<std::string> {};

TEST_P(AutohealAndRubbish, DoesNotEndItAndDoesNotMakeItSpin) {
  RealLoop loop;
  ScriptedPeer peer(loop);
  for (int i = 0; i < 200; ++i) peer.NextConnection().Answer("GET /", GetParam()).HangUp();
  StartWithoutEngine({{"DOCKER_SOCK", peer.endpoint().path}});
  const auto end = std::chrono::steady_clock::now() + 4s;
  loop.RunUntil([&] { return std::chrono::steady_clock::now() > end; }, 10s);
  EXPECT_EQ(End(0ms), std::nullopt);
  EXPECT_EQ(Count(Err(), kAway), 1U) << Err();
  EXPECT_GT(peer.connections(), 1U);
  EXPECT_LT(peer.connections(), 25U);
  EXPECT_LT(CpuSeconds(), 0.3);
  peer.Vanish();
}

INSTANTIATE_TEST_SUITE_P(
    Answers, AutohealAndRubbish,
    testing::Values("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>",
                    "HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{\"ApiVersion\":",
                    "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops", "\x01\x02rubbish\r\n\r\n"));

}  // namespace
}  // namespace berth::test

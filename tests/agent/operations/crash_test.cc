// The agent is killed at every single point of an operation, the nth from n = 1 until nothing crashes any more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/operations/agent_host.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using testing::SizeIs;

constexpr int kMorePointsThanThereAre = 400;

// Kills the agent at point `n` of `request`, starts it again and lets it recover. False when there is no such point.
bool KilledAt(int n, AgentHost& host, const Request& request) {
  host.engine.calls.CrashAt(n);
  try {
    host.Do(request).value();
    return false;
  } catch (const test::SimulatedCrash&) {
    host.Restart();
    host.UntilIdle();
    return true;
  }
}

void ExpectOneServes(AgentHost& host, int n) {
  EXPECT_EQ(host.RunningCount(), 1u) << "killed at point " << n;
  ASSERT_TRUE(host.engine.Has("web")) << "killed at point " << n;
  EXPECT_TRUE(host.At("web").Runs()) << "killed at point " << n;
  EXPECT_EQ(host.At("web").RestartPolicy().name, "always") << "killed at point " << n;
  EXPECT_THAT(*host.operations->List({.unfinished = true}), SizeIs(0)) << "killed at point " << n;
  for (const auto& name : host.Names())
    EXPECT_FALSE(name.ends_with("-new")) << name << " is left, killed at point " << n;
}

TEST(Crash, LeavesExactlyOneContainerRunningUnderTheRightNameAtEveryPointOfAnUpgrade) {
  int points = 0;
  for (int n = 1; n < kMorePointsThanThereAre; ++n) {
    AgentHost host;
    host.RunWeb();
    if (!KilledAt(n, host, AskUpgrade("web", "web:2"))) break;
    ++points;
    ExpectOneServes(host, n);
  }
  EXPECT_GT(points, 30);
}

TEST(Crash, LeavesExactlyOneContainerRunningAtEveryPointOfAnUpgradeThatFails) {
  int points = 0;
  for (int n = 1; n < kMorePointsThanThereAre; ++n) {
    AgentHost host;
    host.RunWeb();
    host.engine.machine.registry.Publish("web:2",
                                         {.behaviour = {.healthy_after = std::nullopt, .unhealthy_after = 1s}});
    if (!KilledAt(n, host, AskUpgrade("web", "web:2"))) break;
    ++points;
    ExpectOneServes(host, n);
    EXPECT_EQ(host.At("web").Image(), "web:1") << "killed at point " << n;
  }
  EXPECT_GT(points, 30);
}

TEST(Crash, LeavesExactlyOneContainerRunningAtEveryPointOfARollback) {
  int points = 0;
  for (int n = 1; n < kMorePointsThanThereAre; ++n) {
    AgentHost host;
    host.RunWeb();
    host.Do(AskUpgrade("web", "web:2")).value();
    if (!KilledAt(n, host, Ask(Kind::kRollback, "web"))) break;
    ++points;
    ExpectOneServes(host, n);
    EXPECT_THAT(host.Names(), SizeIs(2)) << "killed at point " << n;
  }
  EXPECT_GT(points, 20);
}

TEST(Crash, LeavesExactlyOneContainerAtEveryPointOfARecreate) {
  int points = 0;
  for (int n = 1; n < kMorePointsThanThereAre; ++n) {
    AgentHost host;
    host.RunWeb();
    if (!KilledAt(n, host, Ask(Kind::kRecreate, "web"))) break;
    ++points;
    ExpectOneServes(host, n);
    EXPECT_THAT(host.Names(), SizeIs(1)) << "killed at point " << n;
    EXPECT_EQ(host.At("web").Image(), "web:1") << "killed at point " << n;
  }
  EXPECT_GT(points, 25);
}

TEST(Crash, LeavesTheOldContainerAtEveryPointOfARecreateThatFails) {
  int points = 0;
  for (int n = 1; n < kMorePointsThanThereAre; ++n) {
    AgentHost host;
    host.RunWeb();
    const auto id = host.At("web").id;
    host.engine.calls.after_effect = [&host](const std::string& call) {
      if (call.starts_with("create ")) host.At(call.substr(7)).behaviour = {.exits_after = 500ms, .exit_code = 3};
    };
    if (!KilledAt(n, host, Ask(Kind::kRecreate, "web"))) break;
    ++points;
    ExpectOneServes(host, n);
    EXPECT_THAT(host.Names(), SizeIs(1)) << "killed at point " << n;
    EXPECT_EQ(host.At("web").id, id) << "killed at point " << n;
  }
  EXPECT_GT(points, 25);
}

// Killed again while it recovers, at every point of that.
TEST(Crash, RecoversFromACrashInTheMiddleOfARecovery) {
  for (int n = 1; n < kMorePointsThanThereAre; ++n) {
    AgentHost host;
    host.RunWeb();
    host.engine.machine.registry.Publish("web:2", {.behaviour = {.healthy_after = std::nullopt}});
    const auto begun = host.Submit(AskUpgrade("web", "web:2"));
    host.loop.RunFor(5s);  // at the gate
    host.engine.calls.CrashAt(n);
    bool crashed = false;
    host.Restart();
    try {
      host.UntilIdle();
    } catch (const test::SimulatedCrash&) {
      crashed = true;
      host.Restart();
      host.UntilIdle();
    }
    ExpectOneServes(host, n);
    EXPECT_EQ(host.At("web").Image(), "web:1") << "killed at point " << n;
    if (!crashed) break;
  }
}

TEST(Crash, FinishesOrGivesUpWhatWasOneCallAtEveryPoint) {
  for (const Kind kind : {Kind::kStart, Kind::kStop, Kind::kRestart}) {
    for (int n = 1; n < kMorePointsThanThereAre; ++n) {
      AgentHost host;
      host.RunWeb();
      if (!KilledAt(n, host, Ask(kind, "web"))) break;
      EXPECT_THAT(*host.operations->List({.unfinished = true}), SizeIs(0)) << Name(kind) << " killed at point " << n;
    }
  }
}

TEST(Crash, DoesNotLeaveAContainerDownAtAnyPointOfARestart) {
  int points = 0;
  for (int n = 1; n < kMorePointsThanThereAre; ++n) {
    AgentHost host;
    host.RunWeb();
    if (!KilledAt(n, host, Ask(Kind::kRestart, "web"))) break;
    ++points;
    EXPECT_TRUE(host.At("web").Runs()) << "killed at point " << n;
  }
  EXPECT_GE(points, 4);
}

class CrashInARestart : public testing::Test {
 protected:
  // Killed after the engine has been asked, and before the container has stopped.
  void SetUp() override {
    host.RunWeb();
    begun = host.Submit(Ask(Kind::kRestart, "web")).value().id;
    host.loop.RunFor(50ms);
    host.loop.Kill();
    host.operations.reset();
    host.loop.RunFor(1s);
  }
  Operation Recovered() {
    host.Begin();
    EXPECT_OK(host.operations->Recover());
    host.UntilIdle();
    return host.operations->Get(begun).value();
  }

  AgentHost host;
  std::string begun;
};

TEST_F(CrashInARestart, StartsWhatItLeftDown) {
  ASSERT_FALSE(host.At("web").Runs());
  EXPECT_EQ(Recovered().state, State::kSucceeded);
  EXPECT_TRUE(host.At("web").Runs());
}

TEST_F(CrashInARestart, DoesNotStartItALongTimeAfterwards) {
  host.loop.RunFor(1h);
  EXPECT_EQ(Recovered().error->reason, "INTERRUPTED");
  EXPECT_FALSE(host.At("web").Runs());
}

TEST_F(CrashInARestart, DoesNotRestartItAgainWhenTheEngineWentOnWithIt) {
  ASSERT_OK(host.engine.machine.Start("web"));
  const int run = host.At("web").run;
  EXPECT_EQ(Recovered().state, State::kSucceeded);
  EXPECT_EQ(host.At("web").run, run);
}

TEST_F(CrashInARestart, SaysWhyItCannotBeStarted) {
  host.At("web").behaviour.start_error = "device is gone";
  EXPECT_THAT(Recovered().error->message, testing::HasSubstr("device is gone"));
}

TEST_F(CrashInARestart, WaitsForTheEngine) {
  host.engine.GoDown();
  host.Begin();
  EXPECT_OK(host.operations->Recover());
  host.loop.RunFor(1min);
  EXPECT_EQ(host.operations->RunningCount(), 1u);
  host.engine.ComeBack();
  host.UntilIdle();
  EXPECT_TRUE(host.At("web").Runs());
}

TEST(Crash, DoesNotBeginWhatWasStillQueued) {
  AgentHost host;
  host.RunWeb();
  host.Submit(Ask(Kind::kRestart, "web")).value();
  Request request = Ask(Kind::kStop, "web");
  request.queue = true;
  const auto queued = host.Submit(request);
  host.Restart();
  host.UntilIdle();
  EXPECT_EQ(host.operations->Get(queued->id)->error->reason, "INTERRUPTED");
  EXPECT_TRUE(host.At("web").Runs());
}

}  // namespace
}  // namespace berth::agent

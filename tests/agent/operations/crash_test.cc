// The agent is killed at every single point of an operation, the nth from n = 1 until nothing crashes any more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/operations/agent_host.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using testing::SizeIs;

constexpr int kMorePointsThanThereAre = 400;

// Kills the agent at point `n` of `request`. False when there is no such point.
bool DiesAt(int n, AgentHost& host, const Request& request) {
  host.engine.calls.CrashAt(n);
  try {
    host.Do(request).value();
    return false;
  } catch (const test::SimulatedCrash&) {
    return true;
  }
}

// The same, and it is started again and recovers.
bool KilledAt(int n, AgentHost& host, const Request& request) {
  if (!DiesAt(n, host, request)) return false;
  host.Restart();
  host.UntilIdle();
  return true;
}

// The same, but the journal is gone by then.
bool KilledAndForgottenAt(int n, AgentHost& host, const Request& request) {
  if (!DiesAt(n, host, request)) return false;
  host.journal = test::MemoryJournal();
  host.Restart();
  host.loop.RunFor(10s);
  host.UntilIdle();
  return true;
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

// --- and the journal is gone ---

// Under the right name, with its restart policy; nothing is left over but what is kept.
void ExpectOneServesUnforgotten(AgentHost& host, int n) {
  ExpectOneServes(host, n);
  for (const auto& name : host.Names()) {
    if (name != "web") EXPECT_EQ(host.At(name).RestartPolicy().name, "no") << name << ", killed at point " << n;
  }
}

TEST(CrashWithoutAJournal, LeavesExactlyOneContainerAtEveryPointOfAnUpgrade) {
  int points = 0;
  for (int n = 1; n < kMorePointsThanThereAre; ++n) {
    AgentHost host;
    host.RunWeb();
    if (!KilledAndForgottenAt(n, host, AskUpgrade("web", "web:2"))) break;
    ++points;
    ExpectOneServesUnforgotten(host, n);
    EXPECT_THAT(host.Names(), SizeIs(host.At("web").Image() == "web:1" ? 1 : 2)) << "killed at point " << n;
  }
  EXPECT_GT(points, 30);
}

TEST(CrashWithoutAJournal, LeavesExactlyOneContainerAtEveryPointOfAnUpgradeThatFails) {
  int points = 0;
  for (int n = 1; n < kMorePointsThanThereAre; ++n) {
    AgentHost host;
    host.RunWeb();
    host.engine.machine.registry.Publish("web:2",
                                         {.behaviour = {.healthy_after = std::nullopt, .unhealthy_after = 1s}});
    if (!KilledAndForgottenAt(n, host, AskUpgrade("web", "web:2"))) break;
    ++points;
    ExpectOneServesUnforgotten(host, n);
  }
  EXPECT_GT(points, 30);
}

TEST(CrashWithoutAJournal, LeavesExactlyOneContainerAtEveryPointOfARecreate) {
  int points = 0;
  for (int n = 1; n < kMorePointsThanThereAre; ++n) {
    AgentHost host;
    host.RunWeb();
    if (!KilledAndForgottenAt(n, host, Ask(Kind::kRecreate, "web"))) break;
    ExpectOneServesUnforgotten(host, n);
    ++points;
  }
  EXPECT_GT(points, 20);
}

TEST(CrashWithoutAJournal, LosesNothingAtAnyPointOfARollback) {
  int points = 0;
  for (int n = 1; n < kMorePointsThanThereAre; ++n) {
    AgentHost host;
    host.RunWeb();
    host.Do(AskUpgrade("web", "web:2")).value();
    if (!KilledAndForgottenAt(n, host, Ask(Kind::kRollback, "web"))) break;
    EXPECT_EQ(host.RunningCount(), 1u) << "killed at point " << n;
    EXPECT_TRUE(host.At("web").Runs()) << "killed at point " << n;
    EXPECT_THAT(host.Names(), SizeIs(2)) << "killed at point " << n;
    ++points;
  }
  EXPECT_GT(points, 20);
}

// The end of its log was lost, or somebody restored an older one.
// False when there is no point `n` of `request`. What is on record is how it began.
bool KilledWithTheJournalBehind(int n, AgentHost& host, const Request& request) {
  const auto begun = host.Submit(request).value();
  const auto behind = host.journal;
  host.engine.calls.CrashAt(n);
  try {
    host.End(begun.id).value();
    return false;
  } catch (const test::SimulatedCrash&) {
    host.journal = behind;
    host.Restart();
    host.loop.RunFor(10s);
    host.UntilIdle();
    return true;
  }
}

TEST(CrashWithoutAJournal, GoesBackFromAnUpgradeThatAJournalWhichIsBehindKnowsTheBeginningOf) {
  int points = 0;
  for (int n = 1; n < kMorePointsThanThereAre; ++n) {
    AgentHost host;
    host.RunWeb();
    if (!KilledWithTheJournalBehind(n, host, AskUpgrade("web", "web:2"))) break;
    ExpectOneServesUnforgotten(host, n);
    EXPECT_EQ(host.At("web").Image(), "web:1") << "killed at point " << n;
    ++points;
  }
  EXPECT_GT(points, 20);
}

TEST(CrashWithoutAJournal, GoesBackFromSuchARollback) {
  int points = 0;
  for (int n = 1; n < kMorePointsThanThereAre; ++n) {
    AgentHost host;
    host.RunWeb();
    host.Do(AskUpgrade("web", "web:2")).value();
    if (!KilledWithTheJournalBehind(n, host, Ask(Kind::kRollback, "web"))) break;
    ExpectOneServesUnforgotten(host, n);
    EXPECT_THAT(host.At("web").Image(), testing::StartsWith("web:2@")) << "killed at point " << n;
    ++points;
  }
  EXPECT_GT(points, 20);
}

TEST(CrashWithoutAJournal, TellsWhatWasPutRightAsAnOperation) {
  AgentHost host;
  host.RunWeb();
  host.engine.calls.before_call = [](const std::string& call) {
    if (call.starts_with("start ")) throw test::SimulatedCrash();
  };
  const auto begun = host.Submit(AskUpgrade("web", "web:2")).value();
  EXPECT_THROW(host.UntilIdle(), test::SimulatedCrash);
  host.engine.calls.before_call = nullptr;
  host.journal = test::MemoryJournal();
  host.Restart();
  host.loop.RunFor(10s);
  host.UntilIdle();
  const auto told = host.operations->Get(begun.id).value();
  EXPECT_EQ(told.state, State::kFailed);
  EXPECT_EQ(told.error->reason, "INTERRUPTED");
  EXPECT_THAT(told.plan->warnings, testing::ElementsAre(testing::HasSubstr("the journal did not know")));
}

// SQLite's own checks don't see what is inside of a row.
TEST(CrashWithoutAJournal, PutsRightWhatADamagedRecordDoesNotTell) {
  int points = 0;
  for (int n = 1; n < kMorePointsThanThereAre; ++n) {
    AgentHost host;
    host.RunWeb();
    if (!DiesAt(n, host, AskUpgrade("web", "web:2"))) break;
    const auto unfinished = *host.journal.Unfinished();
    for (const auto& entry : unfinished) ASSERT_OK(host.journal.Intend(entry.operation.id, UpgradeRecord()));
    host.Restart();
    host.loop.RunFor(10s);
    host.UntilIdle();
    ExpectOneServesUnforgotten(host, n);
    ++points;
  }
  EXPECT_GT(points, 20);
}

TEST(CrashWithoutAJournal, WaitsForTheEngine) {
  AgentHost host;
  host.RunWeb();
  ASSERT_TRUE(DiesAt(20, host, AskUpgrade("web", "web:2")));
  host.journal = test::MemoryJournal();
  host.engine.GoDown();
  host.Restart();
  host.loop.RunFor(1min);
  host.engine.ComeBack();
  host.loop.RunFor(15s);
  host.UntilIdle();
  ExpectOneServesUnforgotten(host, 20);
}

// ---

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

// Containers that live in a namespace of the one that is upgraded.
#include "agent/operations/dependants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/operations/json_access.h"
#include "tests/agent/operations/agent_host.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// `net` lives in web's network namespace, `pid` in its PID namespace, and `deep` in the network namespace of `net`.
class DependantsTest : public testing::Test {
 protected:
  DependantsTest() { Furnish(host); }

  static void Furnish(AgentHost& host) {
    host.RunWeb();
    Join(host, "net", "NetworkMode", "web");
    Join(host, "pid", "PidMode", "web");
    Join(host, "deep", "NetworkMode", "net");
  }

  static void Join(AgentHost& host, const std::string& name, const char* mode, const std::string& owner) {
    host.engine.Run(
        name, "side:1",
        {{"HostConfig", {{mode, "container:" + host.At(owner).id}, {"RestartPolicy", {{"Name", "unless-stopped"}}}}}});
  }

  static std::string Mode(AgentHost& host, const std::string& name, const char* mode) {
    return StringAt(host.At(name).host_config, mode);
  }

  // Everybody runs, under the right name, with the one whose namespace it uses, and nothing is left over.
  static void ExpectTogether(AgentHost& host, const std::string& when = "") {
    for (const auto* name : {"web", "net", "pid", "deep"}) {
      ASSERT_TRUE(host.engine.Has(name)) << name << when;
      EXPECT_TRUE(host.At(name).Runs()) << name << when;
    }
    EXPECT_EQ(host.RunningCount(), 4u) << when;
    EXPECT_EQ(Mode(host, "net", "NetworkMode"), "container:" + host.At("web").id) << when;
    EXPECT_EQ(Mode(host, "pid", "PidMode"), "container:" + host.At("web").id) << when;
    EXPECT_EQ(Mode(host, "deep", "NetworkMode"), "container:" + host.At("net").id) << when;
    EXPECT_GE(host.At("net").started_at, host.At("web").started_at) << when;
    EXPECT_GE(host.At("deep").started_at, host.At("net").started_at) << when;
    EXPECT_EQ(host.At("pid").RestartPolicy().name, "unless-stopped") << when;
    for (const auto& name : host.Names()) {
      EXPECT_FALSE(name.ends_with("-new")) << name << when;
      EXPECT_TRUE(!name.ends_with("-old") || name.starts_with("web.")) << name << when;
    }
    EXPECT_THAT(*host.operations->List({.unfinished = true}), SizeIs(0)) << when;
  }

  static void RemoveKept(AgentHost& host) {
    for (const auto& name : host.Names()) {
      const bool kept = name.ends_with("-old") && !name.starts_with("web.");
      if (kept && !host.At(name).Runs()) ASSERT_OK(host.engine.machine.Remove(name, false));
    }
  }

  std::vector<std::string> Ids() {
    std::vector<std::string> ids;
    for (const auto* name : {"web", "net", "pid", "deep"}) ids.push_back(host.At(name).id);
    return ids;
  }

  void FailNext() {
    host.engine.machine.registry.Publish("web:2",
                                         {.behaviour = {.healthy_after = std::nullopt, .unhealthy_after = 1s}});
  }

  AgentHost host;
};

TEST_F(DependantsTest, AreMadeAnewAfterAnUpgrade) {
  const auto before = Ids();
  const auto ended = host.Do(AskUpgrade("web", "web:2")).value();
  EXPECT_EQ(ended.state, State::kSucceeded) << ended.error->message;
  EXPECT_THAT(ended.upgrade_result->warnings, IsEmpty());
  ExpectTogether(host);
  for (const auto& id : before) EXPECT_THAT(Ids(), testing::Not(Contains(id)));
}

TEST_F(DependantsTest, AreMadeAnewAfterARollback) {
  host.Do(AskUpgrade("web", "web:2")).value();
  EXPECT_EQ(host.Do(Ask(Kind::kRollback, "web"))->state, State::kSucceeded);
  EXPECT_EQ(host.At("web").Image(), "web:1");
  ExpectTogether(host);
}

TEST_F(DependantsTest, AreChildrenOfTheUpgrade) {
  const auto ended = host.Do(AskUpgrade("web", "web:2")).value();
  ASSERT_THAT(ended.children, SizeIs(3));
  for (const auto& id : ended.children) {
    const auto child = host.operations->Get(id).value();
    EXPECT_EQ(child.kind, Kind::kRecreate);
    EXPECT_EQ(child.parent, ended.id);
    EXPECT_EQ(child.state, State::kSucceeded);
  }
  EXPECT_EQ(host.operations->Get(ended.children.back())->container, "deep");
}

TEST_F(DependantsTest, AreAnnouncedInThePlan) {
  Request request = AskUpgrade("web", "web:2");
  request.validate_only = true;
  const auto plan = host.Submit(request)->plan.value();
  EXPECT_THAT(plan.refusals, IsEmpty());
  EXPECT_THAT(plan.warnings, Contains("container net, which lives in its network namespace, is made anew afterwards"));
  EXPECT_THAT(plan.warnings, Contains("container pid, which lives in its PID namespace, is made anew afterwards"));
  EXPECT_THAT(plan.steps, Contains("Make anew what lives in its namespaces: net, pid, deep"));
}

TEST_F(DependantsTest, AreLeftAloneWhenTheNewContainerIsNoGoodBeforeTheSwitch) {
  const auto before = Ids();
  host.engine.calls.Add({.call = "create", .error = test::EngineError("no space left on device")});
  EXPECT_EQ(host.Do(AskUpgrade("web", "web:2"))->state, State::kFailed);
  EXPECT_EQ(Ids(), before);
  EXPECT_EQ(host.engine.calls.Count("restart"), 0u);
}

TEST_F(DependantsTest, AreRestartedWhenTheUpgradeGoesBack) {
  const auto before = Ids();
  FailNext();
  const auto ended = host.Do(AskUpgrade("web", "web:2")).value();
  EXPECT_TRUE(ended.upgrade_result->rolled_back);
  EXPECT_EQ(Ids(), before);
  ExpectTogether(host);
}

TEST_F(DependantsTest, ThatWereStoppedStayStopped) {
  host.Do(Ask(Kind::kStop, "deep")).value();
  host.Do(Ask(Kind::kStop, "pid")).value();
  EXPECT_EQ(host.Do(AskUpgrade("web", "web:2"))->state, State::kSucceeded);
  EXPECT_FALSE(host.At("deep").Runs());
  EXPECT_FALSE(host.At("pid").Runs());
  EXPECT_EQ(Mode(host, "pid", "PidMode"), "container:" + host.At("web").id);
  FailNext();
  EXPECT_EQ(host.Do(AskUpgrade("web", "web:2"))->state, State::kFailed);
  EXPECT_FALSE(host.At("deep").Runs());
  EXPECT_TRUE(host.At("net").Runs());
}

TEST_F(DependantsTest, ThatCannotBeMadeAnewRefuseTheUpgrade) {
  ASSERT_OK(host.engine.machine.Pause("net"));
  const auto refused = host.Submit(AskUpgrade("web", "web:2"));
  EXPECT_THAT(refused, FailsWith(Code::kFailedPrecondition, "WOULD_LOSE"));
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("net"), HasSubstr("paused")));
  EXPECT_THAT(host.engine.calls.Mutations(), IsEmpty());
}

TEST_F(DependantsTest, ThatAreGoneFromTheirImageRefuseTheUpgrade) {
  host.engine.machine.images.Remove("side:1");
  EXPECT_THAT(host.Submit(AskUpgrade("web", "web:2")), FailsWith(Code::kFailedPrecondition, "WOULD_LOSE"));
}

TEST_F(DependantsTest, ThatComeMeanwhileEndTheUpgradeBeforeAnythingIsTouched) {
  host.engine.calls.after_effect = [this](const std::string& call) {
    if (call.starts_with("create web.")) Join(host, "late", "NetworkMode", "web");
  };
  const auto ended = host.Do(AskUpgrade("web", "web:2")).value();
  EXPECT_EQ(ended.error->reason, "CONTAINER_CHANGED");
  EXPECT_THAT(ended.error->message, HasSubstr("late"));
  EXPECT_EQ(host.engine.calls.Count("stop"), 0u);
  EXPECT_THAT(host.Names(), SizeIs(5));
}

TEST_F(DependantsTest, AreWarnedAboutWhenTheyDoNotComeUp) {
  host.engine.calls.after_effect = [this](const std::string& call) {
    if (call.starts_with("create net.")) host.At(call.substr(7)).behaviour = {.exits_after = 500ms, .exit_code = 3};
  };
  const auto ended = host.Do(AskUpgrade("web", "web:2")).value();
  EXPECT_EQ(ended.state, State::kSucceeded);
  EXPECT_THAT(ended.upgrade_result->warnings, Contains(AllOf(HasSubstr("net"), HasSubstr("code 3"))));
  EXPECT_TRUE(host.engine.Has("net"));
}

// --- nobody else works on them meanwhile

TEST_F(DependantsTest, AreHeldWhileTheUpgradeIsUnderWay) {
  const auto begun = host.Submit(AskUpgrade("web", "web:2"));
  ASSERT_OK(begun);
  EXPECT_THAT(host.Submit(Ask(Kind::kRestart, "net")), FailsWith(Code::kAborted, "OPERATION_IN_PROGRESS"));
  EXPECT_EQ(host.End(begun->id)->state, State::kSucceeded);
  EXPECT_OK(host.Do(Ask(Kind::kRestart, "net")));
}

TEST_F(DependantsTest, AreToldToWhoHasToKeepAway) {
  std::map<std::string, std::string> held;
  host.operations->OnLease([&](const LeaseChange& lease) { held[lease.service_key] = lease.operation; });
  const auto begun = host.Submit(AskUpgrade("web", "web:2"));
  EXPECT_EQ(held["pid"], begun->id);
  host.UntilIdle();
  EXPECT_EQ(held["pid"], "");
  EXPECT_EQ(held["web"], "");
}

TEST_F(DependantsTest, ThatAreBusyRefuseTheUpgradeOrLetItWait) {
  const auto restart = host.Submit(Ask(Kind::kRestart, "net"));
  ASSERT_OK(restart);
  EXPECT_THAT(host.Submit(AskUpgrade("web", "web:2")), FailsWith(Code::kAborted, "OPERATION_IN_PROGRESS"));
  Request request = AskUpgrade("web", "web:2");
  request.queue = true;
  const auto queued = host.Submit(request);
  EXPECT_EQ(queued->state, State::kQueued);
  EXPECT_EQ(host.End(queued->id)->state, State::kSucceeded);
  ExpectTogether(host);
}

TEST_F(DependantsTest, ThatCameWhileItWasQueuedAreMadeAnewToo) {
  const auto restart = host.Submit(Ask(Kind::kRestart, "web"));
  ASSERT_OK(restart);
  Request request = AskUpgrade("web", "web:2");
  request.queue = true;
  const auto queued = host.Submit(request);
  Join(host, "late", "NetworkMode", "web");
  EXPECT_EQ(host.End(queued->id)->state, State::kSucceeded);
  EXPECT_EQ(Mode(host, "late", "NetworkMode"), "container:" + host.At("web").id);
}

// --- those who only refer to it

TEST_F(DependantsTest, AreNotThoseWhoUseItsVolumes) {
  host.engine.Run("backup", "side:1", {{"HostConfig", {{"VolumesFrom", {"web:ro"}}}}});
  const auto backup = host.At("backup").id;
  Request request = AskUpgrade("web", "web:2");
  request.validate_only = true;
  EXPECT_THAT(host.Submit(request)->plan->warnings, Contains(HasSubstr("container backup uses its volumes")));
  EXPECT_EQ(host.Do(AskUpgrade("web", "web:2"))->children.size(), 3u);
  EXPECT_EQ(host.At("backup").id, backup);
}

TEST_F(DependantsTest, AreNotThoseWithALinkWhichRefuseTheUpgrade) {
  host.engine.Run("proxy", "side:1", {{"HostConfig", {{"Links", {"/web:/proxy/app"}}}}});
  const auto refused = host.Submit(AskUpgrade("web", "web:2"));
  EXPECT_THAT(refused, FailsWith(Code::kFailedPrecondition, "WOULD_LOSE"));
  EXPECT_THAT(refused.error().message, HasSubstr("container proxy links to it"));
}

// --- the engine and the agent die

TEST_F(DependantsTest, AreWaitedForWhileTheEngineIsAway) {
  host.engine.calls.before_call = [this](const std::string& call) {
    if (!call.starts_with("create net.")) return;
    host.engine.calls.before_call = nullptr;
    host.engine.GoDown();
  };
  const auto begun = host.Submit(AskUpgrade("web", "web:2"));
  host.loop.RunFor(2min);
  EXPECT_EQ(host.operations->Get(begun->id)->state, State::kRunning);
  host.engine.ComeBack();
  host.UntilIdle();
  EXPECT_EQ(host.operations->Get(begun->id)->state, State::kSucceeded);
  ExpectTogether(host);
}

// What was kept is known to nobody then.
TEST_F(DependantsTest, AreTogetherAgainWhereverTheAgentIsKilledAndItsJournalLost) {
  int points = 0;
  for (int n = 1; n < 1000; n += 3) {
    AgentHost fresh;
    Furnish(fresh);
    fresh.engine.calls.CrashAt(n);
    try {
      fresh.Do(AskUpgrade("web", "web:2")).value();
      break;
    } catch (const test::SimulatedCrash&) {
      fresh.journal = test::MemoryJournal();
      fresh.Restart();
      fresh.loop.RunFor(20s);
      fresh.UntilIdle();
    }
    ++points;
    RemoveKept(fresh);
    ExpectTogether(fresh, ", killed at point " + std::to_string(n));
  }
  EXPECT_GT(points, 30);
}

TEST_F(DependantsTest, AreTogetherAgainWhereverTheAgentIsKilled) {
  int points = 0;
  for (int n = 1; n < 1000; ++n) {
    AgentHost fresh;
    Furnish(fresh);
    fresh.engine.calls.CrashAt(n);
    try {
      fresh.Do(AskUpgrade("web", "web:2")).value();
      break;
    } catch (const test::SimulatedCrash&) {
      fresh.Restart();
      fresh.UntilIdle();
    }
    ++points;
    ExpectTogether(fresh, ", killed at point " + std::to_string(n));
  }
  EXPECT_GT(points, 100);
}

TEST_F(DependantsTest, AreTogetherAgainWhereverTheAgentIsKilledOnTheWayBack) {
  int points = 0;
  for (int n = 1; n < 1000; ++n) {
    AgentHost fresh;
    Furnish(fresh);
    fresh.engine.machine.registry.Publish("web:2",
                                          {.behaviour = {.healthy_after = std::nullopt, .unhealthy_after = 1s}});
    fresh.engine.calls.CrashAt(n);
    try {
      fresh.Do(AskUpgrade("web", "web:2")).value();
      break;
    } catch (const test::SimulatedCrash&) {
      fresh.Restart();
      fresh.UntilIdle();
    }
    ++points;
    EXPECT_EQ(fresh.At("web").Image(), "web:1");
    ExpectTogether(fresh, ", killed at point " + std::to_string(n));
  }
  EXPECT_GT(points, 60);
}

}  // namespace
}  // namespace berth::agent

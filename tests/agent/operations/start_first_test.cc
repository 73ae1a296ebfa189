// START_FIRST, behind a proxy that asks for addresses only when it is told to.
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/operations/proxy.h"
#include "tests/agent/operations/agent_host.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using test::FakeContainer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// An nginx: its /etc/hosts, what it took from there at its last reload, and its workers, of which the old ones linger.
class FakeNginx {
 public:
  explicit FakeNginx(AgentHost& host) : host_(host) {
    host.engine.on_exec = [this](const FakeContainer&, const engine::ExecRequest& request) {
      return Exec(request.argv);
    };
    host.engine.on_processes = [this](const FakeContainer& container) { return Processes(container); };
  }

  std::string hosts;     // as pinned now
  std::string upstream;  // as it was pinned at the last reload
  int reloads = 0;
  bool test_passes = true;
  bool takes_reloads = true;
  std::chrono::milliseconds lingers{500};  // how long the workers of before have requests

 private:
  engine::ExecOutcome Exec(const std::vector<std::string>& argv) {
    if (argv == CheckHostsCommand()) return {};
    if (argv.front() == "sh") {
      hosts = argv.size() > 5 ? argv[5] : "";
    } else if (argv == std::vector<std::string>{"nginx", "-t"}) {
      return test_passes ? engine::ExecOutcome{} : engine::ExecOutcome{1, "unknown directive \"sever\""};
    } else if (takes_reloads) {
      ++reloads;
      upstream = hosts;
      reloaded_at_ = host_.clock.Now();
    }
    return {};
  }

  std::vector<engine::Process> Processes(const FakeContainer& container) const {
    std::vector<engine::Process> processes{{container.pid, 1, "nginx: master process"}};
    processes.push_back({5000 + reloads, container.pid, "nginx: worker process"});
    const bool lingering = reloads > 0 && host_.clock.Now() < reloaded_at_ + lingers;
    if (lingering) processes.push_back({4999 + reloads, container.pid, "nginx: worker process is shutting down"});
    return processes;
  }

  AgentHost& host_;
  SteadyTime reloaded_at_;
};

struct ProxiedHost {
  ProxiedHost() {
    host.engine.machine.AddNetwork("shop");
    host.engine.machine.images.Add("nginx:1", {});
    host.engine.Run("front", "nginx:1", {{"HostConfig", {{"NetworkMode", "shop"}}}});
    host.RunWeb({{"Healthcheck", test::FakeHealthcheck()},
                 {"Labels", {{"berth.proxy", "front"}}},
                 {"ExposedPorts", {{"8000/tcp", boost::json::object()}}},
                 {"HostConfig", {{"RestartPolicy", {{"Name", "always"}}}, {"NetworkMode", "shop"}}},
                 {"NetworkingConfig", {{"EndpointsConfig", {{"shop", {{"Aliases", {"app"}}}}}}}}});
    old_id = host.At("web").id;
    host.engine.calls.after_effect = [this](const std::string&) { Watch(); };
  }

  // At no instant is the old one stopped while the proxy asks it, nor does nobody run.
  void Watch() {
    const bool old_runs = host.engine.Has(old_id) && host.At(old_id).Runs();
    nobody_ran = nobody_ran || RunningWebs() == 0;
    asked_dead = asked_dead || (!old_runs && nginx.upstream.find(AddressOf(old_id)) != std::string::npos);
  }
  int RunningWebs() {
    int running = 0;
    for (const auto* container : host.engine.machine.Containers())
      running += container->Runs() && container->name != "front";
    return running;
  }
  std::string AddressOf(const std::string& id) {
    return host.engine.Has(id) ? "172.18.0." + std::to_string(2 + std::stoul(id.substr(0, 2), nullptr, 16) % 250) + " "
                               : "none";
  }

  AgentHost host;
  FakeNginx nginx{host};
  std::string old_id;
  bool nobody_ran = false;
  bool asked_dead = false;
};

class StartFirst : public testing::Test, protected ProxiedHost {
 protected:
  Operation Upgrade(const std::string& image = "web:2") { return host.Do(AskUpgrade("web", image)).value(); }

  void ExpectOldServesUntouched() {
    EXPECT_THAT(host.Names(), testing::UnorderedElementsAre("front", "web"));
    EXPECT_EQ(host.At("web").id, old_id);
    EXPECT_TRUE(host.At("web").Runs());
    EXPECT_EQ(host.At("web").RestartPolicy().name, "always");
    EXPECT_FALSE(nobody_ran);
    EXPECT_THAT(nginx.hosts, IsEmpty());
  }
};

TEST_F(StartFirst, ReplacesTheContainerWithoutAMomentWithoutOne) {
  const auto ended = Upgrade();
  ASSERT_EQ(ended.state, State::kSucceeded) << ended.error->message;
  EXPECT_EQ(ended.upgrade_result->strategy, Strategy::kStartFirst);
  EXPECT_EQ(ended.upgrade_result->gap, 0ms);
  EXPECT_FALSE(nobody_ran);
  EXPECT_NE(host.At("web").id, old_id);
  EXPECT_EQ(host.At("web").RestartPolicy().name, "always");
  EXPECT_FALSE(host.At(old_id).Runs());
  EXPECT_EQ(host.At(old_id).RestartPolicy().name, "no");
}

TEST_F(StartFirst, LeadsTheProxyToTheNewOneBeforeTheOldOneStops) {
  Upgrade();
  EXPECT_EQ(nginx.reloads, 1);
  EXPECT_THAT(nginx.upstream, HasSubstr(AddressOf(host.At("web").id) + "web app"));
  EXPECT_FALSE(asked_dead);
  EXPECT_THAT(nginx.hosts, IsEmpty()) << "the engine's DNS counts again";
}

TEST_F(StartFirst, LetsTheOldOneFinishWhatTheProxyStillAsksIt) {
  nginx.lingers = 3s;
  const auto begun = host.clock.Now();
  const auto ended = Upgrade();
  EXPECT_GT(host.clock.Now() - begun, 3s);
  EXPECT_THAT(ended.upgrade_result->warnings, IsEmpty());
}

TEST_F(StartFirst, DoesNotWaitForRequestsThatNeverEnd) {
  nginx.lingers = 24h;
  auto request = AskUpgrade("web", "web:2");
  request.drain = 5s;
  const auto ended = host.Do(request).value();
  EXPECT_EQ(ended.state, State::kSucceeded);
  EXPECT_THAT(ended.upgrade_result->warnings, ElementsAre(HasSubstr("proxy front still worked on requests")));
}

TEST_F(StartFirst, DoesNotTellTheProxyOfOneThatIsNotHealthy) {
  host.engine.machine.registry.Publish("web:2", {.behaviour = {.healthy_after = std::nullopt, .unhealthy_after = 1s}});
  const auto ended = Upgrade();
  EXPECT_EQ(ended.error->reason, "HEALTH_GATE_FAILED");
  EXPECT_TRUE(ended.upgrade_result->rolled_back);
  EXPECT_EQ(ended.upgrade_result->gap, 0ms);
  EXPECT_EQ(nginx.reloads, 0);
  EXPECT_EQ(host.engine.calls.Count("stop web"), 0u) << "the old one was never stopped";
  ExpectOldServesUntouched();
}

TEST_F(StartFirst, PinsTheProxyToTheOldOneWhileTheNewOneStarts) {
  host.engine.calls.after_effect = [this](const std::string& call) {
    if (call.starts_with("start web")) EXPECT_THAT(nginx.hosts, HasSubstr(AddressOf(old_id) + "web app"));
  };
  EXPECT_EQ(Upgrade().state, State::kSucceeded);
}

TEST_F(StartFirst, GoesBackWhenTheProxysConfigurationIsBroken) {
  nginx.test_passes = false;
  const auto ended = Upgrade();
  EXPECT_EQ(ended.error->reason, "PROXY_TEST_FAILED");
  EXPECT_THAT(ended.error->message, HasSubstr("unknown directive"));
  EXPECT_EQ(nginx.reloads, 0);
  ExpectOldServesUntouched();
}

TEST_F(StartFirst, GoesBackWhenTheProxyDoesNotTakeTheReload) {
  nginx.takes_reloads = false;
  const auto ended = Upgrade();
  EXPECT_EQ(ended.error->reason, "PROXY_RELOAD_FAILED");
  ExpectOldServesUntouched();
}

TEST_F(StartFirst, LeavesOutAProxyThatDoesNotRun) {
  ASSERT_OK(host.engine.machine.Kill("front", "SIGKILL"));
  host.loop.RunFor(1s);
  EXPECT_EQ(Upgrade().state, State::kSucceeded);
  EXPECT_EQ(nginx.reloads, 0);
}

TEST_F(StartFirst, IsTakenBackAgainByARollback) {
  Upgrade();
  const auto back = host.Do(Ask(Kind::kRollback, "web")).value();
  ASSERT_EQ(back.state, State::kSucceeded) << back.error->message;
  EXPECT_EQ(back.upgrade_result->strategy, Strategy::kStartFirst);
  EXPECT_EQ(host.At("web").id, old_id);
  EXPECT_EQ(nginx.reloads, 2);
  EXPECT_FALSE(nobody_ran);
}

TEST_F(StartFirst, GivesItsReasonInThePlanAndNamesTheProxy) {
  auto request = AskUpgrade("web", "web:2");
  request.validate_only = true;
  const auto plan = host.Submit(request)->plan;
  EXPECT_EQ(plan->strategy, Strategy::kStartFirst);
  EXPECT_THAT(plan->steps, testing::Contains(HasSubstr("reload front")));
  EXPECT_EQ(nginx.reloads, 0);
}

TEST_F(StartFirst, IsNotChosenWhenTheProxyCannotBeTold) {
  host.engine.on_exec = [](const FakeContainer&, const engine::ExecRequest&) {
    return engine::ExecOutcome{127, "no sh"};
  };
  const auto ended = Upgrade();
  EXPECT_EQ(ended.upgrade_result->strategy, Strategy::kStopFirst);
  EXPECT_THAT(ended.plan->strategy_reason, HasSubstr("proxy front has no shell"));
}

TEST_F(StartFirst, IsRefusedWhenItWasAskedForAndCannotBe) {
  auto request = AskUpgrade("web", "web:2");
  request.strategy = Strategy::kStartFirst;
  ASSERT_OK(host.engine.machine.Kill("web", "SIGSTOP"));
  host.engine.on_exec = [](const FakeContainer&, const engine::ExecRequest&) {
    return engine::ExecOutcome{127, "no sh"};
  };
  EXPECT_THAT(host.Submit(request), test::FailsWith(Code::kFailedPrecondition, "START_FIRST_IMPOSSIBLE"));
}

// --- crashes ---

TEST(StartFirstCrash, LeavesExactlyOneUnderTheRightNameAndTheProxyAtItAtEveryPoint) {
  int points = 0;
  for (int n = 1; n < 600; ++n) {
    ProxiedHost proxied;
    AgentHost& host = proxied.host;
    host.engine.calls.CrashAt(n);
    bool crashed = false;
    try {
      host.Do(AskUpgrade("web", "web:2")).value();
    } catch (const test::SimulatedCrash&) {
      crashed = true;
      host.Restart();
      host.UntilIdle();
    }
    if (!crashed) break;
    ++points;
    SCOPED_TRACE("killed at point " + std::to_string(n));
    EXPECT_EQ(proxied.RunningWebs(), 1);
    ASSERT_TRUE(host.engine.Has("web"));
    EXPECT_TRUE(host.At("web").Runs());
    EXPECT_EQ(host.At("web").RestartPolicy().name, "always");
    EXPECT_FALSE(proxied.nobody_ran);
    EXPECT_THAT(proxied.nginx.hosts, IsEmpty());
    const bool never_told = proxied.nginx.reloads == 0;
    EXPECT_TRUE(never_told ? host.At("web").id == proxied.old_id
                           : proxied.nginx.upstream.starts_with(proxied.AddressOf(host.At("web").id)));
    EXPECT_THAT(*host.operations->List({.unfinished = true}), SizeIs(0));
  }
  EXPECT_GT(points, 60);
}

// What comes of it is not known, but that one serves, and that no proxy asks for one that does not.
void ExpectOneIsServedAndAsked(ProxiedHost& proxied) {
  AgentHost& host = proxied.host;
  EXPECT_EQ(proxied.RunningWebs(), 1);
  ASSERT_TRUE(host.engine.Has("web"));
  EXPECT_TRUE(host.At("web").Runs());
  EXPECT_EQ(host.At("web").RestartPolicy().name, "always");
  const auto& asked = proxied.nginx.upstream;
  EXPECT_TRUE(asked.empty() || asked.starts_with(proxied.AddressOf(host.At("web").id))) << asked;
}

// False when there is no point `n`. `spoil` does something to the journal before the agent is started again.
bool KilledAndSpoiledAt(int n, ProxiedHost& proxied, const std::function<void()>& spoil) {
  AgentHost& host = proxied.host;
  host.engine.calls.CrashAt(n);
  try {
    host.UntilIdle();
    return false;
  } catch (const test::SimulatedCrash&) {
    spoil();
    host.Restart();
    host.loop.RunFor(10s);
    host.UntilIdle();
    return true;
  }
}

TEST(StartFirstCrash, LeavesExactlyOneWhenTheJournalIsGone) {
  int points = 0;
  for (int n = 1; n < 600; ++n) {
    SCOPED_TRACE("killed at point " + std::to_string(n));
    ProxiedHost proxied;
    AgentHost& host = proxied.host;
    ASSERT_OK(host.Submit(AskUpgrade("web", "web:2")));
    if (!KilledAndSpoiledAt(n, proxied, [&] { host.journal = test::MemoryJournal(); })) break;
    ExpectOneIsServedAndAsked(proxied);
    ++points;
  }
  EXPECT_GT(points, 60);
}

TEST(StartFirstCrash, LeavesExactlyOneWhenTheJournalIsBehind) {
  int points = 0;
  for (int n = 1; n < 600; ++n) {
    SCOPED_TRACE("killed at point " + std::to_string(n));
    ProxiedHost proxied;
    AgentHost& host = proxied.host;
    ASSERT_OK(host.Submit(AskUpgrade("web", "web:2")));
    const auto behind = host.journal;
    if (!KilledAndSpoiledAt(n, proxied, [&] { host.journal = behind; })) break;
    ExpectOneIsServedAndAsked(proxied);
    ++points;
  }
  EXPECT_GT(points, 60);
}

}  // namespace
}  // namespace berth::agent

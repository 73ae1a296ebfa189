// The watchdog in the agent: what it does are operations, and what operations work on it leaves alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/operation_hands.h"
#include "tests/agent/operations/agent_host.h"
#include "watchdog/watcher.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using engine::Health;
using testing::ElementsAre;
using testing::IsEmpty;
using watchdog::Report;

boost::json::object Watched(boost::json::object host_config = {}) {
  host_config["RestartPolicy"] = boost::json::object{{"Name", "always"}};
  auto check = test::FakeHealthcheck();
  check["Interval"] = 60'000'000'000;  // the fake checks only once: it must not look as if it had stopped
  return {
      {"Healthcheck", std::move(check)}, {"Labels", {{"autoheal", "true"}}}, {"HostConfig", std::move(host_config)}};
}

class WatchdogInAgent : public testing::Test {
 protected:
  WatchdogInAgent() {
    settings.engine_settle = 0s;
    host.RunWeb(Watched());
  }

  void Watch() {
    watcher = watchdog::Watcher::Start(host.loop.executor(), host.engine, host.clock,
                                       MakeOperationHands(*host.operations, host.clock), settings, {},
                                       [this](const Report& report) { reports.push_back(report); });
    host.loop.RunFor(3s);
  }
  void FallsIll(const std::string& name) { host.engine.machine.SetHealth(host.At(name), Health::kUnhealthy); }
  // Restarts don't help it; what is made anew does as it likes.
  void StaysIll(const std::string& name) {
    host.At(name).behaviour = {.healthy_after = std::nullopt, .unhealthy_after = 1s};
    FallsIll(name);
  }
  void MakesOnly(const test::Behaviour& behaviour) {
    host.engine.calls.after_effect = [this, behaviour](const std::string& call) {
      if (call.starts_with("create ")) host.At(call.substr(7)).behaviour = behaviour;
    };
  }
  std::vector<std::string> Kinds() const {
    std::vector<std::string> kinds;
    const auto operations = host.operations->List({}).value();
    for (auto operation = operations.rbegin(); operation != operations.rend(); ++operation) {
      kinds.push_back(std::string(Name(operation->kind)) + " " + operation->container);
    }
    return kinds;
  }
  std::vector<std::string> Ends() const {
    std::vector<std::string> ends;
    for (const auto& report : reports) {
      if (report.kind != Report::Kind::kEnded) continue;
      ends.push_back(report.episode->container + " " + std::string(Name(report.episode->outcome)));
    }
    return ends;
  }
  watchdog::Status StatusOf(const std::string& name) const {
    for (const auto& status : watcher->Watched()) {
      if (status.container == name) return status;
    }
    return {};
  }

  AgentHost host;
  watchdog::Settings settings;
  std::vector<Report> reports;
  std::unique_ptr<watchdog::Watcher> watcher;
};

TEST_F(WatchdogInAgent, HealsByAnOperation) {
  Watch();
  FallsIll("web");
  host.loop.RunFor(5s);
  EXPECT_THAT(Kinds(), ElementsAre("restart web"));
  EXPECT_EQ(host.operations->List({})->front().origin, Origin::kWatchdog);
  EXPECT_THAT(Ends(), ElementsAre("web healed"));
}

TEST_F(WatchdogInAgent, RecreatesWhatRestartsDoNotHeal) {
  Watch();
  const auto image = host.At("web").image_id;
  StaysIll("web");
  host.loop.RunFor(3min);
  EXPECT_THAT(Kinds(), ElementsAre("restart web", "restart web", "restart web", "recreate web"));
  EXPECT_THAT(Ends(), ElementsAre("web healed"));
  EXPECT_THAT(host.Names(), ElementsAre("web"));
  EXPECT_EQ(host.At("web").image_id, image);
  EXPECT_EQ(StatusOf("web").heals_in_window, 4);
  EXPECT_EQ(StatusOf("web").container_id, host.At("web").id);
  EXPECT_EQ(reports.back().episode->container_id, host.At("web").id);
}

TEST_F(WatchdogInAgent, GivesUpWhatNothingHealsAndLeavesItRunning) {
  Watch();
  const auto id = host.At("web").id;
  MakesOnly({.healthy_after = std::nullopt, .unhealthy_after = 1s});
  StaysIll("web");
  host.loop.RunFor(25min);
  EXPECT_THAT(Kinds(), ElementsAre("restart web", "restart web", "restart web", "recreate web"));
  EXPECT_THAT(Ends(), ElementsAre("web gave_up"));
  EXPECT_EQ(host.At("web").id, id);
  EXPECT_TRUE(host.At("web").Runs());
  EXPECT_EQ(watcher->Watched().size(), 1u);
}

TEST_F(WatchdogInAgent, LeavesAloneWhatAnOperationWorksOn) {
  Watch();
  host.engine.machine.registry.Publish("web:2", {.behaviour = {.healthy_after = 15s}});
  const auto begun = host.Submit(AskUpgrade("web", "web:2"));
  host.loop.RunFor(2s);
  FallsIll("web");
  host.loop.RunFor(30s);
  EXPECT_THAT(Kinds(), ElementsAre("upgrade web"));
}

TEST_F(WatchdogInAgent, HealsWhatAnOperationLeftUnhealthy) {
  Watch();
  host.At("web").behaviour = {.unhealthy_after = 2s};
  ASSERT_EQ(host.Do(Ask(Kind::kRestart, "web"))->state, State::kSucceeded);
  host.loop.RunFor(4s);
  EXPECT_THAT(Kinds(), ElementsAre("restart web", "restart web"));
}

TEST_F(WatchdogInAgent, DoesNotHealWhatAnOperationStopped) {
  Watch();
  FallsIll("web");
  host.loop.RunFor(5s);
  host.Do(Ask(Kind::kStop, "web")).value();
  host.loop.RunFor(1h);
  EXPECT_FALSE(host.At("web").Runs());
}

// --- who lives in the namespace of another one

class Follower : public WatchdogInAgent {
 protected:
  Follower() { host.engine.Run("side", "side:1", Watched({{"NetworkMode", "container:" + host.At("web").id}})); }

  std::string Mode() { return std::string(host.At("side").host_config.at("NetworkMode").as_string()); }
};

TEST_F(Follower, IsRestartedAfterItsOwner) {
  Watch();
  FallsIll("web");
  host.loop.RunFor(30s);
  EXPECT_THAT(Kinds(), ElementsAre("restart web", "restart side"));
}

TEST_F(Follower, IsMadeAnewAfterItsOwnerWas) {
  Watch();
  StaysIll("web");
  host.loop.RunFor(5min);
  EXPECT_EQ(Kinds().back(), "recreate side");
  EXPECT_EQ(Mode(), "container:" + host.At("web").id);
  EXPECT_TRUE(host.At("side").Runs());
  EXPECT_EQ(host.RunningCount(), 2u);
}

TEST_F(Follower, IsMadeAnewWhenSomebodyElseMadeItsOwnerAnew) {
  Watch();
  ASSERT_TRUE(host.engine.machine.Remove("web", true));
  host.engine.Run("web", "web:1", Watched());
  host.loop.RunFor(1min);
  EXPECT_THAT(Kinds(), ElementsAre("recreate side"));
  EXPECT_EQ(Mode(), "container:" + host.At("web").id);
}

TEST_F(Follower, IsGivenUpWhenItsOwnerIsGoneAndMadeAnewWhenThatComesBack) {
  Watch();
  ASSERT_TRUE(host.engine.machine.Remove("web", true));
  FallsIll("side");
  host.loop.RunFor(1min);
  EXPECT_THAT(Kinds(), IsEmpty());
  EXPECT_THAT(Ends(), testing::Contains("side gave_up"));
  host.engine.Run("web", "web:1", Watched());
  host.loop.RunFor(1min);
  EXPECT_THAT(Kinds(), ElementsAre("recreate side"));
  EXPECT_EQ(Mode(), "container:" + host.At("web").id);
}

TEST_F(Follower, IsNotTouchedWhileItsOwnerIsWell) {
  Watch();
  host.loop.RunFor(1h);
  EXPECT_THAT(Kinds(), IsEmpty());
}

TEST_F(Follower, IsNotTouchedWhenSomebodyStoppedIt) {
  Watch();
  ASSERT_TRUE(host.engine.machine.Kill("side", "SIGKILL"));
  FallsIll("web");
  host.loop.RunFor(5min);
  EXPECT_THAT(Kinds(), ElementsAre("restart web"));
  EXPECT_FALSE(host.At("side").Runs());
}

}  // namespace
}  // namespace berth::agent

#include "agent/operations/health_gate.h"

#include <gtest/gtest.h>

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using engine::ContainerDetails;
using engine::ContainerState;
using engine::Health;
using Kind = Verdict::Kind;

ContainerDetails Running(bool healthcheck) {
  ContainerDetails container;
  container.state = ContainerState::kRunning;
  container.has_healthcheck = healthcheck;
  container.health = healthcheck ? Health::kStarting : Health::kNone;
  return container;
}

ContainerDetails WithHealth(Health health, std::string output) {
  ContainerDetails container = Running(true);
  container.health = health;
  container.health_log = {{{}, {}, 1, std::move(output)}};
  return container;
}

TEST(HealthGate, PassesAContainerThatBecameHealthy) {
  EXPECT_EQ(Judge(Running(true), WithHealth(Health::kHealthy, ""), {}, 1s).kind, Kind::kGood);
}

TEST(HealthGate, DoesNotPassAContainerThatIsStillStarting) {
  EXPECT_EQ(Judge(Running(true), Running(true), {}, 1s).kind, Kind::kWait);
}

TEST(HealthGate, FailsAnUnhealthyContainerAtOnceWithTheOutputOfItsCheck) {
  const Verdict verdict = Judge(Running(true), WithHealth(Health::kUnhealthy, "database is not reachable"), {}, 0s);
  EXPECT_EQ(verdict.kind, Kind::kBad);
  EXPECT_NE(verdict.reason.find("database is not reachable"), std::string::npos);
}

TEST(HealthGate, FailsAContainerThatIsNotHealthyInTime) {
  const HealthGate gate{2s, 5s};
  EXPECT_EQ(Judge(Running(true), Running(true), gate, 1999ms).kind, Kind::kWait);
  EXPECT_EQ(Judge(Running(true), Running(true), gate, 2000ms).kind, Kind::kBad);
}

TEST(HealthGate, FailsAContainerThatExitedWithItsCode) {
  ContainerDetails exited = Running(true);
  exited.state = ContainerState::kExited;
  exited.exit_code = 3;
  const Verdict verdict = Judge(Running(true), exited, {}, 0s);
  EXPECT_EQ(verdict.kind, Kind::kBad);
  EXPECT_EQ(verdict.reason, "it exited with code 3");
}

TEST(HealthGate, FailsAContainerThatRestartedThoughItRunsAgain) {
  ContainerDetails again = Running(false);
  again.restart_count = 1;
  EXPECT_EQ(Judge(Running(false), again, {}, 10s).kind, Kind::kBad);
  ContainerDetails restarted = Running(false);
  restarted.started_at = WallTime(5s);
  EXPECT_EQ(Judge(Running(false), restarted, {}, 10s).kind, Kind::kBad);
}

TEST(HealthGate, PassesAContainerWithoutACheckOnceItHasRunLongEnough) {
  const HealthGate gate{std::nullopt, 5s};
  EXPECT_EQ(Judge(Running(false), Running(false), gate, 4999ms).kind, Kind::kWait);
  EXPECT_EQ(Judge(Running(false), Running(false), gate, 5000ms).kind, Kind::kGood);
}

TEST(HealthGate, DoesNotPassAPausedContainer) {
  ContainerDetails paused = Running(false);
  paused.state = ContainerState::kPaused;
  EXPECT_EQ(Judge(Running(false), paused, {}, 10s).kind, Kind::kBad);
}

TEST(HealthGate, AllowsTheTimeThatTheHealthcheckItselfAllows) {
  ContainerDetails container = Running(true);
  container.raw["Config"] = {{"Healthcheck",
                              {{"StartPeriod", std::int64_t{20'000'000'000}},
                               {"Interval", std::int64_t{5'000'000'000}},
                               {"Timeout", std::int64_t{1'000'000'000}},
                               {"Retries", 2}}}};
  EXPECT_EQ(GateTimeout(container, {}), 20s + 3 * 6s + 10s);
}

TEST(HealthGate, TakesTheEnginesDefaultsWhereTheHealthcheckSaysNothing) {
  EXPECT_EQ(GateTimeout(Running(true), {}), 4 * 60s + 10s);
  EXPECT_EQ(GateTimeout(Running(true), {7s, 5s}), 7s);
}

}  // namespace
}  // namespace berth::agent

#include "agent/engine_monitor.h"

#include <gtest/gtest.h>

#include "tests/support/fake_engine.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;

class EngineMonitorTest : public ::testing::Test {
 protected:
  void Begin() {
    monitor.emplace(host.loop.executor(), host.engine, host.clock,
                    [this](bool reachable) { told.push_back(reachable); });
  }
  std::size_t PingsDuring(std::chrono::nanoseconds span) {
    host.engine.calls.Forget();
    host.loop.RunFor(span);
    return host.engine.calls.Count("ping");
  }

  test::FakeHost host;
  std::vector<bool> told;
  std::optional<EngineMonitor> monitor;
};

TEST_F(EngineMonitorTest, SaysThatTheEngineAnswers) {
  Begin();
  EXPECT_FALSE(monitor->Reachable());
  EXPECT_TRUE(monitor->DegradedReasons().empty());
  host.loop.RunReady();
  EXPECT_TRUE(monitor->Reachable());
  EXPECT_EQ(told, std::vector<bool>{true});
}

TEST_F(EngineMonitorTest, AsksEveryFiveSeconds) {
  Begin();
  host.loop.RunReady();
  EXPECT_EQ(PingsDuring(60s), 12u);
}

TEST_F(EngineMonitorTest, TellsOnceThatTheEngineWentAndOnceThatItCameBack) {
  Begin();
  host.loop.RunFor(1s);
  host.engine.GoDown();
  host.loop.RunFor(30s);
  EXPECT_FALSE(monitor->Reachable());
  host.engine.ComeBack();
  host.loop.RunFor(30s);
  EXPECT_TRUE(monitor->Reachable());
  EXPECT_EQ(told, (std::vector<bool>{true, false, true}));
}

TEST_F(EngineMonitorTest, SaysWhyAndForHowLong) {
  host.engine.GoDown();
  Begin();
  host.loop.RunFor(90s);
  ASSERT_EQ(monitor->DegradedReasons().size(), 1u);
  const auto reason = monitor->DegradedReasons().front();
  EXPECT_NE(reason.find("not answered for 90 s: cannot connect"), std::string::npos) << reason;
  host.engine.ComeBack();
  host.loop.RunFor(5s);
  EXPECT_TRUE(monitor->DegradedReasons().empty());
}

TEST_F(EngineMonitorTest, AsksMoreOftenWhileTheEngineIsAway) {
  host.engine.GoDown();
  Begin();
  host.loop.RunReady();
  EXPECT_EQ(PingsDuring(1s), 1u);
  EXPECT_EQ(PingsDuring(2s), 1u);
  EXPECT_EQ(PingsDuring(4s), 1u);
  EXPECT_EQ(PingsDuring(50s), 10u);
}

TEST_F(EngineMonitorTest, DoesNotWaitForAnEngineThatHangs) {
  host.engine.calls.Add({.call = "ping", .outcome = test::FakeCalls::Outcome::kHangs});
  Begin();
  host.loop.RunFor(5s);
  EXPECT_FALSE(monitor->Reachable());
  EXPECT_NE(monitor->DegradedReasons().front().find("no answer within 5 s"), std::string::npos);
  host.loop.RunFor(1s);
  EXPECT_TRUE(monitor->Reachable());
}

TEST_F(EngineMonitorTest, TellsNobodyOnceItHasGone) {
  host.engine.calls.Add({.call = "ping", .outcome = test::FakeCalls::Outcome::kHangs});
  Begin();
  host.loop.RunReady();
  monitor.reset();
  host.loop.RunFor(30s);
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(host.engine.calls.Count("ping"), 1u);
}

}  // namespace
}  // namespace berth::agent

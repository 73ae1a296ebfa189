#include "watchdog/watchdog_metrics.h"

#include <gmock/gmock.h>

#include "tests/support/fake_engine.h"

namespace berth::watchdog {
namespace {

using engine::Health;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

class WatchdogMetricsTest : public testing::Test {
 protected:
  void SetUp() override { settings_.engine_settle = seconds(0); }

  void Run(const std::string& name) {
    host_.engine.Run(name, "app:1", {{"Healthcheck", test::FakeHealthcheck()}, {"Labels", {{"autoheal", "true"}}}});
  }
  void Watch() {
    watcher_ = Watcher::Start(host_.loop.executor(), host_.engine, host_.clock, MakeEngineHands(host_.engine),
                              settings_, {}, [](const Report&) {});
    host_.loop.RunFor(seconds(3));
  }
  void FallsIll(const std::string& name) { host_.engine.machine.SetHealth(host_.engine.At(name), Health::kUnhealthy); }
  std::string Text() const { return "\n" + metrics::Render(WatchdogFamilies(*watcher_)); }
  std::size_t Samples() const {
    std::size_t samples = 0;
    for (const auto& family : WatchdogFamilies(*watcher_)) samples += family.samples.size();
    return samples;
  }
  // "berth_watchdog_storm", or with labels.
  std::string Figure(const std::string& name) const {
    const std::string text = Text();
    const auto begin = text.find("\n" + name + ' ');
    if (begin == text.npos) return "nothing";
    const auto value = begin + name.size() + 2;
    return text.substr(value, text.find('\n', value) - value);
  }

  test::FakeHost host_;
  Settings settings_;
  std::unique_ptr<Watcher> watcher_;
};

TEST_F(WatchdogMetricsTest, CountsWhatIsWatchedByItsHealth) {
  Run("web");
  Run("db");
  host_.engine.Run("alone", "app:1");
  Watch();
  EXPECT_EQ(Figure("berth_watchdog_containers{health=\"healthy\"}"), "2");
  EXPECT_EQ(Figure("berth_watchdog_containers{health=\"unhealthy\"}"), "0");
  EXPECT_EQ(Figure("berth_watchdog_containers{health=\"none\"}"), "0");
  EXPECT_EQ(Figure("berth_watchdog_circuits{state=\"closed\"}"), "2");
}

TEST_F(WatchdogMetricsTest, CountsHealsAndHowIllnessesEnded) {
  Run("web");
  Watch();
  FallsIll("web");
  host_.loop.RunFor(seconds(0));
  EXPECT_EQ(Figure("berth_watchdog_open_episodes"), "1");
  host_.loop.RunFor(seconds(5));
  EXPECT_EQ(Figure("berth_watchdog_heals_total"), "1");
  EXPECT_EQ(Figure("berth_watchdog_heals_failed_total"), "0");
  EXPECT_EQ(Figure("berth_watchdog_episodes_ended_total{outcome=\"healed\"}"), "1");
  EXPECT_EQ(Figure("berth_watchdog_episodes_ended_total{outcome=\"gave_up\"}"), "0");
  EXPECT_EQ(Figure("berth_watchdog_open_episodes"), "0");
}

TEST_F(WatchdogMetricsTest, CountsHealsThatFailedAndCircuitsThatOpened) {
  settings_.budget = 1;
  Run("web");
  Watch();
  host_.engine.calls.Add({.call = "restart web", .error = test::EngineError("no space")});
  FallsIll("web");
  host_.loop.RunFor(minutes(1));
  EXPECT_EQ(Figure("berth_watchdog_heals_failed_total"), "1");
  EXPECT_EQ(Figure("berth_watchdog_circuits{state=\"open\"}"), "1");
  EXPECT_EQ(Figure("berth_watchdog_episodes_ended_total{outcome=\"gave_up\"}"), "1");
}

TEST_F(WatchdogMetricsTest, TellsWhetherTheEngineIsSeen) {
  Watch();
  EXPECT_EQ(Figure("berth_watchdog_engine_seen"), "1");
  EXPECT_EQ(Figure("berth_watchdog_event_stream_up"), "1");
  EXPECT_EQ(Figure("berth_watchdog_held"), "0");
  host_.engine.GoDown();
  host_.loop.RunFor(minutes(5));
  EXPECT_EQ(Figure("berth_watchdog_engine_seen"), "0");
  EXPECT_EQ(Figure("berth_watchdog_event_stream_up"), "0");
  EXPECT_EQ(Figure("berth_watchdog_event_stream_losses_total"), "1");
  EXPECT_EQ(Figure("berth_watchdog_held"), "1");
}

TEST_F(WatchdogMetricsTest, TellsWhenTheLastListCameIn) {
  host_.engine.GoDown();
  Watch();
  EXPECT_EQ(Figure("berth_watchdog_last_resync_timestamp_seconds"), "0");
  EXPECT_EQ(Figure("berth_watchdog_resyncs_total"), "0");
  host_.engine.ComeBack();
  host_.loop.RunFor(minutes(1));
  const double now = std::chrono::duration<double>(host_.clock.WallNow().time_since_epoch()).count();
  EXPECT_NEAR(std::stod(Figure("berth_watchdog_last_resync_timestamp_seconds")), now, 31);
  EXPECT_NE(Figure("berth_watchdog_resyncs_total"), "0");
}

TEST_F(WatchdogMetricsTest, TellsThatAPersonHasPausedIt) {
  Watch();
  EXPECT_EQ(Figure("berth_watchdog_paused"), "0");
  ASSERT_TRUE(watcher_->Pause(std::nullopt, minutes(5)));
  EXPECT_EQ(Figure("berth_watchdog_paused"), "1");
  host_.loop.RunFor(minutes(6));
  EXPECT_EQ(Figure("berth_watchdog_paused"), "0");
}

TEST_F(WatchdogMetricsTest, DoesNotGrowWithTheContainersNorNameThem) {
  Watch();
  const auto before = Samples();
  for (int i = 0; i < 20; ++i) Run("web-" + std::to_string(i));
  host_.loop.RunFor(minutes(1));
  FallsIll("web-1");
  host_.loop.RunFor(seconds(1));
  EXPECT_EQ(Samples(), before);
  EXPECT_THAT(Text(), Not(HasSubstr("web-")));
}

}  // namespace
}  // namespace berth::watchdog

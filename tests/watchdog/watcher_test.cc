#include "watchdog/watcher.h"

#include <algorithm>

#include <gmock/gmock.h>

#include "tests/support/engine_errors.h"
#include "tests/support/fake_engine.h"

namespace berth::watchdog {
namespace {

using engine::Health;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

class WatcherTest : public testing::Test {
 protected:
  void SetUp() override { settings_.engine_settle = seconds(0); }

  test::FakeContainer& Run(const std::string& name) {
    return host_.engine.Run(name, "app:1",
                            {{"Healthcheck", test::FakeHealthcheck()}, {"Labels", {{"autoheal", "true"}}}});
  }
  // Watches, until all is well.
  void Watch() {
    watcher_ = Watcher::Start(host_.loop.executor(), host_.engine, host_.clock, MakeEngineHands(host_.engine),
                              settings_, {}, [this](const Report& report) { reports_.push_back(report); });
    host_.loop.RunFor(seconds(3));
  }
  void FallsIll(const std::string& name) { host_.engine.machine.SetHealth(host_.engine.At(name), Health::kUnhealthy); }
  std::vector<std::string> Mutations() const { return host_.engine.calls.Mutations(); }
  std::vector<Outcome> Outcomes() const {
    std::vector<Outcome> outcomes;
    for (const auto& report : reports_) {
      if (report.kind == Report::Kind::kEnded) outcomes.push_back(report.episode->outcome);
    }
    return outcomes;
  }

  test::FakeHost host_;
  Settings settings_;
  std::vector<Report> reports_;
  std::unique_ptr<Watcher> watcher_;
};

TEST_F(WatcherTest, HealsByTheEventWithoutWaitingForAList) {
  Run("web");
  Watch();
  FallsIll("web");
  host_.loop.RunFor(milliseconds(1));
  EXPECT_THAT(Mutations(), ElementsAre("restart web"));
  host_.loop.RunFor(seconds(5));
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kHealed));
}

TEST_F(WatcherTest, DoesNotTakeItsOwnRestartForSomebodyElses) {
  Run("web");
  Watch();
  FallsIll("web");
  host_.loop.RunFor(seconds(5));
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kHealed));
  FallsIll("web");
  host_.loop.RunFor(minutes(1));
  EXPECT_THAT(Mutations(), ElementsAre("restart web", "restart web"));
}

TEST_F(WatcherTest, HealsByTheListWhenTheEventWasLost) {
  Run("web");
  Watch();
  host_.engine.At("web").health = Health::kUnhealthy;
  host_.loop.RunFor(seconds(31));
  EXPECT_THAT(Mutations(), ElementsAre("restart web"));
}

TEST_F(WatcherTest, LooksForTheUnhealthyAtEachIntervalThatIsShorterThanTheCompleteList) {
  settings_.interval = seconds(5);
  Run("web");
  Watch();
  host_.engine.At("web").health = Health::kUnhealthy;
  host_.loop.RunFor(seconds(6));
  EXPECT_THAT(Mutations(), ElementsAre("restart web"));
}

TEST_F(WatcherTest, HealsAContainerThatCameLater) {
  Watch();
  Run("web");
  host_.loop.RunFor(seconds(2));
  FallsIll("web");
  host_.loop.RunFor(milliseconds(1));
  EXPECT_THAT(Mutations(), ElementsAre("restart web"));
}

TEST_F(WatcherTest, ReconnectsAfterTheStreamWasCut) {
  Run("web");
  Watch();
  host_.engine.GoDown();
  host_.engine.ComeBack();
  host_.loop.RunFor(seconds(1));
  EXPECT_EQ(host_.engine.OpenEventStreams(), 1u);
  EXPECT_EQ(watcher_->counters().stream_losses, 1u);
  FallsIll("web");
  host_.loop.RunFor(milliseconds(1));
  EXPECT_THAT(Mutations(), ElementsAre("restart web"));
}

TEST_F(WatcherTest, DoesNotSpinWhileTheEngineIsAwayForAnHour) {
  Run("web");
  Watch();
  EXPECT_TRUE(watcher_->SeesTheEngine());
  host_.engine.GoDown();
  host_.engine.calls.Forget();
  host_.loop.RunFor(hours(1));
  EXPECT_FALSE(watcher_->SeesTheEngine());
  EXPECT_LE(host_.engine.calls.All().size(), 1500u);
  host_.engine.ComeBack();
  host_.loop.RunFor(seconds(11));
  EXPECT_TRUE(watcher_->SeesTheEngine());
  FallsIll("web");
  host_.loop.RunFor(seconds(1));
  EXPECT_THAT(Mutations(), ElementsAre("restart web"));
}

TEST_F(WatcherTest, DoesNotRestartWhatAnOperatorStopped) {
  Run("web").behaviour.ignores_sigterm = true;
  Watch();
  ASSERT_TRUE(host_.engine.machine.BeginStop("web", seconds(10)));
  host_.loop.RunFor(seconds(1));
  FallsIll("web");
  host_.loop.RunFor(hours(1));
  EXPECT_THAT(Mutations(), IsEmpty());
  EXPECT_EQ(host_.engine.At("web").state, engine::ContainerState::kExited);
}

TEST_F(WatcherTest, DoesNotRestartWhatAnOperatorStopsWhileItIsLookedAt) {
  Run("web").behaviour.ignores_sigterm = true;
  Watch();
  host_.engine.calls.duration = milliseconds(100);
  FallsIll("web");
  host_.loop.RunFor(milliseconds(50));
  ASSERT_TRUE(host_.engine.machine.BeginStop("web", seconds(10)));
  host_.loop.RunFor(minutes(5));
  EXPECT_THAT(Mutations(), IsEmpty());
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kStoppedByOperator));
}

TEST_F(WatcherTest, HealsTenThatIgnoreSigtermInTheTimeOfOne) {
  for (int i = 0; i < 10; ++i) Run("web" + std::to_string(i)).behaviour.ignores_sigterm = true;
  Watch();
  for (int i = 0; i < 10; ++i) FallsIll("web" + std::to_string(i));
  host_.loop.RunFor(seconds(12));
  EXPECT_EQ(Mutations().size(), 10u);
  EXPECT_EQ(Outcomes().size(), 10u);
  EXPECT_EQ(watcher_->Host().in_flight, 0u);
}

TEST_F(WatcherTest, EndsTheEpisodeOfAContainerThatIsRemovedInTheMiddleOfItsHeal) {
  Run("web").behaviour.ignores_sigterm = true;
  Watch();
  FallsIll("web");
  host_.loop.RunFor(seconds(1));
  ASSERT_TRUE(host_.engine.machine.Remove("web", true));
  host_.loop.RunFor(minutes(1));
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kVanished));
  EXPECT_THAT(Mutations(), ElementsAre("restart web"));
  EXPECT_THAT(watcher_->Watched(), IsEmpty());
}

TEST_F(WatcherTest, DoesNotTakeAMissingOwnerOfItsNamespaceForItsOwnEnd) {
  Run("vpn");
  host_.engine.Run("web", "app:1",
                   {{"Healthcheck", test::FakeHealthcheck()},
                    {"Labels", {{"autoheal", "true"}}},
                    {"HostConfig", {{"NetworkMode", "container:vpn"}}}});
  Watch();
  ASSERT_TRUE(host_.engine.machine.Remove("vpn", true));
  FallsIll("web");
  host_.loop.RunFor(minutes(1));
  EXPECT_THAT(Outcomes(), ElementsAre(Outcome::kGaveUp));
}

TEST_F(WatcherTest, StartsWhatItsOwnFailedRestartLeftDownThoughTheEventsCameAfterTheAnswer) {
  Run("web");
  Watch();
  host_.engine.At("web").behaviour.start_error = "no address is left in its network";
  FallsIll("web");
  host_.loop.RunFor(seconds(1));
  ASSERT_EQ(host_.engine.At("web").state, engine::ContainerState::kExited);
  host_.engine.At("web").behaviour.start_error = "";
  host_.loop.RunFor(minutes(1));
  EXPECT_EQ(host_.engine.At("web").state, engine::ContainerState::kRunning);
}

TEST_F(WatcherTest, DoesNotRestartAFollowerThatWasStartedAfterItsOwner) {
  Run("vpn");
  host_.engine.Run("web", "app:1",
                   {{"Healthcheck", test::FakeHealthcheck()},
                    {"Labels", {{"autoheal", "true"}}},
                    {"HostConfig", {{"NetworkMode", "container:vpn"}}}});
  Watch();
  // The event of its start is lost, and comes before the one of its owner's.
  host_.engine.At("web").started_at = host_.clock.WallNow() + seconds(2);
  host_.loop.Await(host_.engine.Restart("vpn", seconds(10))).value();
  host_.engine.calls.Forget();
  host_.loop.RunFor(minutes(5));
  EXPECT_THAT(Mutations(), IsEmpty());
}

TEST_F(WatcherTest, TellsWhatAListSaysThoughInspectsHang) {
  for (int i = 0; i < 5; ++i) Run("web" + std::to_string(i));
  host_.engine.At("web0").health = Health::kUnhealthy;
  host_.engine.calls.Add({.call = "inspect",
                          .error = test::TimedOut(),
                          .outcome = test::FakeCalls::Outcome::kHangs,
                          .times = test::FakeCalls::kAlways,
                          .deadline = seconds(30)});
  Watch();
  FallsIll("web0");
  host_.loop.RunFor(seconds(30));
  EXPECT_THAT(reports_, testing::Not(IsEmpty()));
}

TEST_F(WatcherTest, DoesNotHealWhileItIsPausedAndDoesAfterwards) {
  Run("web");
  Watch();
  ASSERT_TRUE(watcher_->Pause("web", minutes(10)));
  FallsIll("web");
  host_.loop.RunFor(seconds(590));
  EXPECT_THAT(Mutations(), IsEmpty());
  FallsIll("web");  // its checks still run
  host_.loop.RunFor(seconds(11));
  EXPECT_THAT(Mutations(), ElementsAre("restart web"));
  EXPECT_EQ(watcher_->Reset("db").error().reason, "NOT_WATCHED");
}

TEST_F(WatcherTest, DrainsTheHealsUnderWayAndBeginsNoOther) {
  Run("web").behaviour.ignores_sigterm = true;
  Run("db");
  Watch();
  FallsIll("web");
  host_.loop.RunFor(seconds(1));
  auto drained = host_.loop.Spawn(watcher_->Drain(minutes(1)));
  host_.loop.RunReady();
  FallsIll("db");
  EXPECT_FALSE(drained.Done());
  host_.loop.RunFor(seconds(11));
  EXPECT_TRUE(drained.Done());
  EXPECT_THAT(Mutations(), ElementsAre("restart web"));
}

TEST_F(WatcherTest, TouchesNothingAnyMoreWhenItIsDestroyedInTheMiddleOfAHeal) {
  Run("web");
  Watch();
  host_.engine.calls.duration = milliseconds(100);
  FallsIll("web");
  host_.loop.RunFor(milliseconds(50));
  watcher_.reset();
  host_.loop.RunFor(hours(1));
  EXPECT_THAT(Mutations(), IsEmpty());
  EXPECT_EQ(host_.engine.OpenEventStreams(), 0u);
}

}  // namespace
}  // namespace berth::watchdog

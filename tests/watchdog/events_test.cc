#include "watchdog/events.h"

#include <gmock/gmock.h>

namespace berth::watchdog {
namespace {

using engine::ContainerState;
using engine::Event;
using engine::Health;
using std::chrono::hours;
using std::chrono::seconds;

Event Make(const std::string& action, std::map<std::string, std::string> attributes = {}) {
  return {WallTime{}, "container", action, "web-id", std::move(attributes)};
}

Changed ChangeIn(const std::string& action) {
  const auto what = ObservationOf(Make(action));
  return what && std::holds_alternative<Changed>(*what) ? std::get<Changed>(*what) : Changed{};
}

bool IsStopAsked(const Event& event) {
  const auto what = ObservationOf(event);
  return what && std::holds_alternative<StopAsked>(*what);
}

TEST(WatchdogEvents, TellTheHealth) {
  EXPECT_EQ(ChangeIn("health_status: unhealthy").health, Health::kUnhealthy);
  EXPECT_EQ(ChangeIn("health_status: healthy").health, Health::kHealthy);
  EXPECT_EQ(ChangeIn("health_status: unhealthy").state, std::nullopt);
}

TEST(WatchdogEvents, TellTheState) {
  EXPECT_EQ(ChangeIn("start").state, ContainerState::kRunning);
  EXPECT_EQ(ChangeIn("unpause").state, ContainerState::kRunning);
  EXPECT_EQ(ChangeIn("pause").state, ContainerState::kPaused);
  EXPECT_EQ(ChangeIn("die").state, ContainerState::kExited);
}

TEST(WatchdogEvents, TellOfANewNameAndOfTheEnd) {
  const auto renamed = ObservationOf(Make("rename", {{"name", "www"}, {"oldName", "/web"}}));
  EXPECT_EQ(std::get<Changed>(*renamed).name, "www");
  EXPECT_EQ(std::get<Gone>(*ObservationOf(Make("destroy"))).id, "web-id");
}

TEST(WatchdogEvents, TellThatSomebodyAskedForAStop) {
  EXPECT_TRUE(IsStopAsked(Make("stop")));
  for (const char* signal : {"2", "3", "9", "15", "37"}) EXPECT_TRUE(IsStopAsked(Make("kill", {{"signal", signal}})));
}

TEST(WatchdogEvents, DoNotTakeAReloadForAStop) {
  for (const char* signal : {"1", "10", "12", "28"}) EXPECT_FALSE(ObservationOf(Make("kill", {{"signal", signal}})));
  EXPECT_FALSE(ObservationOf(Make("kill")));
}

TEST(WatchdogEvents, DoNotTellWhatSaysNothing) {
  for (const char* action : {"create", "attach", "restart", "update", ""}) EXPECT_FALSE(ObservationOf(Make(action)));
}

TEST(WatchdogEvents, ShowAContainerWithItsLabels) {
  const Seen seen = SeenIn(Make("start", {{"name", "web"}, {"image", "app:1"}, {"autoheal", "true"}}));
  EXPECT_EQ(seen.id, "web-id");
  EXPECT_EQ(seen.name, "web");
  EXPECT_EQ(seen.image, "app:1");
  EXPECT_THAT(seen.labels, testing::ElementsAre(testing::Pair("autoheal", "true")));
}

class WatchdogOwnStops : public testing::Test {
 protected:
  bool Take(const std::string& action) { return stops_.Take(Make(action, {{"signal", "15"}}), now_); }

  SteadyTime now_{hours(1000)};
  OwnStops stops_;
};

TEST_F(WatchdogOwnStops, AreThoseOfARestartUnderWay) {
  stops_.Begin("web-id");
  now_ += hours(1);
  EXPECT_TRUE(Take("kill"));
  EXPECT_FALSE(Take("die"));
  EXPECT_TRUE(Take("stop"));
}

TEST_F(WatchdogOwnStops, AreNotThoseOfOthers) {
  EXPECT_FALSE(Take("stop"));
  stops_.Begin("db-id");
  EXPECT_FALSE(Take("stop"));
}

TEST_F(WatchdogOwnStops, EndWithTheStart) {
  stops_.Begin("web-id");
  EXPECT_FALSE(Take("start"));
  EXPECT_FALSE(Take("stop"));
}

TEST_F(WatchdogOwnStops, MayComeALittleAfterTheAnswer) {
  stops_.Begin("web-id");
  stops_.Answered("web-id", now_);
  EXPECT_TRUE(Take("stop"));
}

TEST_F(WatchdogOwnStops, DoNotComeLongAfterTheAnswer) {
  stops_.Begin("web-id");
  stops_.Answered("web-id", now_);
  now_ += seconds(1);
  EXPECT_FALSE(Take("stop"));
}

TEST_F(WatchdogOwnStops, AreForgottenWithTheStream) {
  stops_.Begin("web-id");
  stops_.ForgetAll();
  EXPECT_FALSE(Take("stop"));
}

}  // namespace
}  // namespace berth::watchdog

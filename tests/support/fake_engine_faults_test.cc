#include <gtest/gtest.h>

#include "tests/support/fake_engine.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;

class FakeEngineFaultsTest : public ::testing::Test {
 protected:
  template <class T>
  T Await(Task<T> task) {
    return host.loop.Await(std::move(task));
  }
  engine::StreamPtr<engine::Event> Events(const char* type) {
    engine::EventOptions options;
    options.filters = {{"type", {type}}};
    return *Await(engine.Events(std::move(options)));
  }
  void RunUnhealthy(const std::string& name) {
    auto& container = engine.Run(name, "web:1", {{"Healthcheck", FakeHealthcheck()}});
    engine.machine.SetHealth(container, engine::Health::kUnhealthy);
  }

  FakeHost host;
  FakeEngine& engine = host.engine;
};

TEST_F(FakeEngineFaultsTest, CutsTheEventsAndNothingElse) {
  auto& web = engine.Run("web", "web:1");
  const auto events = Events("container");
  auto stop = host.loop.Spawn(engine.Stop("web", {}));
  host.loop.RunReady();
  engine.CutEvents();
  EXPECT_EQ((*Await(events->Next()))->action, "kill");  // what was sent before arrives
  host.loop.RunFor(1s);
  ASSERT_TRUE(stop.Done());
  EXPECT_TRUE(stop.Get());
  EXPECT_EQ(Await(events->Next()).error().code, Code::kUnavailable);
  const auto later = Events("container");
  engine.machine.Emit(web, "rename");
  EXPECT_EQ((*Await(later->Next()))->action, "rename");
}

TEST_F(FakeEngineFaultsTest, IsAwayUntilTheOutageIsOver) {
  engine.Run("web", "web:1", {{"HostConfig", {{"RestartPolicy", {{"Name", "always"}}}}}});
  const auto before = engine.At("web").started_at;
  engine.RestartEngine(20s);
  host.loop.RunFor(19s);
  EXPECT_FALSE(Await(engine.Ping()));
  host.loop.RunFor(1s);
  EXPECT_TRUE(Await(engine.Ping()));
  EXPECT_EQ(engine.At("web").started_at - before, 20s);
}

TEST_F(FakeEngineFaultsTest, TellsOfEveryEndBeforeItShutsDown) {
  engine.Run("web", "web:1");
  const auto events = Events("container");
  engine.RestartEngine(20s);
  EXPECT_EQ((*Await(events->Next()))->action, "kill");
  EXPECT_EQ((*Await(events->Next()))->action, "die");
  EXPECT_FALSE(Await(events->Next()));
}

TEST_F(FakeEngineFaultsTest, HangsNoLongerThanItsDeadline) {
  RunUnhealthy("web");
  engine.calls.Add({.call = "stop", .error = TimedOut(), .outcome = FakeCalls::Outcome::kHangs, .deadline = 30s});
  auto stop = host.loop.Spawn(engine.Stop("web", {}));
  host.loop.RunFor(29s);
  EXPECT_FALSE(stop.Done());
  host.loop.RunFor(1s);
  ASSERT_TRUE(stop.Done());
  EXPECT_EQ(stop.Get().error().code, Code::kDeadlineExceeded);
  EXPECT_TRUE(engine.At("web").Runs());
}

TEST_F(FakeEngineFaultsTest, ListsOnlyTheUnhealthyWhenAskedSo) {
  RunUnhealthy("web");
  engine.Run("db", "db:1");
  const auto rows = *Await(engine.List(false, {{"health", {"unhealthy"}}}));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].name, "web");
}

TEST_F(FakeEngineFaultsTest, FindsAContainerByIdBeginningOfItAndName) {
  auto& web = engine.Run("web", "web:1");
  EXPECT_EQ(engine.machine.Find(web.id), &web);
  EXPECT_EQ(engine.machine.Find(web.id.substr(0, 12)), &web);
  EXPECT_EQ(engine.machine.Find(web.id.substr(0, 11)), nullptr);
  ASSERT_TRUE(engine.machine.Rename("web", "www"));
  EXPECT_EQ(engine.machine.Find("www"), &web);
  EXPECT_EQ(engine.machine.Find("web"), nullptr);
  ASSERT_TRUE(engine.machine.Remove("www", true));
  EXPECT_EQ(engine.machine.Find("www"), nullptr);
}

}  // namespace
}  // namespace berth::test

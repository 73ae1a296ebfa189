#include "agent/event_hub.h"

#include <gtest/gtest.h>

#include "tests/support/fake_engine.h"
#include "tests/support/results.h"

namespace berth::agent {
namespace {

using test::FailsWith;
using Followed = std::unique_ptr<EventFollower>;

class EventHubTest : public ::testing::Test {
 protected:
  Followed Follow(EventFilter filter = {}) { return *host.loop.Await(hub.Subscribe(std::move(filter))); }
  std::string NextAction(EventFollower& follower) {
    const auto event = host.loop.Await(follower.Next());
    return event ? (*event)->attributes.at("name") + " " + (*event)->action : event.error().reason;
  }
  // Lets the hub take what the engine has sent.
  void Settle() { host.loop.RunReady(); }

  test::FakeHost host;
  EventHub hub{host.loop.executor(), host.engine, 4};
};

TEST_F(EventHubTest, ShowsEachFollowerWhatHappens) {
  const auto first = Follow();
  const auto second = Follow();
  host.engine.Run("web", "web:1");
  for (const auto* follower : {&first, &second}) {
    EXPECT_EQ(NextAction(**follower), "web create");
    EXPECT_EQ(NextAction(**follower), "web start");
  }
}

TEST_F(EventHubTest, DoesNotShowWhatHappenedBefore) {
  const auto early = Follow();
  host.engine.Make("web", "web:1");
  Settle();
  const auto late = Follow();
  host.engine.Make("db", "web:1");
  EXPECT_EQ(NextAction(*late), "db create");
  EXPECT_EQ(NextAction(*early), "web create");
}

TEST_F(EventHubTest, DoesNotMissWhatHappensRightAfterItSubscribed) {
  auto subscribing = host.loop.Spawn(hub.Subscribe({}));
  host.loop.RunUntil([&] { return subscribing.Done(); });
  host.engine.Make("web", "web:1");
  const auto follower = *subscribing.Get();
  EXPECT_EQ(NextAction(*follower), "web create");
}

TEST_F(EventHubTest, SubscribesOnceForAllAndOnlyWhileSomebodyFollows) {
  EXPECT_EQ(host.engine.OpenEventStreams(), 0u);
  auto first = host.loop.Spawn(hub.Subscribe({}));
  auto second = host.loop.Spawn(hub.Subscribe({}));
  Settle();
  auto one = *first.Get();
  auto two = *second.Get();
  EXPECT_EQ(host.engine.OpenEventStreams(), 1u);
  EXPECT_EQ(host.engine.calls.Count("events"), 1u);
  one.reset();
  Settle();
  EXPECT_EQ(host.engine.OpenEventStreams(), 1u);
  two.reset();
  Settle();
  EXPECT_EQ(host.engine.OpenEventStreams(), 0u);
  const auto again = Follow();
  EXPECT_EQ(host.engine.OpenEventStreams(), 1u);
}

TEST_F(EventHubTest, ShowsAFollowerWhatItAskedFor) {
  const auto by_name = Follow({.containers = {"web"}});
  const auto by_label = Follow({.labels = {"team=blue", "tier"}});
  host.engine.Make("db", "web:1", {{"Labels", {{"team", "blue"}, {"tier", "data"}}}});
  host.engine.Make("web", "web:1", {{"Labels", {{"team", "blue"}}}});
  EXPECT_EQ(NextAction(*by_name), "web create");
  EXPECT_EQ(NextAction(*by_label), "db create");
  auto nothing_more = host.loop.Spawn(by_label->Next());
  Settle();
  EXPECT_FALSE(nothing_more.Done());
}

TEST_F(EventHubTest, KnowsAContainerByItsIdAndByBothNamesOfARename) {
  const auto& web = host.engine.Make("web", "web:1");
  const auto by_id = Follow({.containers = {web.id.substr(0, 12)}});
  const auto by_old_name = Follow({.containers = {"web"}});
  ASSERT_OK(host.engine.machine.Rename("web", "web-old"));
  EXPECT_EQ(NextAction(*by_id), "web-old rename");
  EXPECT_EQ(NextAction(*by_old_name), "web-old rename");
}

TEST_F(EventHubTest, EndsOnlyTheFollowerThatIsTooSlow) {
  const auto slow = Follow();
  const auto quick = Follow();
  for (int i = 0; i < 5; ++i) {
    const auto name = "web" + std::to_string(i);
    host.engine.Make(name, "web:1");
    EXPECT_EQ(NextAction(*quick), name + " create");
  }
  EXPECT_EQ(NextAction(*slow), "READER_TOO_SLOW");
  EXPECT_EQ(NextAction(*slow), "READER_TOO_SLOW");
  host.engine.Make("more", "web:1");
  EXPECT_EQ(NextAction(*quick), "more create");
}

TEST_F(EventHubTest, DoesNotEndAFollowerThatIsJustInTime) {
  const auto follower = Follow();
  for (int i = 0; i < 4; ++i) host.engine.Make("web" + std::to_string(i), "web:1");
  Settle();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(NextAction(*follower), "web" + std::to_string(i) + " create");
}

TEST_F(EventHubTest, EndsEverybodyWhenTheEngineGoesAndShowsFirstWhatCameBefore) {
  const auto first = Follow();
  const auto second = Follow();
  auto waiting = host.loop.Spawn(second->Next());
  host.engine.Make("web", "web:1");
  Settle();
  ASSERT_TRUE(waiting.Done());
  auto still_waiting = host.loop.Spawn(second->Next());
  Settle();
  host.engine.GoDown();
  Settle();
  EXPECT_THAT(still_waiting.Get(), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_EQ(NextAction(*first), "web create");
  EXPECT_EQ(NextAction(*first), "ENGINE_UNREACHABLE");
}

TEST_F(EventHubTest, SubscribesAnewWhenTheEngineIsBackThoughSomeHaveNotNoticed) {
  const auto old = Follow();
  host.engine.GoDown();
  Settle();
  EXPECT_THAT(host.loop.Await(hub.Subscribe({})), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  host.engine.ComeBack();
  const auto fresh = Follow();
  host.engine.Make("web", "web:1");
  EXPECT_EQ(NextAction(*fresh), "web create");
  EXPECT_EQ(NextAction(*old), "ENGINE_UNREACHABLE");
}

TEST_F(EventHubTest, LetsGoOfTheEngineWhenACallerGivesUp) {
  host.engine.calls.Add({.call = "events", .outcome = test::FakeCalls::Outcome::kHangs});
  auto subscribing = host.loop.Spawn(hub.Subscribe({}));
  Settle();
  subscribing.Cancel();
  Settle();
  EXPECT_TRUE(subscribing.Done());
  host.engine.calls.Release();
  Settle();
  EXPECT_EQ(host.engine.OpenEventStreams(), 0u);
}

TEST_F(EventHubTest, AsksTheEngineForNoMoreThanItShows) {
  std::size_t seen = 0;
  const auto follower = Follow();
  const auto& web = host.engine.Run("web", "web:1");
  host.engine.machine.Emit(web, "exec_create: probe");
  host.engine.machine.Emit(web, "top");
  host.engine.machine.Emit(web, "oom");
  std::string last;
  for (; last != "web oom"; ++seen) last = NextAction(*follower);
  EXPECT_EQ(seen, 3u);
}

}  // namespace
}  // namespace berth::agent

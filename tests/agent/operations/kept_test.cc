// How long what an upgrade replaced is kept, and what becomes of its image.
#include "agent/operations/kept.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/kept_sweep.h"
#include "agent/operations/image_cleanup.h"
#include "tests/agent/operations/agent_host.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class KeptTest : public testing::Test {
 protected:
  KeptTest() {
    host.RunWeb();
    for (const char* image : {"web:3", "web:4"}) host.engine.machine.registry.Publish(image);
  }

  Operation Upgrade(const std::string& image, std::optional<std::chrono::milliseconds> keep_for = std::nullopt) {
    Request request = AskUpgrade("web", image);
    request.keep_previous_for = keep_for;
    return host.Do(request).value();
  }
  void With(KeepRule rule) {
    host.settings.keep = rule;
    host.Begin();
  }
  void SweepFor(std::chrono::nanoseconds time) {
    const KeptSweep sweep(host.loop.executor(), *host.operations, host.clock);
    host.loop.RunFor(time);
  }

  AgentHost host;
};

TEST_F(KeptTest, GoesWhenItsTimeIsOverAndNotBefore) {
  With({1, 24h, false});
  Upgrade("web:2");
  SweepFor(23h);
  EXPECT_THAT(host.Names(), SizeIs(2));
  SweepFor(2h);
  EXPECT_THAT(host.Names(), ElementsAre("web"));
  EXPECT_TRUE(host.At("web").Runs());
}

TEST_F(KeptTest, StaysForEverByDefault) {
  Upgrade("web:2");
  SweepFor(24h * 60);
  EXPECT_THAT(host.Names(), SizeIs(2));
}

TEST_F(KeptTest, StaysAsLongAsTheRequestSaidThatPutItAside) {
  With({2, 24h, false});
  Upgrade("web:2", 72h);
  Upgrade("web:3", 0h);
  Upgrade("web:4");
  EXPECT_THAT(host.Names(), SizeIs(3)) << "two are kept";
  SweepFor(30h);
  EXPECT_THAT(host.Names(), SizeIs(2)) << "that of web:3 went after a day";
  SweepFor(24h * 60);
  EXPECT_THAT(host.Names(), SizeIs(2)) << "that of web:2 is kept for ever";
}

TEST_F(KeptTest, CountsFromItsReplacementEvenIfItWasStoppedLongBefore) {
  With({1, 24h, false});
  host.Do(Ask(Kind::kStop, "web")).value();
  host.loop.RunFor(48h);
  Upgrade("web:2");
  SweepFor(23h);
  EXPECT_THAT(host.Names(), SizeIs(2));
}

TEST_F(KeptTest, StaysWhenSomebodyStartedItAgain) {
  With({1, 24h, false});
  const auto ended = Upgrade("web:2");
  auto& old = host.At(OldSideName("web", ended.id));
  old.host_config.erase("PortBindings");  // or the engine would not let both run
  ASSERT_OK(host.engine.machine.Start(old.id));
  SweepFor(48h);
  EXPECT_THAT(host.Names(), SizeIs(2));
  EXPECT_EQ(host.RunningCount(), 2u);
}

TEST_F(KeptTest, IsNotWhatOnlyHasSuchAName) {
  With({0, 1h, false});
  host.engine.Make("web.berth-0123456789abcdef-old", "web:1");
  Upgrade("web:2");
  SweepFor(48h);
  EXPECT_THAT(host.Names(), testing::UnorderedElementsAre("web.berth-0123456789abcdef-old", "web"));
}

TEST_F(KeptTest, StaysWhileAnOperationWorksOnTheService) {
  With({1, 1h, false});
  Upgrade("web:2");
  host.engine.machine.registry.Publish("web:3", {.behaviour = {.healthy_after = std::nullopt}});
  Request request = AskUpgrade("web", "web:3");
  request.gate.timeout = 3h;
  request.timeout = 4h;
  ASSERT_OK(host.Submit(request));
  SweepFor(2h);
  EXPECT_THAT(host.Names(), SizeIs(3)) << "it may be what is gone back to";
  SweepFor(3h);
  EXPECT_THAT(host.Names(), ElementsAre("web"));
}

TEST_F(KeptTest, GoesAtTheNextLookWhenTheEngineWasAway) {
  With({1, 1h, false});
  Upgrade("web:2");
  host.engine.GoDown();
  SweepFor(2h);
  host.engine.ComeBack();
  EXPECT_THAT(host.Names(), SizeIs(2));
  SweepFor(15min);
  EXPECT_THAT(host.Names(), ElementsAre("web"));
}

TEST(KeptFor, IsTheUsualTimeForWhatTheJournalForgot) {
  engine::ContainerDetails kept;
  kept.created_at = WallTime(100h);
  kept.finished_at = WallTime(200h);
  EXPECT_EQ(GoesAt(kept, std::nullopt, {1, 24h, false}), WallTime(224h));
  EXPECT_FALSE(GoesAt(kept, std::nullopt, {1, 0h, false}));
  JournalEntry entry;
  entry.upgrade = UpgradeRecord{};
  entry.upgrade->keep.age = 1h;
  entry.operation.state = State::kRunning;
  EXPECT_FALSE(GoesAt(kept, entry, {1, 24h, false})) << "it is just being put aside";
  entry.operation.state = State::kSucceeded;
  entry.operation.ended_at = WallTime(300h);
  EXPECT_EQ(GoesAt(kept, entry, {1, 24h, false}), WallTime(301h));
}

// --- images

class ImageCleanupTest : public KeptTest {
 protected:
  bool IsHere(const std::string& image) const { return host.engine.machine.images.Find(image) != nullptr; }
  void Finish(const std::string& image) {
    Upgrade(image);
    host.UntilIdle();
  }
};

TEST_F(ImageCleanupTest, RemovesWhatWasPulledForVersionsThatAreNotKeptAnyMore) {
  With({1, 0h, true});
  for (const char* image : {"web:2", "web:3", "web:4"}) Finish(image);
  EXPECT_FALSE(IsHere("web:2"));
  EXPECT_TRUE(IsHere("web:3")) << "it is kept";
  EXPECT_TRUE(IsHere("web:4"));
  EXPECT_TRUE(IsHere("web:1")) << "Berth did not pull it";
}

TEST_F(ImageCleanupTest, IsOffUnlessItIsAskedFor) {
  for (const char* image : {"web:2", "web:3", "web:4"}) Finish(image);
  EXPECT_TRUE(IsHere("web:2"));
  Request request = AskUpgrade("web", "web:2");
  request.image_cleanup = true;
  host.Do(request).value();
  host.UntilIdle();
  EXPECT_FALSE(IsHere("web:3")) << "the request asked for it";
}

TEST_F(ImageCleanupTest, LeavesWhatAnotherContainerUses) {
  With({0, 0h, true});
  Finish("web:2");
  host.engine.Make("other", "web:2");
  Finish("web:3");
  EXPECT_TRUE(IsHere("web:2"));
}

TEST_F(ImageCleanupTest, LeavesWhatHasAnotherNameToo) {
  With({0, 0h, true});
  Finish("web:2");
  ASSERT_OK(host.loop.Await(host.engine.TagImage("web:2", "mine", "1")));
  Finish("web:3");
  EXPECT_TRUE(IsHere("web:2"));
}

TEST_F(ImageCleanupTest, LeavesWhatTheHistoryMayGoBackToWithinWhatIsKept) {
  With({1, 1h, true});
  Finish("web:2");
  Finish("web:3");
  SweepFor(2h);
  EXPECT_THAT(host.Names(), ElementsAre("web"));
  EXPECT_TRUE(IsHere("web:2")) << "the container went, but it is the last version";
}

TEST_F(ImageCleanupTest, LeavesEverythingAfterAnUpgradeThatFailed) {
  With({0, 0h, true});
  Finish("web:2");
  host.engine.machine.registry.Publish("web:3", {.behaviour = {.exits_after = 1s}});
  EXPECT_EQ(Upgrade("web:3").state, State::kFailed);
  host.UntilIdle();
  EXPECT_EQ(host.engine.calls.Count("remove-image"), 0u);
}

TEST_F(ImageCleanupTest, TakesADigestThatHasLostItsTag) {
  With({0, 0h, true});
  Finish("web:2");
  const auto old_id = host.engine.machine.images.Find("web:2")->id;
  host.engine.machine.registry.Publish("web:2");
  Finish("web:2");
  EXPECT_FALSE(IsHere(old_id));
}

// --- which, by itself

Choice Earlier(const std::string& image, char digit) {
  Version version;
  version.image = image;
  version.digest = "sha256:" + std::string(64, digit);
  version.pulled = true;
  return {version, false, {}, true};
}

TEST(ImagesToClean, AreOlderThanWhatIsKeptAndPulledByUs) {
  std::vector<Choice> choices = {Earlier("r:4", '4'), Earlier("r:3", '3'), Earlier("r:2", '2'), Earlier("r:1", '1')};
  choices[0].runs_now = true;
  EXPECT_THAT(VersionsToClean(choices, 1), SizeIs(2));
  EXPECT_THAT(VersionsToClean(choices, 3), IsEmpty());
  choices[2].kept_as = "web.berth-1-old";
  choices[3].version.pulled = false;
  EXPECT_THAT(VersionsToClean(choices, 1), IsEmpty());
}

TEST(ImagesToClean, AreRemovedByTheNameThatTheyWerePulledBy) {
  const Version version = Earlier("r/web:2@sha256:" + std::string(64, '2'), '2').version;
  const std::string pinned = "r/web@sha256:" + std::string(64, '2');
  engine::Image image;
  image.id = "sha256:id";
  image.repo_tags = {"r/web:2"};
  image.repo_digests = {pinned};
  EXPECT_EQ(ReferenceToRemove(version, image, {}), "r/web:2");
  image.repo_tags.clear();
  EXPECT_EQ(ReferenceToRemove(version, image, {}), pinned);
  image.repo_digests.push_back("mirror/web@sha256:" + std::string(64, '2'));
  EXPECT_FALSE(ReferenceToRemove(version, image, {})) << "somebody pulled it from elsewhere, too";
  image.repo_digests.clear();
  EXPECT_FALSE(ReferenceToRemove(version, image, {})) << "nobody could get it again";
  image.repo_digests = {pinned};
  engine::ContainerSummary user;
  user.image_id = image.id;
  EXPECT_FALSE(ReferenceToRemove(version, image, {user})) << "it is in use, if only by one that is stopped";
}

}  // namespace
}  // namespace berth::agent

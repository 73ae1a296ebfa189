#include "agent/operations/upgrade_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/names.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

const std::string kOperation = "0123456789abcdef";

TEST(SideNames, SayWhoseTheyAre) {
  EXPECT_EQ(engine::OwnerOfSideName(OldSideName("web", kOperation)), "web");
  EXPECT_EQ(engine::OwnerOfSideName(NewSideName("my.web-1", kOperation)), "my.web-1");
  EXPECT_TRUE(engine::CheckContainerName(OldSideName("web", kOperation)));
}

TEST(SideNames, TellAKeptContainerFromANewOneAndFromThatOfAnotherName) {
  EXPECT_TRUE(IsKeptNameOf(OldSideName("web", kOperation), "web"));
  EXPECT_FALSE(IsKeptNameOf(NewSideName("web", kOperation), "web"));
  EXPECT_FALSE(IsKeptNameOf(OldSideName("web", kOperation), "we"));
}

engine::ContainerDetails Replacing(const std::string& id, const std::string& replaces) {
  engine::ContainerDetails container;
  container.id = id;
  if (!replaces.empty()) container.labels = {{std::string(kReplacesLabel), replaces}};
  return container;
}

TEST(Line, NamesAllThatAContainerCameAfterTheLastFirst) {
  EXPECT_EQ(LineOf(Replacing("a", "")), "a");
  EXPECT_EQ(LineOf(Replacing("c", "b,a")), "c,b,a");
}

TEST(Line, DoesNotGrowForEver) {
  std::string line;
  for (char id = 'a'; id <= 'z'; ++id) line = LineOf(Replacing(std::string(1, id), line));
  EXPECT_EQ(line, "z,y,x,w,v,u,t,s");
}

TEST(Line, TellsWhoCameAfterWhom) {
  const engine::Labels labels{{std::string(kReplacesLabel), "bb,aa"}};
  EXPECT_TRUE(ComesAfter(labels, "aa"));
  EXPECT_TRUE(ComesAfter(labels, "bb"));
  EXPECT_FALSE(ComesAfter(labels, "a"));
  EXPECT_FALSE(ComesAfter(labels, "cc"));
  EXPECT_FALSE(ComesAfter({}, "aa"));
  EXPECT_FALSE(ComesAfter({}, ""));
}

TEST(DigestOf, PrefersTheRepositoryThatWasAskedFor) {
  engine::Image image;
  image.repo_digests = {"mirror:5000/web@sha256:aaaa", "web@sha256:bbbb"};
  EXPECT_EQ(DigestOf(image, "web:2"), "sha256:bbbb");
  EXPECT_EQ(DigestOf(image, "mirror:5000/web:2"), "sha256:aaaa");
}

TEST(DigestOf, IsEmptyForAnImageThatNoRegistryKnows) { EXPECT_EQ(DigestOf({}, "web:2"), ""); }

TEST(DigestIn, DoesNotTakeThatOfAnotherRepository) {
  engine::Image image;
  image.repo_digests = {"mirror:5000/web@sha256:aaaa"};
  EXPECT_EQ(DigestIn(image, "mirror:5000/web"), "sha256:aaaa");
  EXPECT_EQ(DigestIn(image, "web"), "");
  EXPECT_EQ(DigestOf(image, "web:2"), "sha256:aaaa") << "to tell, any is better than none";
}

UpgradeRecord Recorded(SwapRecord swap) {
  UpgradeRecord record;
  record.swap = std::move(swap);
  return record;
}

TEST(UpgradeSteps, SayWhoIsReloadedAndForHowLongTheOldOneMayGoOn) {
  engine::ContainerDetails web;
  web.name = "web";
  web.state = engine::ContainerState::kRunning;
  UpgradeRecord record = Recorded(SwapForUpgrade(web, kOperation));
  record.strategy = Strategy::kStartFirst;
  record.drain = std::chrono::seconds(7);
  const auto steps = UpgradeSteps(record, {"front", "edge"}, "web:2", true);
  EXPECT_THAT(steps, testing::Contains("Start the new web beside the old one"));
  EXPECT_THAT(steps, testing::Contains(testing::EndsWith("reload front, edge")));
  EXPECT_THAT(steps, testing::Contains(testing::HasSubstr("after 7 s at the latest")));
  EXPECT_THAT(UpgradeSteps(record, {}, "web:2", true), testing::Contains("Stop the old web"));
}

TEST(UpgradeSteps, DoNotPullOrCreateForARollback) {
  engine::ContainerDetails web;
  web.name = "web";
  web.state = engine::ContainerState::kRunning;
  engine::ContainerDetails kept;
  kept.id = "kept";
  kept.name = OldSideName("web", kOperation);
  const auto steps = UpgradeSteps(Recorded(SwapForRollback(web, kept, "fedcba9876543210")), {}, "", false);
  EXPECT_THAT(steps, testing::Contains(testing::StartsWith("Switch: stop the old web")));
  EXPECT_THAT(steps, testing::Not(testing::Contains(testing::StartsWith("Pull"))));
  EXPECT_THAT(steps, testing::Not(testing::Contains(testing::StartsWith("Create"))));
}

TEST(UpgradeSteps, DoNotStartAContainerThatWasStopped) {
  engine::ContainerDetails web;
  web.name = "web";
  web.state = engine::ContainerState::kExited;
  const auto steps = UpgradeSteps(Recorded(SwapForUpgrade(web, kOperation)), {}, "web:2", true);
  EXPECT_THAT(steps, testing::Not(testing::Contains(testing::HasSubstr("start the new"))));
  EXPECT_THAT(steps, testing::Contains("Pull web:2"));
}

}  // namespace
}  // namespace berth::agent

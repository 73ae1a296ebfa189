#include "agent/operations/upgrade_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/names.h"

namespace berth::agent {
namespace {

const std::string kOperation = "0123456789abcdef";

TEST(SideNames, SayWhoseTheyAre) {
  EXPECT_EQ(OwnerOfSideName(OldSideName("web", kOperation)), "web");
  EXPECT_EQ(OwnerOfSideName(NewSideName("my.web-1", kOperation)), "my.web-1");
  EXPECT_TRUE(engine::CheckContainerName(OldSideName("web", kOperation)));
}

TEST(SideNames, AreNotSeenInOrdinaryNames) {
  for (const auto* name : {"web", "web.berth-old", "web.berth-0123-old", "web.berth-0123456789abcdeZ-old",
                           ".berth-0123456789abcdef-old", "web.berth-0123456789abcdef-odd", ""}) {
    EXPECT_EQ(OwnerOfSideName(name), "") << name;
  }
}

TEST(SideNames, TellAKeptContainerFromANewOneAndFromThatOfAnotherName) {
  EXPECT_TRUE(IsKeptNameOf(OldSideName("web", kOperation), "web"));
  EXPECT_FALSE(IsKeptNameOf(NewSideName("web", kOperation), "web"));
  EXPECT_FALSE(IsKeptNameOf(OldSideName("web", kOperation), "we"));
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

TEST(UpgradeSteps, DoNotPullOrCreateForARollback) {
  engine::ContainerDetails web;
  web.name = "web";
  web.state = engine::ContainerState::kRunning;
  engine::ContainerDetails kept;
  kept.id = "kept";
  kept.name = OldSideName("web", kOperation);
  const auto steps = UpgradeSteps(SwapForRollback(web, kept, "fedcba9876543210"), "", false);
  EXPECT_THAT(steps, testing::Contains(testing::StartsWith("Switch: stop the old web")));
  EXPECT_THAT(steps, testing::Not(testing::Contains(testing::StartsWith("Pull"))));
  EXPECT_THAT(steps, testing::Not(testing::Contains(testing::StartsWith("Create"))));
}

TEST(UpgradeSteps, DoNotStartAContainerThatWasStopped) {
  engine::ContainerDetails web;
  web.name = "web";
  web.state = engine::ContainerState::kExited;
  const auto steps = UpgradeSteps(SwapForUpgrade(web, kOperation), "web:2", true);
  EXPECT_THAT(steps, testing::Not(testing::Contains(testing::HasSubstr("start the new"))));
  EXPECT_THAT(steps, testing::Contains("Pull web:2"));
}

}  // namespace
}  // namespace berth::agent

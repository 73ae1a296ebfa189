#include "agent/operations/caller.h"

#include <gtest/gtest.h>

namespace berth::agent {
namespace {

const Scope kShop{{{kProjectLabel, "shop"}, {"team", "blue"}}};

TEST(Scope, CoversWhatHasOneOfItsLabels) {
  EXPECT_TRUE(kShop.Covers({{kProjectLabel, "shop"}}));
  EXPECT_TRUE(kShop.Covers({{kProjectLabel, "blog"}, {"team", "blue"}}));
  EXPECT_TRUE(Scope().Covers({}));
}

TEST(Scope, DoesNotCoverWhatOnlyLooksLikeIt) {
  EXPECT_FALSE(kShop.Covers({}));
  EXPECT_FALSE(kShop.Covers({{"team", ""}}));
  EXPECT_FALSE(kShop.Covers({{"team", "blue-green"}}));
  EXPECT_FALSE(kShop.Covers({{"shop", kProjectLabel}}));
}

TEST(Scope, NeedsOnlyTheLabelsItSpeaksOf) {
  const engine::Labels all{{kProjectLabel, "shop"}, {"team", "blue"}, {"traefik.rule", "Host(a)"}};
  EXPECT_EQ(ForScopes(all, {"team"}), (engine::Labels{{kProjectLabel, "shop"}, {"team", "blue"}}));
  EXPECT_EQ(InCommon({all, {{"team", "blue"}, {kProjectLabel, "blog"}}}), (engine::Labels{{"team", "blue"}}));
  EXPECT_TRUE(InCommon({}).empty());
}

TEST(Roles, CanDoWhatTheOnesBelowThemCan) {
  const Access deploy{Role::kDeployer, false};
  EXPECT_FALSE(Check(deploy, {"a", "", Role::kViewer, {}}));
  EXPECT_TRUE(Check(deploy, {"a", "", Role::kDeployer, {}}));
  EXPECT_TRUE(Check(deploy, {"a", "", Role::kAdmin, kShop}));
}

}  // namespace
}  // namespace berth::agent

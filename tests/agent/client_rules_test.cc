#include "agent/client_rules.h"

#include <gtest/gtest.h>

namespace berth::agent {
namespace {

const std::string kDigits(64, 'a');

TEST(ClientRules, AreANameARoleAndAScope) {
  const auto rule = ParseClientRule("spiffe://berth/client/deployer/ci  deployer project=shop label=team=a=b");
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->identity, "spiffe://berth/client/deployer/ci");
  EXPECT_EQ(rule->role, Role::kDeployer);
  EXPECT_EQ(rule->scope, (Scope{{{kProjectLabel, "shop"}, {"team", "a=b"}}}));
  EXPECT_TRUE(ParseClientRule("spiffe://berth/client/admin/* admin")->scope.IsWholeHost());
}

TEST(ClientRules, TakeAFingerprintAsPeopleWriteIt) {
  std::string with_colons = "sha256:AA";
  for (int i = 1; i < 32; ++i) with_colons += ":AA";
  EXPECT_EQ(ParseClientRule(with_colons + " viewer")->identity, "sha256:" + kDigits);
}

TEST(ClientRules, RefuseWhatCouldMeanMoreThanItSays) {
  for (const std::string text : {"", "spiffe://berth/client/admin/a", "admin spiffe://a/b", "spiffe://a/b root",
                                 "* admin", "spiffe://* admin", "spiffe://a/*/b admin", "spiffe://a/b* admin",
                                 "sha256:12 admin", "spiffe://a/b viewer project=", "spiffe://a/b viewer shop",
                                 "spiffe://a/b viewer label=team", "spiffe://a/b viewer label=team=",
                                 "spiffe://a/b viewer label==x", "spiffe://a/b viewer label=name=web", "a viewer"}) {
    const auto rule = ParseClientRule(text);
    ASSERT_FALSE(rule) << text;
    EXPECT_EQ(rule.error().reason, "BAD_CLIENT");
  }
}

std::vector<ClientRule> Rules() {
  return {*ParseClientRule("spiffe://berth/client/admin/eve viewer"),
          *ParseClientRule("spiffe://berth/client/admin/* admin"),
          *ParseClientRule("sha256:" + kDigits + " deployer project=shop")};
}

TEST(ClientRules, GrantWhatTheFirstThatFitsSays) {
  EXPECT_EQ(Grant(Rules(), {{"spiffe://berth/client/admin/eve"}, ""})->role, Role::kViewer);
  EXPECT_EQ(Grant(Rules(), {{"spiffe://berth/client/admin/bob"}, ""})->role, Role::kAdmin);
  const auto printed = Grant(Rules(), {{}, kDigits});
  EXPECT_EQ(printed->role, Role::kDeployer);
  EXPECT_EQ(printed->identity, "sha256:" + kDigits);
}

TEST(ClientRules, GrantNothingToAnybodyElse) {
  EXPECT_FALSE(Grant({}, {{"spiffe://berth/client/admin/bob"}, kDigits}));
  EXPECT_FALSE(Grant(Rules(), {{}, ""}));
  for (const std::string uri : {"", "spiffe://berth/client/admin/", "spiffe://berth/client/admin",
                                "spiffe://berth/client/viewer/bob", "SPIFFE://berth/client/admin/bob"}) {
    EXPECT_FALSE(Grant(Rules(), {{uri}, std::string(64, 'b')})) << uri;
  }
}

}  // namespace
}  // namespace berth::agent

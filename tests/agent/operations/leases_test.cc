#include "agent/operations/leases.h"

#include <gtest/gtest.h>

namespace berth::agent {
namespace {

TEST(Leases, AreHeldByOneOperationAtATime) {
  Leases leases;
  EXPECT_TRUE(leases.TakeOrQueue("web", "a"));
  EXPECT_FALSE(leases.TakeOrQueue("web", "b"));
  EXPECT_EQ(leases.Holder("web"), "a");
}

TEST(Leases, PassToTheNextInLine) {
  Leases leases;
  for (const auto* id : {"a", "b", "c"}) leases.TakeOrQueue("web", id);
  EXPECT_EQ(leases.Release("web", "a"), "b");
  EXPECT_EQ(leases.Release("web", "b"), "c");
  EXPECT_EQ(leases.Release("web", "c"), std::nullopt);
  EXPECT_EQ(leases.Holder("web"), std::nullopt);
}

TEST(Leases, DoNotPassWhenSomebodyLeavesTheLine) {
  Leases leases;
  for (const auto* id : {"a", "b", "c"}) leases.TakeOrQueue("web", id);
  EXPECT_EQ(leases.Release("web", "b"), std::nullopt);
  EXPECT_EQ(leases.Holder("web"), "a");
  EXPECT_EQ(leases.Release("web", "a"), "c");
}

TEST(Leases, DoNotConcernOtherKeys) {
  Leases leases;
  leases.TakeOrQueue("web", "a");
  EXPECT_TRUE(leases.TakeOrQueue("db", "b"));
}

}  // namespace
}  // namespace berth::agent

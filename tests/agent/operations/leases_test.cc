#include "agent/operations/leases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Leases, AreHeldByOneOperationAtATime) {
  Leases leases;
  EXPECT_TRUE(leases.TakeOrQueue({"web"}, "a"));
  EXPECT_FALSE(leases.TakeOrQueue({"web"}, "b"));
  EXPECT_EQ(leases.Holder("web"), "a");
}

TEST(Leases, PassToTheNextInLine) {
  Leases leases;
  for (const auto* id : {"a", "b", "c"}) leases.TakeOrQueue({"web"}, id);
  EXPECT_THAT(leases.Release("a"), ElementsAre("b"));
  EXPECT_THAT(leases.Release("b"), ElementsAre("c"));
  EXPECT_THAT(leases.Release("c"), IsEmpty());
  EXPECT_EQ(leases.Holder("web"), std::nullopt);
}

TEST(Leases, DoNotPassWhenSomebodyLeavesTheLine) {
  Leases leases;
  for (const auto* id : {"a", "b", "c"}) leases.TakeOrQueue({"web"}, id);
  EXPECT_THAT(leases.Release("b"), IsEmpty());
  EXPECT_EQ(leases.Holder("web"), "a");
  EXPECT_THAT(leases.Release("a"), ElementsAre("c"));
}

TEST(Leases, DoNotConcernOtherKeys) {
  Leases leases;
  leases.TakeOrQueue({"web"}, "a");
  EXPECT_TRUE(leases.TakeOrQueue({"db"}, "b"));
}

TEST(Leases, PassOnlyToOneThatHoldsAllOfItsKeysThen) {
  Leases leases;
  leases.TakeOrQueue({"web"}, "a");
  leases.TakeOrQueue({"sidecar"}, "b");
  EXPECT_FALSE(leases.TakeOrQueue({"web", "sidecar"}, "c"));
  EXPECT_THAT(leases.Release("a"), IsEmpty());
  EXPECT_THAT(leases.Release("b"), ElementsAre("c"));
  EXPECT_THAT(leases.KeysOf("c"), ElementsAre("web", "sidecar"));
}

TEST(Leases, PassToSeveralWhoWaitedForDifferentKeys) {
  Leases leases;
  leases.TakeOrQueue({"web", "sidecar"}, "a");
  leases.TakeOrQueue({"web"}, "b");
  leases.TakeOrQueue({"sidecar"}, "c");
  EXPECT_THAT(leases.Release("a"), ElementsAre("b", "c"));
}

TEST(Leases, AreLentAndComeBackToTheLender) {
  Leases leases;
  leases.TakeOrQueue({"web", "sidecar"}, "parent");
  leases.TakeOrQueue({"sidecar"}, "waiting");
  EXPECT_TRUE(leases.TakeOrQueue({"sidecar"}, "child", "parent"));
  EXPECT_EQ(leases.Holder("sidecar"), "child");
  EXPECT_THAT(leases.Release("child"), ElementsAre("parent"));
  EXPECT_THAT(leases.Release("parent"), ElementsAre("waiting"));
}

TEST(Leases, AreNotLentByOneThatDoesNotHoldThem) {
  Leases leases;
  leases.TakeOrQueue({"web"}, "holder");
  EXPECT_FALSE(leases.TakeOrQueue({"web"}, "child", "parent"));
  EXPECT_EQ(leases.Holder("web"), "holder");
}

}  // namespace
}  // namespace berth::agent

#include "agent/rpc/outbox.h"

#include <string>

#include <gtest/gtest.h>

namespace berth::rpc {
namespace {

bool MergeShort(std::string& last, std::string& next) {
  if (last.size() + next.size() > 4) return false;
  last += next;
  return true;
}

TEST(Outbox, SendsTheFirstMessageAtOnceAndTheOthersInTheirTurn) {
  Outbox<std::string> outbox(nullptr);
  EXPECT_EQ(*outbox.Add("1"), "1");
  EXPECT_EQ(outbox.Add("2"), nullptr);
  EXPECT_EQ(outbox.Add("3"), nullptr);
  EXPECT_EQ(*outbox.Sent(true).next, "2");
  EXPECT_EQ(*outbox.Sent(true).next, "3");
  EXPECT_EQ(outbox.Sent(true).next, nullptr);
  EXPECT_EQ(*outbox.Add("4"), "4");
}

TEST(Outbox, DoesNotMoveTheMessageThatIsOnItsWay) {
  Outbox<std::string> outbox(nullptr);
  const std::string* const first = outbox.Add("1");
  for (int i = 0; i < 1000; ++i) outbox.Add("more");
  EXPECT_EQ(*first, "1");
}

TEST(Outbox, MergesWhatWaits) {
  Outbox<std::string> outbox(MergeShort);
  outbox.Add("1");
  for (const char* each : {"2", "3", "4", "5", "6"}) outbox.Add(each);
  EXPECT_EQ(*outbox.Sent(true).next, "2345");
  EXPECT_EQ(*outbox.Sent(true).next, "6");
}

TEST(Outbox, DoesNotMergeIntoTheMessageThatIsOnItsWay) {
  Outbox<std::string> outbox(MergeShort);
  const std::string* const first = outbox.Add("1");
  outbox.Add("2");
  EXPECT_EQ(*first, "1");
}

TEST(Outbox, WakesOnceWhenThereIsRoom) {
  Outbox<std::string> outbox(nullptr);
  for (const char* each : {"1", "2", "3"}) outbox.Add(each);
  EXPECT_TRUE(outbox.HasAtMost(3));
  EXPECT_FALSE(outbox.HasAtMost(1));
  EXPECT_FALSE(outbox.Sent(true).wake);
  EXPECT_TRUE(outbox.Sent(true).wake);
  EXPECT_FALSE(outbox.Sent(true).wake);
}

TEST(Outbox, DropsEverythingWhenNobodyListens) {
  Outbox<std::string> outbox(nullptr);
  for (const char* each : {"1", "2", "3"}) outbox.Add(each);
  EXPECT_FALSE(outbox.HasAtMost(0));
  const auto after = outbox.Sent(false);
  EXPECT_EQ(after.next, nullptr);
  EXPECT_TRUE(after.wake);
  EXPECT_TRUE(outbox.IsBroken());
  EXPECT_EQ(outbox.Add("4"), nullptr);
  EXPECT_TRUE(outbox.HasAtMost(0));
}

}  // namespace
}  // namespace berth::rpc

// What waits, what goes together, what is tried again, and what is lost.
#include "notices/outbox.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::notices {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr SteadyTime kNow{1000h};

Notice Saying(const std::string& text, Severity severity = Severity::kWarning) {
  Notice notice;
  notice.severity = severity;
  notice.text = text;
  return notice;
}

std::vector<std::string> Texts(const std::vector<Notice>& notices) {
  std::vector<std::string> texts;
  for (const auto& notice : notices) texts.push_back(notice.text);
  return texts;
}

void PutMany(Outbox& outbox, int count) {
  for (int i = 1; i <= count; ++i) outbox.Put(Saying(std::to_string(i)));
}

// As many posts as go at once.
std::vector<std::size_t> SendAllThatIsDue(Outbox& outbox, SteadyTime now) {
  std::vector<std::size_t> sizes;
  for (auto due = outbox.DueAt(); due && *due <= now; due = outbox.DueAt()) {
    sizes.push_back(outbox.Take(now).size());
    outbox.Sent();
  }
  return sizes;
}

TEST(Outbox, HasNothingToSendWhenNothingWasPut) { EXPECT_EQ(Outbox({}).DueAt(), std::nullopt); }

TEST(Outbox, SendsWhatComesAtOnceAndInOrder) {
  Outbox outbox({});
  outbox.Put(Saying("first"));
  outbox.Put(Saying("second"));
  EXPECT_LE(*outbox.DueAt(), kNow);
  EXPECT_THAT(Texts(outbox.Take(kNow)), ElementsAre("first"));
  outbox.Sent();
  EXPECT_THAT(Texts(outbox.Take(kNow)), ElementsAre("second"));
  outbox.Sent();
  EXPECT_EQ(outbox.DueAt(), std::nullopt);
  EXPECT_EQ(outbox.counters().sent, 2u);
}

TEST(Outbox, SendsAFewEachOnItsOwn) {
  Outbox outbox({});
  PutMany(outbox, 5);
  EXPECT_THAT(SendAllThatIsDue(outbox, kNow), ElementsAre(1, 1, 1, 1, 1));
}

TEST(Outbox, MakesADigestOfMany) {
  Outbox outbox({});
  PutMany(outbox, 20);
  EXPECT_THAT(SendAllThatIsDue(outbox, kNow), ElementsAre(20));
  EXPECT_EQ(outbox.counters().sent, 20u);
}

TEST(Outbox, DoesNotSendMorePostsThanPeopleWantToRead) {
  Outbox outbox({});
  PutMany(outbox, 5);
  SendAllThatIsDue(outbox, kNow);
  PutMany(outbox, 12);
  EXPECT_EQ(outbox.DueAt(), kNow + 10s);
  EXPECT_THAT(SendAllThatIsDue(outbox, kNow + 10s), ElementsAre(12));
}

TEST(Outbox, DoesNotMakeADigestWhereEveryNoticeHasToGoOnItsOwn) {
  OutboxLimits limits;
  limits.posts = 0;
  Outbox outbox(limits);
  PutMany(outbox, 20);
  EXPECT_THAT(SendAllThatIsDue(outbox, kNow), SizeIs(20));
}

TEST(Outbox, MakesOneNoticeOfTwoWordsAboutOneThing) {
  Outbox outbox({});
  Notice failed = Saying("it failed again");
  failed.subject = "web";
  Notice given_up = Saying("it is given up", Severity::kCritical);
  given_up.subject = "web";
  given_up.time = failed.time + 10ms;
  outbox.Put(failed);
  outbox.Put(given_up);
  const auto& post = outbox.Take(kNow);
  EXPECT_THAT(Texts(post), ElementsAre("it failed again\nit is given up"));
  EXPECT_EQ(post.front().severity, Severity::kCritical);
}

TEST(Outbox, DoesNotMakeOneNoticeOfTwoThingsOrOfTwoMoments) {
  Outbox outbox({});
  Notice notice = Saying("it failed");
  for (const auto* subject : {"web", "db", "web"}) {
    notice.subject = subject;
    outbox.Put(notice);
  }
  notice.time += 5s;
  outbox.Put(notice);
  EXPECT_THAT(SendAllThatIsDue(outbox, kNow), SizeIs(4));
}

TEST(Outbox, TriesTheSameNoticesAgainInGrowingIntervals) {
  Outbox outbox({});
  outbox.Put(Saying("first"));
  SteadyTime now = kNow;
  for (const auto wait : {10s, 30s, 120s, 440s}) {
    EXPECT_THAT(Texts(outbox.Take(now)), ElementsAre("first"));
    outbox.Put(Saying("later"));
    EXPECT_TRUE(outbox.Failed(now, true, std::nullopt));
    EXPECT_EQ(outbox.DueAt(), now + wait);
    now += wait;
  }
  EXPECT_THAT(Texts(outbox.Take(now)), ElementsAre("first"));
  EXPECT_FALSE(outbox.Failed(now, true, std::nullopt));
  EXPECT_EQ(outbox.counters().failed, 1u);
  EXPECT_THAT(Texts(outbox.Take(now)), ElementsAre("later"));
}

TEST(Outbox, BeginsWithTheShortestIntervalAfterASuccess) {
  Outbox outbox({});
  PutMany(outbox, 2);
  outbox.Take(kNow);
  outbox.Failed(kNow, true, std::nullopt);
  outbox.Take(kNow + 10s);
  outbox.Sent();
  outbox.Take(kNow + 10s);
  outbox.Failed(kNow + 10s, true, std::nullopt);
  EXPECT_EQ(outbox.DueAt(), kNow + 20s);
}

TEST(Outbox, DoesNotTryAgainWhatTheTargetWillNeverTake) {
  Outbox outbox({});
  PutMany(outbox, 2);
  outbox.Take(kNow);
  EXPECT_FALSE(outbox.Failed(kNow, false, std::nullopt));
  EXPECT_EQ(outbox.counters().failed, 1u);
  EXPECT_THAT(Texts(outbox.Take(kNow)), ElementsAre("2"));
}

TEST(Outbox, IsAsPatientAsTheTargetAsksButNotForEver) {
  Outbox outbox({});
  outbox.Put(Saying("first"));
  outbox.Take(kNow);
  outbox.Failed(kNow, true, 60s);
  EXPECT_EQ(outbox.DueAt(), kNow + 60s);
  outbox.Take(kNow + 60s);
  outbox.Failed(kNow + 60s, true, 24h);
  EXPECT_EQ(outbox.DueAt(), kNow + 60s + 15min);
}

TEST(Outbox, IsNotHastierThanItsOwnIntervals) {
  Outbox outbox({});
  outbox.Put(Saying("first"));
  outbox.Take(kNow);
  outbox.Failed(kNow, true, 1s);
  EXPECT_EQ(outbox.DueAt(), kNow + 10s);
}

TEST(Outbox, DropsTheOldestInformationFirst) {
  OutboxLimits limits;
  limits.waiting = 3;
  Outbox outbox(limits);
  outbox.Put(Saying("grave", Severity::kCritical));
  outbox.Put(Saying("idle", Severity::kInfo));
  outbox.Put(Saying("good", Severity::kResolved));
  outbox.Put(Saying("bad"));
  EXPECT_EQ(outbox.counters().dropped, 1u);
  EXPECT_THAT(Texts(outbox.Take(kNow)), ElementsAre("grave"));
}

TEST(Outbox, DropsTheOldestOfAllWhenThereIsNoInformation) {
  OutboxLimits limits;
  limits.waiting = 3;
  limits.posts = 2;
  Outbox outbox(limits);
  PutMany(outbox, 5);
  EXPECT_EQ(outbox.counters().dropped, 2u);
  EXPECT_THAT(Texts(outbox.Take(kNow)), ElementsAre("3", "4", "5"));
}

}  // namespace
}  // namespace berth::notices

#include "tests/support/fake_clock.h"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include "tests/support/fake_loop.h"
#include "tests/support/gate.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;

Task<> Append(FakeClock& clock, std::chrono::nanoseconds delay, std::string& text, char letter) {
  co_await clock.SleepFor(delay);
  text += letter;
}

TEST(FakeClock, WakesSleepersInTheOrderOfTheirDeadlines) {
  FakeClock clock;
  FakeLoop loop(clock);
  std::string text;
  loop.Spawn(Append(clock, 3s, text, 'c'));
  loop.Spawn(Append(clock, 1s, text, 'a'));
  loop.Spawn(Append(clock, 1s, text, 'b'));
  const auto begin = clock.Now();
  loop.RunFor(2s);
  EXPECT_EQ(text, "ab");
  loop.RunUntilIdle();
  EXPECT_EQ(text, "abc");
  EXPECT_EQ(clock.Now() - begin, 3s);
}

TEST(FakeClock, DoesNotWakeASleeperWhoWasCancelled) {
  FakeClock clock;
  FakeLoop loop(clock);
  std::string text;
  auto sleeper = loop.Spawn(Append(clock, 1s, text, 'a'));
  loop.RunReady();
  sleeper.Cancel();
  loop.RunReady();
  ASSERT_TRUE(sleeper.Done());
  EXPECT_THROW(sleeper.Get(), boost::system::system_error);
  EXPECT_FALSE(clock.NextDeadline());
  EXPECT_EQ(text, "");
}

TEST(FakeClock, DoesNotWaitForWhatHasPassed) {
  FakeClock clock;
  FakeLoop loop(clock);
  const auto begin = clock.Now();
  loop.Await(clock.SleepUntil(begin - 1s));
  EXPECT_EQ(clock.Now(), begin);
}

TEST(FakeClock, MovesWallTimeAlong) {
  FakeClock clock;
  FakeLoop loop(clock);
  const auto begin = clock.WallNow();
  loop.RunFor(90s);
  EXPECT_EQ(clock.WallNow() - begin, 90s);
  clock.JumpWallClock(-3600s);
  EXPECT_EQ(clock.WallNow() - begin, 90s - 3600s);
}

TEST(FakeLoop, SaysWhenATaskWaitsForEver) {
  FakeClock clock;
  FakeLoop loop(clock);
  EXPECT_THROW(loop.Await(Gate::WaitForEver()), std::runtime_error);
}

TEST(FakeLoop, PassesExceptionsOn) {
  FakeClock clock;
  FakeLoop loop(clock);
  const auto fail = []() -> Task<int> {
    throw std::logic_error("a bug");
    co_return 1;
  };
  EXPECT_THROW(loop.Await(fail()), std::logic_error);
}

TEST(FakeLoop, DropsEverythingWhenItIsKilled) {
  FakeClock clock;
  FakeLoop loop(clock);
  std::string text;
  auto sleeper = loop.Spawn(Append(clock, 1s, text, 'a'));
  loop.RunReady();
  loop.Kill();
  EXPECT_FALSE(clock.NextDeadline());
  loop.RunFor(10s);
  EXPECT_FALSE(sleeper.Done());
  EXPECT_EQ(text, "");
}

}  // namespace
}  // namespace berth::test

// Time that passes when a test says so.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "engine/base/clock.h"

namespace berth::test {

// Begins at 2026-01-02 03:04:05 UTC. Belongs to no loop. REQUIRES: outlives whoever sleeps.
class FakeClock final : public Clock {
 public:
  SteadyTime Now() const override { return now_; }
  WallTime WallNow() const override;
  Task<> SleepUntil(SteadyTime deadline) override;

  // For fakes that do something by themselves: `action` runs when time gets there, on nobody's coroutine.
  using CallId = std::pair<SteadyTime, std::uint64_t>;
  CallId CallAt(SteadyTime time, std::function<void()> action);
  CallId CallIn(std::chrono::nanoseconds delay, std::function<void()> action);
  void CancelCall(const CallId& id) { calls_.erase(id); }

  // When the next sleeper wakes; nothing when nobody sleeps.
  std::optional<SteadyTime> NextDeadline() const;
  // Goes to the next deadline and wakes one sleeper; those of one instant wake in the order in which they fell asleep.
  // REQUIRES: somebody sleeps.
  void WakeNext();
  // REQUIRES: nobody would have woken before `time`.
  void MoveTo(SteadyTime time);
  // As when somebody sets the date: steady time does not notice.
  void JumpWallClock(std::chrono::seconds by) { wall_jump_ += by; }

 private:
  SteadyTime now_{std::chrono::hours(1000)};  // not zero, so that a time that was never set is noticed
  std::chrono::seconds wall_jump_{0};
  std::uint64_t next_call_ = 0;
  std::map<CallId, std::function<void()>> calls_;
};

}  // namespace berth::test

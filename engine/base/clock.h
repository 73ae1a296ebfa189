// Time, as an interface, so that tests advance it instead of waiting.
#pragma once

#include <chrono>
#include <memory>

#include "engine/base/task.h"

namespace berth {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;

// Only loops hold a Clock; pure code takes `now`. Wall time is for people, journals and certificates only.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual SteadyTime Now() const = 0;
  virtual WallTime WallNow() const = 0;

  // Resumes at `deadline` or later; at once when it has passed. Cancellable by the slot of the awaiting coroutine.
  virtual Task<> SleepUntil(SteadyTime deadline) = 0;

  Task<> SleepFor(std::chrono::nanoseconds duration) {
    return SleepUntil(Now() + std::chrono::duration_cast<SteadyTime::duration>(duration));
  }
};

// The machine's clocks; timers run on the executor of the coroutine that sleeps.
std::unique_ptr<Clock> MakeSystemClock();

}  // namespace berth

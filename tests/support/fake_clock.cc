#include "tests/support/fake_clock.h"

#include <cassert>
#include <memory>

#include "tests/support/gate.h"

namespace berth::test {
namespace {

constexpr WallTime kBegin{std::chrono::sys_days(std::chrono::year(2026) / 1 / 2) + std::chrono::hours(3) +
                          std::chrono::minutes(4) + std::chrono::seconds(5)};
constexpr SteadyTime kSteadyBegin{std::chrono::hours(1000)};

// Forgets the wake-up call of a sleeper who was cancelled or whose loop was killed.
struct WakeUpCall {
  FakeClock& clock;
  FakeClock::CallId id;

  WakeUpCall(FakeClock& the_clock, FakeClock::CallId the_id) : clock(the_clock), id(the_id) {}
  WakeUpCall(const WakeUpCall&) = delete;
  WakeUpCall& operator=(const WakeUpCall&) = delete;
  ~WakeUpCall() { clock.CancelCall(id); }
};

}  // namespace

WallTime FakeClock::WallNow() const {
  return kBegin + std::chrono::duration_cast<WallTime::duration>(now_ - kSteadyBegin) + wall_jump_;
}

Task<> FakeClock::SleepUntil(SteadyTime deadline) {
  if (deadline <= now_) co_return;
  Gate morning;
  const WakeUpCall call(*this, CallAt(deadline, [&morning] { morning.Open(); }));
  co_await morning.Wait();
}

FakeClock::CallId FakeClock::CallAt(SteadyTime time, std::function<void()> action) {
  const CallId id{std::max(time, now_), next_call_++};
  calls_.emplace(id, std::move(action));
  return id;
}

FakeClock::CallId FakeClock::CallIn(std::chrono::nanoseconds delay, std::function<void()> action) {
  return CallAt(now_ + std::chrono::duration_cast<SteadyTime::duration>(delay), std::move(action));
}

std::optional<SteadyTime> FakeClock::NextDeadline() const {
  if (calls_.empty()) return std::nullopt;
  return calls_.begin()->first.first;
}

void FakeClock::WakeNext() {
  assert(!calls_.empty());
  const auto next = calls_.extract(calls_.begin());
  now_ = next.key().first;
  next.mapped()();
}

void FakeClock::MoveTo(SteadyTime time) {
  assert(time >= now_ && (calls_.empty() || time <= calls_.begin()->first.first));
  now_ = time;
}

}  // namespace berth::test

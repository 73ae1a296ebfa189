#include "tests/support/fake_loop.h"

#include <stdexcept>

namespace berth::test {
namespace {

// More handlers than any test needs at one instant: coroutines that wake each other for ever.
constexpr int kMostAtOnce = 1'000'000;

}  // namespace

void FakeLoop::RunReady() {
  context_->restart();
  for (int handlers = 0; context_->poll_one() > 0; ++handlers) {
    if (handlers == kMostAtOnce) throw std::runtime_error("the loop never comes to rest");
  }
}

void FakeLoop::RunFor(std::chrono::nanoseconds span) {
  const auto end = clock_.Now() + std::chrono::duration_cast<SteadyTime::duration>(span);
  RunReady();
  for (auto next = clock_.NextDeadline(); next && *next <= end; next = clock_.NextDeadline()) {
    clock_.WakeNext();
    RunReady();
  }
  clock_.MoveTo(end);
}

bool FakeLoop::RunUntil(const std::function<bool()>& condition, std::chrono::nanoseconds limit) {
  const auto end = clock_.Now() + std::chrono::duration_cast<SteadyTime::duration>(limit);
  for (;;) {
    RunReady();
    if (condition()) return true;
    const auto next = clock_.NextDeadline();
    if (!next) return false;
    if (*next > end) {
      clock_.MoveTo(end);
      return false;
    }
    clock_.WakeNext();
  }
}

void FakeLoop::RunUntilIdle(std::chrono::nanoseconds limit) {
  const bool ended = RunUntil([this] { return !clock_.NextDeadline(); }, limit);
  if (!ended) throw std::runtime_error("somebody still sleeps");
}

void FakeLoop::Kill() {
  context_->shutdown();
  killed_.push_back(std::exchange(context_, std::make_unique<Context>()));
}

void FakeLoop::ThrowStuck() const {
  throw std::runtime_error(clock_.NextDeadline() ? "the task did not end in time" : "the task waits for ever");
}

}  // namespace berth::test

// The loop of a test: one thread, and time that jumps to the next thing that happens.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/support/fake_clock.h"

namespace berth::test {

// A coroutine that was spawned. A copy is the same one.
template <class T>
class Spawned {
 public:
  bool Done() const { return state_->done; }
  // REQUIRES: Done(). Once: the value is moved out. Throws what the coroutine threw.
  T Get() {
    if (state_->thrown) std::rethrow_exception(state_->thrown);
    if constexpr (!std::is_void_v<T>) return std::move(*state_->value);
  }
  void Cancel() { state_->cancel.emit(boost::asio::cancellation_type::all); }

 private:
  friend class FakeLoop;

  struct State {
    bool done = false;
    std::exception_ptr thrown;
    std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> value;
    boost::asio::cancellation_signal cancel;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

// Everything that never ends by itself is bounded: a test fails by an exception, it does not hang.
class FakeLoop {
 public:
  explicit FakeLoop(FakeClock& clock) : clock_(clock) {}

  boost::asio::io_context::executor_type executor() { return context_->get_executor(); }

  template <class T>
  Spawned<T> Spawn(Task<T> task);
  // Spawns and runs to the end. Throws std::runtime_error when it waits for ever, or longer than `limit`.
  template <class T>
  T Await(Task<T> task, std::chrono::nanoseconds limit = std::chrono::hours(1));

  // What can run without time passing.
  void RunReady();
  // All that happens in this span of time.
  void RunFor(std::chrono::nanoseconds span);
  // Until `condition` holds: true. False when nothing is left to happen, or not within `limit`; then `limit` has passed
  // only if something was left.
  bool RunUntil(const std::function<bool()>& condition, std::chrono::nanoseconds limit = std::chrono::hours(1));
  // Until nobody sleeps any more. Throws std::runtime_error when that is not within `limit`.
  void RunUntilIdle(std::chrono::nanoseconds limit = std::chrono::hours(1));

  // kill -9: every coroutine is dropped where it stands, and a new loop begins. Afterwards destroy the objects that
  // they belonged to; they may hold timers of the old loop until this object goes.
  void Kill();

 private:
  struct Context : boost::asio::io_context {
    using boost::asio::io_context::shutdown;
  };

  template <class T>
  static Task<> Keep(Task<T> task, std::shared_ptr<typename Spawned<T>::State> state);
  [[noreturn]] void ThrowStuck() const;

  FakeClock& clock_;
  std::vector<std::unique_ptr<Context>> killed_;
  std::unique_ptr<Context> context_ = std::make_unique<Context>();
};

template <class T>
Task<> FakeLoop::Keep(Task<T> task, std::shared_ptr<typename Spawned<T>::State> state) {
  if constexpr (std::is_void_v<T>) {
    co_await std::move(task);
  } else {
    state->value.emplace(co_await std::move(task));
  }
}

template <class T>
Spawned<T> FakeLoop::Spawn(Task<T> task) {
  Spawned<T> spawned;
  auto state = spawned.state_;
  boost::asio::co_spawn(executor(), Keep<T>(std::move(task), state),
                        boost::asio::bind_cancellation_slot(state->cancel.slot(), [state](std::exception_ptr thrown) {
                          state->thrown = thrown;
                          state->done = true;
                        }));
  return spawned;
}

template <class T>
T FakeLoop::Await(Task<T> task, std::chrono::nanoseconds limit) {
  auto spawned = Spawn(std::move(task));
  if (!RunUntil([&spawned] { return spawned.Done(); }, limit)) ThrowStuck();
  return spawned.Get();
}

}  // namespace berth::test

// The loop of a test that talks to real sockets: one thread, real time, and never for ever.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "engine/base/task.h"

namespace berth::test {

class RealLoop {
 public:
  // A coroutine that was spawned. A copy is the same one.
  template <class T>
  class Running {
   public:
    bool Done() const { return state_->thrown || state_->value; }
    // REQUIRES: Done(). Throws what the coroutine threw.
    T Get() {
      if (state_->thrown) std::rethrow_exception(state_->thrown);
      return std::move(*state_->value);
    }
    void Cancel() { state_->cancel.emit(boost::asio::cancellation_type::all); }

   private:
    friend class RealLoop;
    struct State {
      std::exception_ptr thrown;
      std::optional<T> value;
      boost::asio::cancellation_signal cancel;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
  };

  boost::asio::io_context& context() { return context_; }
  boost::asio::any_io_executor executor() { return context_.get_executor(); }

  template <class T>
  Running<T> Spawn(Task<T> task) {
    Running<T> running;
    auto state = running.state_;
    auto keep = [state](std::exception_ptr thrown, T value) {
      state->thrown = thrown;
      if (!thrown) state->value = std::move(value);
    };
    boost::asio::co_spawn(context_, std::move(task),
                          boost::asio::bind_cancellation_slot(state->cancel.slot(), std::move(keep)));
    return running;
  }

  // Runs until `condition` holds. Throws std::runtime_error when that takes longer than `limit`.
  void RunUntil(const std::function<bool()>& condition, std::chrono::seconds limit = std::chrono::seconds(60)) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("it takes too long");
      context_.restart();
      context_.run_one_for(std::chrono::milliseconds(50));
    }
  }

  template <class T>
  T Await(Task<T> task, std::chrono::seconds limit = std::chrono::seconds(60)) {
    auto running = Spawn(std::move(task));
    const auto done = [&running] { return running.Done(); };
    try {
      RunUntil(done, limit);
    } catch (const std::runtime_error&) {
      // It must not be left behind to use what the caller is about to destroy.
      running.Cancel();
      RunUntil(done, std::chrono::seconds(5));
      throw;
    }
    return running.Get();
  }

 private:
  boost::asio::io_context context_;
};

}  // namespace berth::test

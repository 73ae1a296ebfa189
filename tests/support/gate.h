// Where coroutines wait for something to happen.
#pragma once

#include <cstdint>
#include <list>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "engine/base/task.h"

namespace berth::test {

// Belongs to no loop, so that it can outlive one that was killed. REQUIRES: outlives whoever waits.
class Gate {
 public:
  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // Until the next Open(); throws operation_aborted when the coroutine is cancelled.
  Task<> Wait() {
    Waiter waiter(*this, co_await boost::asio::this_coro::executor);
    const auto opened_before = opened_;
    boost::system::error_code error;
    co_await waiter.timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, error));
    if (opened_ == opened_before) throw boost::system::system_error(boost::asio::error::operation_aborted);
  }

  // Lets everybody go on who waits now.
  void Open() {
    ++opened_;
    for (auto* timer : waiting_) timer->cancel();
  }

  // Holds up whoever comes here until he is cancelled.
  static Task<> WaitForEver() {
    Gate never;
    co_await never.Wait();
  }

 private:
  struct Waiter {
    Waiter(Gate& gate, const boost::asio::any_io_executor& executor)
        : timer(executor, boost::asio::steady_timer::time_point::max()),
          list(gate.waiting_),
          place(list.insert(list.end(), &timer)) {}
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() { list.erase(place); }

    boost::asio::steady_timer timer;
    std::list<boost::asio::steady_timer*>& list;
    std::list<boost::asio::steady_timer*>::iterator place;
  };

  std::uint64_t opened_ = 0;
  std::list<boost::asio::steady_timer*> waiting_;
};

}  // namespace berth::test

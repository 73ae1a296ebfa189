// Wakes the coroutines of the loop that wait for something to change.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/base/task.h"

namespace berth {

// A waiter checks its condition, waits, and checks again: a wake-up says only that something may have changed. Loop
// thread only.
class Notifier {
 public:
  explicit Notifier(const boost::asio::any_io_executor& loop)
      : never_(loop, boost::asio::steady_timer::time_point::max()) {}

  void WakeAll() { never_.cancel(); }

  Task<> Wait() { co_await never_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable)); }

 private:
  boost::asio::steady_timer never_;
};

}  // namespace berth

// A coroutine beside another one, which ends with it at the latest.
#pragma once

#include <memory>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include "engine/base/task.h"

namespace berth {

// Cancelled when this object goes. It may still be resumed once after that, so it owns what it touches. Loop thread
// only.
class SideTask {
 public:
  SideTask(boost::asio::any_io_executor loop, Task<> task)
      : stop_(std::make_shared<boost::asio::cancellation_signal>()) {
    // The signal must live until the coroutine has let go of its slot: the handler keeps it.
    boost::asio::co_spawn(loop, std::move(task),
                          boost::asio::bind_cancellation_slot(stop_->slot(), [stop = stop_](std::exception_ptr) {}));
  }
  ~SideTask() { stop_->emit(boost::asio::cancellation_type::terminal); }
  SideTask(const SideTask&) = delete;
  SideTask& operator=(const SideTask&) = delete;

 private:
  std::shared_ptr<boost::asio::cancellation_signal> stop_;
};

}  // namespace berth

// Looks every few minutes whether the time of a kept container is over.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "agent/operations/operations.h"
#include "engine/base/side_task.h"

namespace berth::agent {

// Loop thread only. REQUIRES: `operations` and `clock` outlive it.
class KeptSweep {
 public:
  static constexpr std::chrono::minutes kInterval{10};

  KeptSweep(boost::asio::any_io_executor loop, Operations& operations, Clock& clock)
      : task_(std::move(loop), Run(operations, clock)) {}

 private:
  static Task<> Run(Operations& operations, Clock& clock) {
    for (;;) {
      co_await clock.SleepFor(kInterval);
      co_await operations.SweepKept();
    }
  }

  SideTask task_;
};

}  // namespace berth::agent

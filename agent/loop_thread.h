// The thread that runs the loop.
#pragma once

#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace berth::agent {

// Runs from here to its destruction. An exception that nobody caught is a bug: it is logged and the process ends at
// once, because what it left half-way is taken up better by a new start.
class LoopThread {
 public:
  explicit LoopThread(boost::asio::io_context& loop);
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;
  // Drops what still waits.
  ~LoopThread();

 private:
  boost::asio::io_context& loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace berth::agent

// A loop with a thread of its own, as in the daemon; and how a test waits for other threads without sleeping.
#pragma once

#include <chrono>
#include <future>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace berth::test {

// No test waits longer than this: then it has failed.
inline constexpr std::chrono::seconds kPatience{20};

// Until `condition` holds; false when patience ends first.
template <class Condition>
bool Eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

class LoopThread {
 public:
  LoopThread() : thread_([this] { context_.run(); }) {}
  ~LoopThread() { Stop(); }
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  boost::asio::any_io_executor executor() { return context_.get_executor(); }

  // What `action` returns when it runs on the loop.
  template <class Action>
  auto Run(Action action) {
    std::packaged_task<decltype(action())()> task(std::move(action));
    auto result = task.get_future();
    boost::asio::post(context_, std::move(task));
    return result.get();
  }

  void Stop() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  std::thread thread_;
};

}  // namespace berth::test

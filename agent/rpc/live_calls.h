// The calls that are under way, and how they are told to stop.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <unordered_map>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "engine/base/error.h"

namespace berth::rpc {

// Cancelling goes by number and happens on the loop, because Asio's signals know no threads: a call that has ended
// meanwhile is simply not there any more.
class LiveCalls {
 public:
  using Number = std::uint64_t;

  explicit LiveCalls(boost::asio::any_io_executor loop) : loop_(std::move(loop)) {}
  LiveCalls(const LiveCalls&) = delete;
  LiveCalls& operator=(const LiveCalls&) = delete;

  // Any thread. gRPC holds a call from Open to Close.
  const boost::asio::any_io_executor& Loop() const { return loop_; }
  Number Open();
  void Close() { --open_; }
  int Count() const { return open_.load(); }
  void HangUp(Number call);

  // The rest: loop thread.
  boost::asio::cancellation_slot SlotOf(Number call);
  void Forget(Number call) { signals_.erase(call); }
  // Cancels all that can be cancelled.
  void StopAll();

  // What is said when the work of a call threw: it was cancelled, or it has a bug.
  Error Explain(std::exception_ptr thrown) const;
  // Who hung up hears nothing any more; so whoever was cancelled and still listens, hears that the agent stops.
  Error Explain(Error error) const;

 private:
  void Cancel(Number call);

  boost::asio::any_io_executor loop_;
  std::atomic<int> open_{0};
  std::atomic<Number> last_{0};
  std::unordered_map<Number, std::shared_ptr<boost::asio::cancellation_signal>> signals_;
  bool stopping_ = false;
};

}  // namespace berth::rpc

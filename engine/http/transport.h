// One connected stream of bytes to the engine: a Unix socket, TCP, or TLS over TCP.
#pragma once

#include <cstddef>
#include <memory>
#include <tuple>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>

#include "engine/base/clock.h"
#include "engine/base/task.h"
#include "engine/endpoint.h"

namespace berth::engine::http {

using boost::system::error_code;

// Lives on the loop. One read and one write at a time; both end early, with operation_aborted, when the awaiting
// coroutine is cancelled or the stream is closed.
class Transport : public std::enable_shared_from_this<Transport> {
 public:
  // What went wrong, if anything, and how many bytes were carried before it.
  using IoTask = Task<std::tuple<error_code, std::size_t>>;

  virtual ~Transport() = default;

  virtual IoTask ReadSome(boost::asio::mutable_buffer space) = 0;
  virtual IoTask WriteAll(boost::asio::const_buffer bytes) = 0;
  virtual void Close() = 0;

  // Of a stream that nobody uses right now: false when the peer hung up, or spoke without being asked. Costs one
  // system call.
  virtual bool IsIdle() = 0;

  // Closes the stream at `deadline`, unless another one is set before; SteadyTime::max() means never.
  void CloseAt(SteadyTime deadline);
  // The stream was closed by its deadline.
  bool timed_out() const { return timed_out_; }

 protected:
  explicit Transport(const boost::asio::any_io_executor& loop) : deadline_timer_(loop) {}

 private:
  boost::asio::steady_timer deadline_timer_;
  bool timed_out_ = false;
};

// Connects and, with TLS, shakes hands and checks the engine's name. UNAVAILABLE (ENGINE_UNREACHABLE) says what to do
// about it, also when `deadline` passes first; FAILED_PRECONDITION (ENGINE_BAD_CERTIFICATES) when our own files are no
// good. `endpoint` must stay until then.
ResultTask<std::shared_ptr<Transport>> Connect(boost::asio::any_io_executor loop, const Endpoint& endpoint,
                                               SteadyTime deadline);

}  // namespace berth::engine::http

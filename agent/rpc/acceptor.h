// Our own accept loop. gRPC's listener in the releases that distributions ship stops for good when descriptors run out,
// knows no limits, and does not say who is calling.
#pragma once

#include <functional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/descriptor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "engine/base/clock.h"
#include "engine/base/task.h"

namespace berth::rpc {

// Belongs to the loop thread once it is made.
class Acceptor {
 public:
  // Gets a connected, non-blocking socket, which is its own from then on.
  using Welcome = std::function<void(int socket)>;

  // `listener` is a descriptor of its own from now on.
  Acceptor(const boost::asio::any_io_executor& loop, int listener, Clock& clock, Welcome welcome);

  // Until Close. REQUIRES: outlives it.
  Task<> Run();
  // Nobody new from now on.
  void Close();

 private:
  // All that wait. False when the system has no room for another one: try again later.
  bool AcceptWaiting();

  boost::asio::posix::stream_descriptor listener_;
  Clock& clock_;
  Welcome welcome_;
};

}  // namespace berth::rpc

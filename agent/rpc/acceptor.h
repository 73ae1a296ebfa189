// Our own accept loop. gRPC's listener in the releases that distributions ship stops for good when descriptors run out,
// knows no limits, and does not say who is calling.
#pragma once

#include <functional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "agent/rpc/connections.h"
#include "agent/rpc/local_callers.h"
#include "agent/rpc/peer.h"
#include "engine/base/clock.h"
#include "engine/base/socket_file.h"
#include "engine/base/task.h"

namespace berth::rpc {

// Belongs to the loop thread once it is made.
class Acceptor {
 public:
  // Gets a connected, non-blocking socket, which is its own from then on.
  using Adopt = std::function<void(int socket)>;

  Acceptor(UnixAcceptor listener, Clock& clock, ConnectionLimits limits, LocalCallers& callers, Adopt adopt);

  // Until Close. REQUIRES: outlives it.
  Task<> Run();
  // Nobody new from now on; the file goes.
  void Close();

  std::size_t Connections() { return connections_.Count(); }

 private:
  // All that wait. False when the system has no room for another one: try again later.
  bool AcceptWaiting();
  void Welcome(int socket);
  void TurnAway(int socket, const Peer& peer);

  UnixAcceptor listener_;
  std::string path_;
  Clock& clock_;
  rpc::Connections connections_;
  LocalCallers& callers_;
  Adopt adopt_;
  bool turning_away_ = false;  // said so already
};

}  // namespace berth::rpc

// Lets connections in as long as the limits allow, and turns the others away.
#pragma once

#include <cstdint>
#include <string>

#include "agent/rpc/connections.h"

namespace berth::rpc {

// Loop thread.
class Doorman {
 public:
  explicit Doorman(ConnectionLimits limits) : connections_(limits) {}

  // False: `socket` is closed.
  bool LetsIn(int socket, const std::string& whose);
  void Entered(int socket, const std::string& whose) { connections_.Add(socket, whose); }

  std::size_t Connections() { return connections_.Count(); }
  std::uint64_t turned_away_for_all() const { return for_all_; }
  std::uint64_t turned_away_for_one() const { return for_one_; }

 private:
  rpc::Connections connections_;
  std::uint64_t for_all_ = 0;
  std::uint64_t for_one_ = 0;
  bool turning_away_ = false;  // said so already
};

}  // namespace berth::rpc

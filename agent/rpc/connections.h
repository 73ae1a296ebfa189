// How many connections there are, and whose.
#pragma once

#include <cstddef>
#include <sys/types.h>
#include <unordered_map>

#include "agent/rpc/peer.h"

namespace berth::rpc {

struct ConnectionLimits {
  std::size_t in_all = 128;
  std::size_t per_user = 64;  // so that one user can't keep the others out
};

// gRPC owns a connection and does not say when it ends. The kernel does: a socket's inode number is its own for ever,
// so a descriptor that has another one by now, or none, stands for a connection that has ended. They are counted again
// when a limit seems to be reached, and only then.
class Connections {
 public:
  explicit Connections(ConnectionLimits limits) : limits_(limits) {}

  // May `peer` have one more?
  bool Admits(const Peer& peer);
  // REQUIRES: Admits(peer), and `socket` is open.
  void Add(int socket, const Peer& peer);

  std::size_t Count();

 private:
  struct Connection {
    ino_t inode;
    uid_t user;
  };
  bool HasRoomFor(uid_t user) const;
  void DropEnded();

  ConnectionLimits limits_;
  std::unordered_map<int, Connection> by_descriptor_;
};

}  // namespace berth::rpc

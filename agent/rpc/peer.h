// Who is at the other end of a Unix socket, as the kernel says: nobody can claim to be somebody else.
#pragma once

#include <sys/types.h>
#include <vector>

#include "engine/base/error.h"

namespace berth::rpc {

struct Peer {
  pid_t pid = 0;  // for the log only: it may have ended, and its number been given away, since it connected
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups = {};  // the others that the user is in
};

// INTERNAL when `socket` is no connected Unix socket.
Result<Peer> PeerOf(int socket);

}  // namespace berth::rpc

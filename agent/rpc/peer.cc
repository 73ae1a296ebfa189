#include "agent/rpc/peer.h"

#include <sys/socket.h>
#include <system_error>

namespace berth::rpc {

Result<Peer> PeerOf(int socket) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return Error{Code::kInternal, "PEER_UNKNOWN", "asking who is calling: " + std::generic_category().message(errno)};
  }
  return Peer{credentials.pid, credentials.uid, credentials.gid};
}

}  // namespace berth::rpc

#include "agent/rpc/peer.h"

#include <cerrno>
#include <sys/socket.h>
#include <system_error>

namespace berth::rpc {
namespace {

constexpr std::size_t kMostGroups = 65'536;  // the kernel's own limit

std::vector<gid_t> GroupsOf(int socket) {
  std::vector<gid_t> groups(64);
  for (;;) {
    auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    const bool fits = getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0;
    const bool grows = !fits && errno == ERANGE && groups.size() < kMostGroups;
    groups.resize(fits || grows ? size / sizeof(gid_t) : 0);
    if (!grows) return groups;
  }
}

}  // namespace

Result<Peer> PeerOf(int socket) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return Error{Code::kInternal, "PEER_UNKNOWN", "asking who is calling: " + std::generic_category().message(errno)};
  }
  return Peer{credentials.pid, credentials.uid, credentials.gid, GroupsOf(socket)};
}

}  // namespace berth::rpc

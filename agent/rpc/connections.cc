#include "agent/rpc/connections.h"

#include <algorithm>
#include <sys/stat.h>

namespace berth::rpc {
namespace {

// 0 when the descriptor is closed.
ino_t InodeOf(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 ? status.st_ino : 0;
}

}  // namespace

bool Connections::Admits(const Peer& peer) {
  if (HasRoomFor(peer.uid)) return true;
  DropEnded();
  return HasRoomFor(peer.uid);
}

void Connections::Add(int socket, const Peer& peer) {
  by_descriptor_.insert_or_assign(socket, Connection{InodeOf(socket), peer.uid});
}

std::size_t Connections::Count() {
  DropEnded();
  return by_descriptor_.size();
}

bool Connections::HasRoomFor(uid_t user) const {
  const auto of_user = [user](const auto& entry) { return entry.second.user == user; };
  const auto count = std::count_if(by_descriptor_.begin(), by_descriptor_.end(), of_user);
  return by_descriptor_.size() < limits_.in_all && static_cast<std::size_t>(count) < limits_.per_user;
}

void Connections::DropEnded() {
  std::erase_if(by_descriptor_, [](const auto& entry) { return InodeOf(entry.first) != entry.second.inode; });
}

}  // namespace berth::rpc

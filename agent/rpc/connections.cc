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

Connections::Verdict Connections::Judge(const std::string& whose) {
  if (JudgeNow(whose) == Verdict::kWelcome) return Verdict::kWelcome;
  DropEnded();
  return JudgeNow(whose);
}

void Connections::Add(int socket, const std::string& whose) {
  by_descriptor_.insert_or_assign(socket, Connection{InodeOf(socket), whose});
}

std::size_t Connections::Count() {
  DropEnded();
  return by_descriptor_.size();
}

Connections::Verdict Connections::JudgeNow(const std::string& whose) const {
  const auto is_his = [&](const auto& entry) { return entry.second.whose == whose; };
  const auto count = std::count_if(by_descriptor_.begin(), by_descriptor_.end(), is_his);
  if (static_cast<std::size_t>(count) >= limits_.of_one) return Verdict::kTooManyOfOne;
  return by_descriptor_.size() < limits_.in_all ? Verdict::kWelcome : Verdict::kTooMany;
}

void Connections::DropEnded() {
  std::erase_if(by_descriptor_, [](const auto& entry) { return InodeOf(entry.first) != entry.second.inode; });
}

}  // namespace berth::rpc

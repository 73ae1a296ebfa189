#include "agent/rpc/local_callers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <pwd.h>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

#include <grpcpp/server_context.h>

namespace berth::rpc {
namespace {

using agent::Caller;
using agent::Role;

constexpr rlim_t kEnoughFiles = 65'536;
constexpr rlim_t kMostNumbers = 16'384;  // beyond them begins again what is remembered of each
constexpr rlim_t kNumbersOfOthers = 1024;

rlim_t FileLimit() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : kNumbersOfOthers;
}

// The lower ones are those of everything else that is open.
ConnectionNumbers UsualNumbers() {
  const rlim_t last = std::min(FileLimit(), kMostNumbers);
  return {static_cast<int>(std::min(kNumbersOfOthers, last / 2)), static_cast<int>(last)};
}

bool IsInOneOf(const Peer& peer, const std::set<gid_t>& groups) {
  return groups.contains(peer.gid) ||
         std::any_of(peer.groups.begin(), peer.groups.end(), [&](gid_t group) { return groups.contains(group); });
}

// From the file alone: a directory in the network may take its time, and nothing waits on the loop.
std::string LookUp(uid_t user) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/etc/passwd", "re"), std::fclose);
  if (!file) return "";
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  while (fgetpwent_r(file.get(), &entry, buffer.data(), buffer.size(), &found) == 0) {
    if (found->pw_uid == user) return found->pw_name;
  }
  return "";
}

}  // namespace

Role RoleOf(const Peer& peer, const LocalRoles& roles) {
  if (peer.uid == 0) return Role::kAdmin;
  if (roles.viewer_users.contains(peer.uid) || IsInOneOf(peer, roles.viewer_groups)) return Role::kViewer;
  if (roles.deployer_users.contains(peer.uid) || IsInOneOf(peer, roles.deployer_groups)) return Role::kDeployer;
  return Role::kAdmin;
}

int ConnectionNumbers::Duplicate(int socket) {
  const int number = next_ < last_ ? fcntl(socket, F_DUPFD_CLOEXEC, next_) : -1;
  if (number < last_) return number;
  close(number);
  return -1;
}

int ConnectionNumbers::Move(int socket) {
  int number = Duplicate(socket);
  if (number < 0) {
    next_ = first_;
    number = Duplicate(socket);
  }
  close(socket);
  if (number >= 0) next_ = number + 1;
  return number;
}

LocalCallers::LocalCallers(LocalRoles roles) : roles_(std::move(roles)), numbers_(UsualNumbers()) {}

int LocalCallers::Enter(int socket, const Peer& peer) {
  const int number = numbers_.Move(socket);
  if (number < 0) return number;
  Caller caller{NameOf(peer.uid), "pid " + std::to_string(peer.pid), RoleOf(peer, roles_), {}};
  by_number_.insert_or_assign(number, Entered{peer, std::move(caller)});
  return number;
}

void LocalCallers::Grant(LocalRoles roles) {
  roles_ = std::move(roles);
  for (auto& [number, entered] : by_number_) entered.caller.role = RoleOf(entered.peer, roles_);
}

Result<Caller> LocalCallers::Identify(const grpc::CallbackServerContext& call) { return Find(call.peer()); }

Result<Caller> LocalCallers::Find(std::string_view connection) const {
  constexpr std::string_view kPrefix = "fd:";
  int number = -1;
  if (connection.starts_with(kPrefix)) {
    std::from_chars(connection.data() + kPrefix.size(), connection.data() + connection.size(), number);
  }
  const auto found = by_number_.find(number);
  if (found != by_number_.end()) return found->second.caller;
  return Error{Code::kPermissionDenied, "CALLER_UNKNOWN", "the agent can't tell who is calling; connect again"};
}

std::string LocalCallers::NameOf(uid_t user) {
  auto known = names_.find(user);
  if (known == names_.end()) known = names_.emplace(user, LookUp(user)).first;
  return "user:" + (known->second.empty() ? "" : known->second) + "(" + std::to_string(user) + ")";
}

void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kEnoughFiles) return;
  limit.rlim_cur = std::min(limit.rlim_max, kEnoughFiles);
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace berth::rpc

// Who calls through the Unix socket, by the number of his connection: all that gRPC says of it is "fd:17".
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "agent/rpc/gatekeeper.h"
#include "agent/rpc/peer.h"

namespace berth::rpc {

// Whoever may connect is an admin, but for these. Root is an admin always.
struct LocalRoles {
  std::set<uid_t> viewer_users;
  std::set<gid_t> viewer_groups;
  std::set<uid_t> deployer_users;
  std::set<gid_t> deployer_groups;
};

// The least of what was said of him; pure.
agent::Role RoleOf(const Peer& peer, const LocalRoles& roles);

// Gives each connection a number that no other one has for a long time: that of one that has ended may still be on the
// lips of a call that has not. The numbers go upwards, and begin anew when they have come to the end of what the
// process may have.
class ConnectionNumbers {
 public:
  ConnectionNumbers(int first, int last) : first_(first), last_(last), next_(first) {}

  // Moves `socket`, which is closed. -1 when no number is free.
  int Move(int socket);

 private:
  int Duplicate(int socket);

  const int first_;
  const int last_;  // and this one no more
  int next_;
};

// Loop thread.
class LocalCallers final : public Gatekeeper {
 public:
  explicit LocalCallers(LocalRoles roles);

  // What is to be handed to gRPC instead of `socket`; -1 when there is no room for it, and it is closed.
  int Enter(int socket, const Peer& peer);

  // What holds from the next call on, over connections that are there, too.
  void Grant(LocalRoles roles);

  Result<agent::Caller> Identify(const grpc::CallbackServerContext& call) override;
  // As gRPC calls it; PERMISSION_DENIED (CALLER_UNKNOWN).
  Result<agent::Caller> Find(std::string_view connection) const;

 private:
  std::string NameOf(uid_t user);

  struct Entered {
    Peer peer;
    agent::Caller caller;
  };

  LocalRoles roles_;
  ConnectionNumbers numbers_;
  std::unordered_map<int, Entered> by_number_;
  std::map<uid_t, std::string> names_;
};

// As many open files as the system lets us have, within reason. Once, at the start.
void RaiseFileLimit();

}  // namespace berth::rpc

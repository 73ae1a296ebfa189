// Who asks, what he may do, and with which containers; pure.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/types.h"

namespace berth::agent {

// Each may do what the one before it may, and more.
enum class Role { kViewer, kDeployer, kAdmin };

std::string_view Name(Role role);  // "viewer" ...

// "key=value" of a container's labels; the project of Compose is one of them.
struct ScopeLabel {
  std::string key;
  std::string value;

  bool operator==(const ScopeLabel&) const = default;
};

inline constexpr char kProjectLabel[] = "com.docker.compose.project";

// The containers that somebody may see and touch: those that have one of these labels.
struct Scope {
  std::vector<ScopeLabel> any_of;  // empty: the whole host

  bool IsWholeHost() const { return any_of.empty(); }
  bool Covers(const engine::Labels& labels) const;
  bool operator==(const Scope&) const = default;
};

// Of these labels those that scopes speak of: what an operation keeps of its container, for who may see it.
engine::Labels ForScopes(const engine::Labels& labels, const std::set<std::string>& keys);
// What all of them have alike.
engine::Labels InCommon(const std::vector<engine::Labels>& all);

struct Caller {
  std::string identity;  // "user:deploy(1000)", or the URI of a certificate
  std::string address;   // "pid 4711", or where the connection comes from
  Role role = Role::kViewer;
  Scope scope;
};

// Who acts for the agent itself: the watchdog, a renewal.
Caller TheAgent();

// What a method asks of its callers.
struct Access {
  Role role = Role::kAdmin;
  bool whole_host = false;  // it is about no container in particular: not for those who have a scope
};

// PERMISSION_DENIED (ROLE_TOO_LOW, SCOPE_TOO_NARROW) says what is needed and what the caller has.
Result<> Check(const Access& access, const Caller& caller);

}  // namespace berth::agent

#include "agent/operations/caller.h"

#include <algorithm>

namespace berth::agent {

using engine::Labels;

std::string_view Name(Role role) {
  switch (role) {
    case Role::kViewer:
      return "viewer";
    case Role::kDeployer:
      return "deployer";
    case Role::kAdmin:
      return "admin";
  }
  return "";
}

bool Scope::Covers(const Labels& labels) const {
  return IsWholeHost() || std::any_of(any_of.begin(), any_of.end(), [&](const ScopeLabel& wanted) {
           const auto found = labels.find(wanted.key);
           return found != labels.end() && found->second == wanted.value;
         });
}

Labels ForScopes(const Labels& labels, const std::set<std::string>& keys) {
  Labels kept;
  for (const auto& [key, value] : labels) {
    if (key == kProjectLabel || keys.contains(key)) kept.emplace(key, value);
  }
  return kept;
}

Labels InCommon(const std::vector<Labels>& all) {
  if (all.empty()) return {};
  Labels common = all.front();
  for (const auto& labels : all) {
    std::erase_if(common, [&](const auto& label) {
      const auto found = labels.find(label.first);
      return found == labels.end() || found->second != label.second;
    });
  }
  return common;
}

Caller TheAgent() { return {"berthd", "", Role::kAdmin, {}}; }

Result<> Check(const Access& access, const Caller& caller) {
  const std::string who = "this needs the role " + std::string(Name(access.role)) + ", and " + caller.identity +
                          " has the role " + std::string(Name(caller.role));
  if (caller.role < access.role) {
    return Error{Code::kPermissionDenied, "ROLE_TOO_LOW", who, {{"role", std::string(Name(access.role))}}};
  }
  if (access.whole_host && !caller.scope.IsWholeHost()) {
    return Error{Code::kPermissionDenied, "SCOPE_TOO_NARROW",
                 "this concerns the whole host, and " + caller.identity + " may only touch some of its containers"};
  }
  return {};
}

}  // namespace berth::agent

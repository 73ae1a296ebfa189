// Which certificate may do what, as [access] clients says; pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/operations/caller.h"

namespace berth::agent {

// "spiffe://berth/client/deployer/ci deployer project=shop label=team=blue"
struct ClientRule {
  std::string identity;  // a URI, which may end in "/*", or "sha256:" and 64 lower-case digits
  Role role = Role::kViewer;
  Scope scope;
};

// INVALID_ARGUMENT (BAD_CLIENT) with what it should be.
Result<ClientRule> ParseClientRule(std::string_view text);

// What a certificate says of its owner.
struct ClientNames {
  std::vector<std::string> uris;
  std::string fingerprint;  // SHA-256 of the whole certificate, 64 lower-case digits
};

// The first rule that fits, and the name that it fits. Nothing: an unknown client.
struct Granted {
  std::string identity;
  Role role = Role::kViewer;
  Scope scope;
};
std::optional<Granted> Grant(const std::vector<ClientRule>& rules, const ClientNames& names);

// The keys of all labels that the rules speak of.
std::set<std::string> LabelsOf(const std::vector<ClientRule>& rules);

}  // namespace berth::agent

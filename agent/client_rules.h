// Which certificate may do what, as [access] clients says.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
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

// FAILED_PRECONDITION (NOBODY_GRANTED) when there are none.
Result<> GrantSomething(const std::vector<ClientRule>& rules);

// The keys of all labels that the rules speak of.
std::set<std::string> LabelsOf(const std::vector<ClientRule>& rules);

// The rules that are in force. Any thread.
class RulesInForce {
 public:
  explicit RulesInForce(std::vector<ClientRule> rules) { Replace(std::move(rules)); }

  std::shared_ptr<const std::vector<ClientRule>> Now() const { return rules_.load(); }
  void Replace(std::vector<ClientRule> rules) {
    rules_.store(std::make_shared<const std::vector<ClientRule>>(std::move(rules)));
  }

 private:
  std::atomic<std::shared_ptr<const std::vector<ClientRule>>> rules_;
};

}  // namespace berth::agent

#include "agent/client_rules.h"

#include <algorithm>
#include <array>

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>

namespace berth::agent {
namespace {

constexpr std::string_view kFingerprint = "sha256:";
constexpr std::string_view kAnyBelow = "/*";
constexpr std::array kRoles = {Role::kViewer, Role::kDeployer, Role::kAdmin};
// What the engine itself says of an event stands among its labels.
constexpr std::array<std::string_view, 5> kWordsOfTheEngine = {"name", "image", "oldName", "exitCode", "signal"};

Error Bad(const std::string& what) {
  return {Code::kInvalidArgument, "BAD_CLIENT",
          what + "; e.g. \"spiffe://berth/client/deployer/ci deployer project=shop\""};
}

bool IsFingerprint(std::string_view digits) {
  return digits.size() == 64 && digits.find_first_not_of("0123456789abcdef") == digits.npos;
}

Result<std::string> ReadIdentity(const std::string& text) {
  if (text.starts_with(kFingerprint)) {
    std::string digits = boost::algorithm::to_lower_copy(text.substr(kFingerprint.size()));
    std::erase(digits, ':');
    if (IsFingerprint(digits)) return std::string(kFingerprint) + digits;
    return Bad("behind sha256: come the 64 digits of a certificate's fingerprint");
  }
  const auto scheme = text.find("://");
  const auto star = text.find('*');
  const bool is_uri = scheme != text.npos && scheme > 0 && text.size() > scheme + 3;
  const bool good_star = star == text.npos || (star == text.size() - 1 && text.ends_with(kAnyBelow));
  if (is_uri && good_star && text[scheme + 3] != '*') return text;
  return Bad("a client is named by a URI, which may end in /*, or by sha256: and a fingerprint");
}

Result<Role> ReadRole(std::string_view word) {
  const auto* role = std::find_if(kRoles.begin(), kRoles.end(), [&](Role it) { return Name(it) == word; });
  if (role != kRoles.end()) return *role;
  return Bad("a role is viewer, deployer or admin");
}

Result<ScopeLabel> ReadScopeLabel(const std::string& word) {
  constexpr std::string_view kProject = "project=";
  constexpr std::string_view kLabel = "label=";
  if (word.starts_with(kProject) && word.size() > kProject.size()) {
    return ScopeLabel{kProjectLabel, word.substr(kProject.size())};
  }
  const std::string label = word.starts_with(kLabel) ? word.substr(kLabel.size()) : "";
  const auto equals = label.find('=');
  if (equals == label.npos || equals == 0 || equals + 1 == label.size()) {
    return Bad("behind the role come project=NAME and label=KEY=VALUE");
  }
  const std::string key = label.substr(0, equals);
  const auto* taken = std::find(kWordsOfTheEngine.begin(), kWordsOfTheEngine.end(), key);
  if (taken != kWordsOfTheEngine.end()) return Bad("the engine uses " + key + " itself: take another label");
  return ScopeLabel{key, label.substr(equals + 1)};
}

bool Fits(const std::string& wanted, const std::string& uri) {
  if (!wanted.ends_with(kAnyBelow)) return wanted == uri;
  const auto stem = std::string_view(wanted).substr(0, wanted.size() - 1);
  return uri.starts_with(stem) && uri.size() > stem.size();
}

// Empty: not of this one.
std::string NameThatFits(const ClientRule& rule, const ClientNames& names) {
  if (rule.identity == std::string(kFingerprint) + names.fingerprint) {
    return names.uris.empty() ? rule.identity : names.uris.front();
  }
  const auto uri =
      std::find_if(names.uris.begin(), names.uris.end(), [&](const auto& it) { return Fits(rule.identity, it); });
  return uri == names.uris.end() ? "" : *uri;
}

}  // namespace

Result<ClientRule> ParseClientRule(std::string_view text) {
  std::vector<std::string> words;
  boost::algorithm::split(words, text, boost::algorithm::is_any_of(" \t"), boost::algorithm::token_compress_on);
  std::erase(words, "");
  if (words.size() < 2) return Bad("a client has a name and a role");
  auto identity = ReadIdentity(words[0]);
  if (!identity) return identity.error();
  const auto role = ReadRole(words[1]);
  if (!role) return role.error();
  ClientRule rule{std::move(*identity), *role, {}};
  for (std::size_t i = 2; i < words.size(); ++i) {
    auto label = ReadScopeLabel(words[i]);
    if (!label) return label.error();
    rule.scope.any_of.push_back(std::move(*label));
  }
  return rule;
}

std::optional<Granted> Grant(const std::vector<ClientRule>& rules, const ClientNames& names) {
  for (const auto& rule : rules) {
    auto name = NameThatFits(rule, names);
    if (!name.empty()) return Granted{std::move(name), rule.role, rule.scope};
  }
  return std::nullopt;
}

Result<> GrantSomething(const std::vector<ClientRule>& rules) {
  if (!rules.empty()) return {};
  return Error{Code::kFailedPrecondition, "NOBODY_GRANTED", "[access] clients grants nothing to anybody"};
}

std::set<std::string> LabelsOf(const std::vector<ClientRule>& rules) {
  std::set<std::string> keys;
  for (const auto& rule : rules) {
    for (const auto& label : rule.scope.any_of) keys.insert(label.key);
  }
  return keys;
}

}  // namespace berth::agent

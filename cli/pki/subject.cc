#include "cli/pki/subject.h"

#include <algorithm>
#include <array>

#include <boost/asio/ip/address.hpp>

#include "cli/text/safe.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHost = "spiffe://berth/host/";
constexpr std::string_view kClient = "spiffe://berth/client/";
constexpr auto kRoles = std::to_array<std::string_view>({"viewer", "deployer", "admin"});
constexpr std::size_t kLongestName = 63;
constexpr std::size_t kLongestDnsName = 253;

// Whatever the locale is.
bool IsAlphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsName(std::string_view text) {
  const auto fits = [](char c) { return IsAlphanumeric(c) || c == '_' || c == '.' || c == '-'; };
  return !text.empty() && text.size() <= kLongestName && IsAlphanumeric(text.front()) &&
         std::ranges::all_of(text, fits);
}

bool IsRole(std::string_view text) { return std::ranges::find(kRoles, text) != kRoles.end(); }

bool IsDnsLabel(std::string_view label) {
  const auto fits = [](char c) { return IsAlphanumeric(c) || c == '-'; };
  return !label.empty() && label.size() <= kLongestName && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, fits);
}

// A name whose last label is a number would be an address that somebody misspelt.
bool IsDnsName(std::string_view text) {
  if (text.size() > kLongestDnsName) return false;
  for (;;) {
    const std::size_t dot = text.find('.');
    const std::string_view label = text.substr(0, dot);
    if (!IsDnsLabel(label)) return false;
    if (dot == std::string_view::npos) return !std::ranges::all_of(label, IsDigit);
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

std::string IdentityOf(const Subject& subject) {
  if (subject.is_host) return std::string(kHost) + subject.name;
  return std::string(kClient) + subject.role + "/" + subject.name;
}

std::optional<Subject> ParseIdentity(std::string_view identity) {
  if (identity.starts_with(kHost)) {
    const std::string_view name = identity.substr(kHost.size());
    return IsName(name) ? std::optional(Subject{true, std::string(name), ""}) : std::nullopt;
  }
  if (!identity.starts_with(kClient)) return std::nullopt;
  identity.remove_prefix(kClient.size());
  const std::size_t slash = std::min(identity.find('/'), identity.size());
  const std::string_view role = identity.substr(0, slash);
  const std::string_view name = identity.substr(std::min(slash + 1, identity.size()));
  if (!IsRole(role) || !IsName(name)) return std::nullopt;
  return Subject{false, std::string(name), std::string(role)};
}

Result<std::string> ParseName(const std::string& text) {
  if (IsName(text)) return text;
  return Error{Code::kInvalidArgument, "BAD_NAME",
               "\"" + Safe(text) +
                   "\" is no name: use at most 63 letters, digits, \"_\", \".\" and \"-\", and begin with a "
                   "letter or a digit"};
}

Result<std::string> ParseRole(const std::string& text) {
  if (IsRole(text)) return text;
  return Error{Code::kInvalidArgument, "BAD_ROLE", "\"" + Safe(text) + "\" is none of viewer, deployer and admin"};
}

bool IsIpAddress(const std::string& address) {
  boost::system::error_code failure;
  boost::asio::ip::make_address(address, failure);
  return !failure && address.find('%') == std::string::npos;
}

Result<std::string> ParseHostAddress(const std::string& text) {
  if (IsIpAddress(text)) return boost::asio::ip::make_address(text).to_string();
  if (!IsDnsName(text)) {
    return Error{Code::kInvalidArgument, "BAD_ADDRESS",
                 "\"" + Safe(text) + "\" is neither a DNS name nor an IP address; leave out the port"};
  }
  std::string name = text;
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return name;
}

}  // namespace berth::cli

// Who a certificate is for, and how that is written into it; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/error.h"

namespace berth::cli {

struct Subject {
  bool is_host = false;
  std::string name;
  std::string role;  // of a client: viewer, deployer, admin
};

// "spiffe://berth/client/admin/me", "spiffe://berth/host/web1".
std::string IdentityOf(const Subject& subject);
// Nothing when it is none of ours.
std::optional<Subject> ParseIdentity(std::string_view identity);

// A name becomes a file's name and a part of an identity: letters, digits, "_", "." and "-", 63 at the most, of which
// the first one is a letter or a digit. INVALID_ARGUMENT (BAD_NAME).
Result<std::string> ParseName(const std::string& text);

// viewer, deployer or admin. INVALID_ARGUMENT (BAD_ROLE).
Result<std::string> ParseRole(const std::string& text);

// A DNS name, in small letters, or an IP address, as people write it. INVALID_ARGUMENT (BAD_ADDRESS).
Result<std::string> ParseHostAddress(const std::string& text);

bool IsIpAddress(const std::string& address);

}  // namespace berth::cli

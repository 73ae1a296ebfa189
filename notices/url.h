// The address of a target; text to value, pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/error.h"
#include "engine/base/secret.h"

namespace berth::notices {

// What comes behind the host is a secret: whoever knows it may post there.
struct Url {
  bool tls = true;
  std::string host;  // a name or an address, IPv6 without brackets
  std::uint16_t port = 443;
  Secret path;           // "/" at least; with the query
  Secret authorization;  // for the field of that name, from user:password@; empty without

  std::string Site() const;  // "https://hooks.example.org": all of it that may be shown
};

// http and https, strictly: what is not plainly right is refused, not mended. INVALID_ARGUMENT (BAD_URL) with a phrase
// that says what is wrong, and never shows the text.
Result<Url> ParseUrl(std::string_view text);

}  // namespace berth::notices

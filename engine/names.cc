#include "engine/names.h"

#include <algorithm>
#include <string>

namespace berth::engine {
namespace {

// Not <cctype>: what may stand in a URL must not depend on the locale.
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlphanumeric(char c) { return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsNameCharacter(char c) { return IsAlphanumeric(c) || c == '_' || c == '.' || c == '-'; }
bool IsUnreserved(char c) { return IsNameCharacter(c) || c == '~'; }
bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// Every id of 12 to 64 hexadecimal digits is a name too, so one rule serves both.
bool IsContainerName(std::string_view name) {
  return name.size() >= 2 && name.size() <= 128 && IsAlphanumeric(name.front()) &&
         std::all_of(name.begin(), name.end(), IsNameCharacter);
}

// What came from outside is shown, but neither at length nor with its control characters.
std::string Shown(std::string_view text) {
  std::string shown(text.substr(0, 140));
  std::replace_if(shown.begin(), shown.end(), IsControl, '?');
  return '"' + shown + (text.size() > 140 ? "...\"" : "\"");
}

}  // namespace

Result<> CheckContainerName(std::string_view name) {
  if (IsContainerName(name)) return {};
  return Error{Code::kInvalidArgument, "BAD_CONTAINER_NAME",
               Shown(name) +
                   " is no name of a container: 2 to 128 letters, digits, '_', '.' and '-', "
                   "beginning with a letter or a digit"};
}

Result<> CheckNetworkName(std::string_view name) {
  const bool dots_only = name == "." || name == "..";
  const bool clean = std::none_of(name.begin(), name.end(), [](char c) { return c == '/' || IsControl(c); });
  if (!name.empty() && name.size() <= 255 && !dots_only && clean) return {};
  return Error{Code::kInvalidArgument, "BAD_NETWORK_NAME", Shown(name) + " is no name of a network"};
}

std::string PercentEncode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (IsUnreserved(c)) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return encoded;
}

}  // namespace berth::engine

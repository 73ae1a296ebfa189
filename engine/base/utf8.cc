#include "engine/base/utf8.h"

#include <algorithm>
#include <cstdint>

namespace berth {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "...";

constexpr std::uint8_t Byte(char c) { return static_cast<std::uint8_t>(c); }
constexpr bool IsContinuation(char c) { return (Byte(c) & 0xC0) == 0x80; }

struct Lead {
  std::size_t length;    // of the whole character; 0 for a byte that can't begin one
  std::uint8_t lowest;   // of its second byte: neither overlong forms nor surrogates
  std::uint8_t highest;  // nor anything above U+10FFFF
};

constexpr Lead LeadOf(std::uint8_t first) {
  if (first < 0x80) return {1, 0, 0};
  if (first < 0xC2) return {0, 0, 0};
  if (first < 0xE0) return {2, 0x80, 0xBF};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first < 0xF0) return {3, 0x80, 0xBF};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first < 0xF4) return {4, 0x80, 0xBF};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

// Bytes of the character that `text` begins with; 0 when it is not well-formed. REQUIRES: text is not empty.
std::size_t CharacterLength(std::string_view text) {
  const Lead lead = LeadOf(Byte(text.front()));
  if (lead.length <= 1) return lead.length;
  if (text.size() < lead.length) return 0;
  if (Byte(text[1]) < lead.lowest || Byte(text[1]) > lead.highest) return 0;
  const auto rest = text.substr(2, lead.length - 2);
  return std::all_of(rest.begin(), rest.end(), IsContinuation) ? lead.length : 0;
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return Byte(c) < 0x80; });
}

}  // namespace

std::string ValidUtf8(std::string_view text) {
  if (IsAscii(text)) return std::string(text);
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = CharacterLength(text);
    valid += length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return valid;
}

std::string Shortened(std::string_view text, std::size_t limit) {
  std::string valid = ValidUtf8(text);
  if (valid.size() <= limit) return valid;
  std::size_t end = limit - kEllipsis.size();
  while (end > 0 && IsContinuation(valid[end])) --end;
  valid.replace(end, std::string::npos, kEllipsis);
  return valid;
}

}  // namespace berth

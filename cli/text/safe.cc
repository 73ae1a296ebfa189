#include "cli/text/safe.h"

#include <array>
#include <cstdio>

#include "cli/text/utf8.h"

namespace berth::cli {
namespace {

bool IsControl(char32_t point) { return point < 0x20 || (point >= 0x7F && point < 0xA0); }

// Overrides and isolates: they could make a name read backwards.
bool ChangesDirection(char32_t point) {
  return point == 0x200E || point == 0x200F || (point >= 0x202A && point <= 0x202E) ||
         (point >= 0x2066 && point <= 0x2069);
}

std::string Visible(char32_t point) {
  if (point == '\n') return "\\n";
  if (point == '\r') return "\\r";
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), point < 0x100 ? "\\x%02x" : "\\u%04x", static_cast<unsigned>(point));
  return text.data();
}

}  // namespace

std::string Safe(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  std::string safe;
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t point = TakeCodePoint(text);
    if (point == '\t') {
      safe += ' ';
    } else if (IsControl(point) || ChangesDirection(point)) {
      safe += Visible(point);
    } else if (point == kReplacement) {
      safe += "\uFFFD";
    } else {
      safe += before.substr(0, before.size() - text.size());
    }
  }
  return safe;
}

std::vector<std::string> SafeLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(Safe(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  while (!lines.empty() && lines.back().find_first_not_of(' ') == std::string::npos) lines.pop_back();
  return lines;
}

std::string LastLine(std::string_view text) {
  const auto lines = SafeLines(text);
  return lines.empty() ? "" : lines.back();
}

}  // namespace berth::cli

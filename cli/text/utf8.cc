#include "cli/text/utf8.h"

#include <algorithm>
#include <array>

namespace berth::cli {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// The blocks that matter in names, logs and health output; not all of Unicode.
constexpr std::array kCombining = {Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x0591, 0x05BD},
                                   Range{0x0610, 0x061A}, Range{0x064B, 0x065F}, Range{0x200B, 0x200F},
                                   Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F}};
constexpr std::array kWide = {Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},
                              Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},
                              Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},
                              Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F},
                              Range{0x1F680, 0x1F6FF}, Range{0x1F900, 0x1F9FF}, Range{0x20000, 0x3FFFD}};

template <std::size_t N>
bool Within(const std::array<Range, N>& ranges, char32_t point) {
  return std::ranges::any_of(ranges, [&](const Range& range) { return point >= range.first && point <= range.last; });
}

int WidthOf(char32_t point) {
  if (Within(kCombining, point)) return 0;
  return Within(kWide, point) ? 2 : 1;
}

// How many bytes a first byte announces; 0 when it can't be one.
std::size_t SequenceLength(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

// Neither overlong, nor a surrogate, nor beyond the last code point.
bool IsValid(char32_t point, std::size_t length) {
  static constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  return point >= kSmallest[length] && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
}

// The code point of the first `length` bytes, or kReplacement.
char32_t Decode(std::string_view text, std::size_t length) {
  static constexpr std::array<unsigned char, 5> kMask = {0, 0x7F, 0x1F, 0x0F, 0x07};
  if (length == 0 || length > text.size()) return kReplacement;
  char32_t point = static_cast<unsigned char>(text[0]) & kMask[length];
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return kReplacement;
    point = point << 6 | (byte & 0x3F);
  }
  return IsValid(point, length) ? point : kReplacement;
}

// The colour sequence that `text` begins with; empty when it begins with anything else.
std::string_view ColourSequence(std::string_view text) {
  if (!text.starts_with("\x1b[")) return {};
  const std::size_t end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? text.substr(0, end + 1) : std::string_view();
}

// Calls visit(piece, columns) for each colour sequence and each character until it returns false.
template <class Visit>
void ForEachPiece(std::string_view text, Visit visit) {
  while (!text.empty()) {
    std::string_view piece = ColourSequence(text);
    int columns = 0;
    if (piece.empty()) {
      std::string_view rest = text;
      columns = WidthOf(TakeCodePoint(rest));
      piece = text.substr(0, text.size() - rest.size());
    }
    if (!visit(piece, columns)) return;
    text.remove_prefix(piece.size());
  }
}

}  // namespace

char32_t TakeCodePoint(std::string_view& text) {
  const std::size_t length = SequenceLength(static_cast<unsigned char>(text[0]));
  const char32_t point = Decode(text, length);
  text.remove_prefix(point == kReplacement && text.substr(0, 3) != "\uFFFD" ? 1 : length);
  return point;
}

int DisplayWidth(std::string_view text) {
  int width = 0;
  ForEachPiece(text, [&](std::string_view, int columns) {
    width += columns;
    return true;
  });
  return width;
}

std::string Fit(std::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  std::string fitted;
  int used = 0;
  bool coloured = false;
  ForEachPiece(text, [&](std::string_view piece, int columns) {
    if (used + columns > width - 1) return false;
    fitted += piece;
    used += columns;
    coloured = coloured || piece.front() == '\x1b';
    return true;
  });
  if (width > 0) fitted += "…";
  return coloured ? fitted + "\x1b[0m" : fitted;
}

std::string Pad(std::string text, int width) {
  const int missing = width - DisplayWidth(text);
  if (missing > 0) text.append(static_cast<std::size_t>(missing), ' ');
  return text;
}

}  // namespace berth::cli

// Text as a terminal shows it: characters, and the columns that they take; pure.
#pragma once

#include <string>
#include <string_view>

namespace berth::cli {

inline constexpr char32_t kReplacement = U'\uFFFD';

// Takes the first code point off `text`, which is not empty. What is not UTF-8 comes as kReplacement, a byte at a time.
char32_t TakeCodePoint(std::string_view& text);

// Columns on a terminal: 0 for combining marks, 2 for wide characters. Colour sequences (ESC [ ... m) take none.
int DisplayWidth(std::string_view text);

// At most `width` columns; "…" at the end shows that something was cut. Colours are kept, and ended where the text is
// cut.
std::string Fit(std::string_view text, int width);

// Spaces at the end until it is `width` columns wide.
std::string Pad(std::string text, int width);

}  // namespace berth::cli

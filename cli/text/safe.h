// Foreign text (names, health output, errors) made harmless for a terminal; pure. Log output alone is passed on as it
// is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth::cli {

// One line: control characters, ESC first of all, and what changes the direction of text become visible, as \x1b or \n.
// Bytes that are not UTF-8 become the replacement character. A tab becomes a space; line breaks at the end go.
std::string Safe(std::string_view text);

// Line by line, without empty lines at the end.
std::vector<std::string> SafeLines(std::string_view text);

// The last line that is not empty: what a health check's output most often comes down to.
std::string LastLine(std::string_view text);

}  // namespace berth::cli

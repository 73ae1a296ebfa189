// What others say are bytes; what we hand on is UTF-8. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace berth {

// The same text; each byte that is no part of a well-formed character becomes U+FFFD.
std::string ValidUtf8(std::string_view text);

// At most `limit` bytes of well-formed text, cut between two characters; what was cut shows as "...".
// REQUIRES: limit >= 3.
std::string Shortened(std::string_view text, std::size_t limit);

}  // namespace berth

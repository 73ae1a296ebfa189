// One text in the pieces in which a network might bring it.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace berth::fuzz {

// The first byte says how long the pieces are: 1 to 256 bytes. Nothing for an empty text.
inline std::vector<std::string_view> InPieces(std::string_view text) {
  std::vector<std::string_view> pieces;
  if (text.empty()) return pieces;
  const std::size_t length = 1u + static_cast<unsigned char>(text.front());
  for (text.remove_prefix(1); !text.empty(); text.remove_prefix(std::min(length, text.size()))) {
    pieces.push_back(text.substr(0, length));
  }
  return pieces;
}

}  // namespace berth::fuzz

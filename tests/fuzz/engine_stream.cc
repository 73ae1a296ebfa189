// Events, statistics and pulls: one JSON document a line.
#include <algorithm>
#include <string>

#include "engine/decode.h"
#include "engine/json_lines.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/pieces.h"

namespace {

constexpr std::size_t kMaxLine = 2048;

std::vector<std::string> LinesOf(const std::vector<std::string_view>& pieces) {
  berth::engine::JsonLines lines(kMaxLine);
  std::vector<std::string> found;
  for (const auto piece : pieces) {
    lines.Feed(piece);
    for (;;) {
      auto line = lines.Next();
      if (!line) return found;
      if (!*line) break;
      found.push_back(std::move(**line));
    }
  }
  if (auto rest = lines.Rest()) found.push_back(std::move(*rest));
  return found;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = berth::fuzz::AsText(data, size);
  if (text.empty()) return 0;
  const auto lines = LinesOf(berth::fuzz::InPieces(text));
  // A line that is too long is noticed as soon as enough of it is there, which depends on the pieces.
  if (size <= kMaxLine) {
    berth::fuzz::Expect(lines == LinesOf({text.substr(1)}), "lines are the same wherever the network cut them");
  }
  for (const auto& line : lines) {
    berth::fuzz::Expect(line.find('\n') == std::string::npos, "a line has no end in it");
    const auto json = berth::engine::ParseJson(line);
    if (!json) continue;
    (void)berth::engine::DecodeEvent(*json);
    (void)berth::engine::DecodeStats(*json);
    (void)berth::engine::DecodePullLine(*json);
  }
  return 0;
}

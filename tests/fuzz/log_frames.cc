// Standard output and error in one stream.
#include "engine/log_frames.h"

#include <algorithm>
#include <string>

#include "tests/fuzz/expect.h"
#include "tests/fuzz/pieces.h"

namespace {

using berth::engine::LogFrames;

struct Heard {
  bool failed = false;
  bool at_boundary = false;
  std::string out, err;

  bool operator==(const Heard&) const = default;
};

Heard Hear(const std::vector<std::string_view>& pieces) {
  LogFrames frames;
  Heard heard;
  for (const auto piece : pieces) {
    const auto chunks = frames.Feed(piece);
    if (!chunks) {
      heard.failed = true;
      return heard;
    }
    for (const auto& chunk : *chunks) {
      (chunk.source == berth::engine::LogChunk::Source::kStderr ? heard.err : heard.out) += chunk.data;
    }
  }
  heard.at_boundary = frames.AtBoundary();
  return heard;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = berth::fuzz::AsText(data, size);
  if (text.empty()) return 0;
  const auto whole = Hear({text.substr(1)});
  const auto cut = Hear(berth::fuzz::InPieces(text));
  berth::fuzz::Expect(whole.failed == cut.failed, "what is no such stream is none in pieces either");
  if (!whole.failed) berth::fuzz::Expect(whole == cut, "a stream reads the same in pieces");
  berth::fuzz::Expect(whole.out.size() + whole.err.size() < size, "nothing is made up");
  return 0;
}

// The multiplexed stream in which the engine sends standard output and standard error over one connection; pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/types.h"

namespace berth::engine {

// Each frame has a header of eight bytes: the source, three zeros, the length (big endian). With a TTY there are no
// frames.
class LogFrames {
 public:
  enum class Format { kMultiplexed, kRaw };

  // Longer than any frame that an engine sends; what claims more is no such stream.
  static constexpr std::uint32_t kMaxFrame = 64u << 20;

  explicit LogFrames(Format format = Format::kMultiplexed) : format_(format) {}

  // What `bytes` add: whole frames, and the part that is there of a frame that goes on, so that a long one is never
  // held in memory. DATA_LOSS for what is no such stream; nothing may be fed after that.
  Result<std::vector<LogChunk>> Feed(std::string_view bytes);

  // False while the stream is inside a frame: the connection may not end there.
  bool AtBoundary() const { return header_size_ == 0 && remaining_ == 0; }

 private:
  Result<> ReadHeader(std::string_view& bytes);
  LogChunk TakePayload(std::string_view& bytes);

  Format format_;
  std::array<unsigned char, 8> header_{};
  std::size_t header_size_ = 0;  // bytes of the header that are there
  std::uint32_t remaining_ = 0;  // bytes of the frame that are not
  LogChunk::Source source_ = LogChunk::Source::kStdout;
};

}  // namespace berth::engine

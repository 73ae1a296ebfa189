#include "engine/log_frames.h"

#include <algorithm>
#include <string>

namespace berth::engine {
namespace {

// 0 is standard input, which the engine echoes as output. 3 is the engine's own complaint about the log: whoever reads
// the log wants to see it there.
constexpr unsigned char kStdout = 1;
constexpr unsigned char kLastSource = 3;

Error NotFrames(const std::string& why) {
  return {Code::kDataLoss, "ENGINE_BAD_ANSWER", "the engine's log stream is damaged: " + why};
}

std::uint32_t BigEndian(const unsigned char* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

}  // namespace

Result<std::vector<LogChunk>> LogFrames::Feed(std::string_view bytes) {
  std::vector<LogChunk> chunks;
  if (format_ == Format::kRaw) {
    if (!bytes.empty()) chunks.push_back({LogChunk::Source::kStdout, std::string(bytes)});
    return chunks;
  }
  while (!bytes.empty()) {
    if (remaining_ > 0) {
      chunks.push_back(TakePayload(bytes));
      continue;
    }
    const Result<> header = ReadHeader(bytes);
    if (!header) return header.error();
  }
  return chunks;
}

Result<> LogFrames::ReadHeader(std::string_view& bytes) {
  const std::size_t taken = std::min(bytes.size(), header_.size() - header_size_);
  std::copy_n(bytes.begin(), taken, header_.begin() + header_size_);
  bytes.remove_prefix(taken);
  header_size_ += taken;
  if (header_size_ < header_.size()) return {};

  header_size_ = 0;
  const bool zeros = header_[1] == 0 && header_[2] == 0 && header_[3] == 0;
  if (header_[0] > kLastSource || !zeros) return NotFrames("no frame begins where one should");
  remaining_ = BigEndian(&header_[4]);
  if (remaining_ > kMaxFrame) return NotFrames("a frame of " + std::to_string(remaining_) + " bytes");
  source_ = header_[0] <= kStdout ? LogChunk::Source::kStdout : LogChunk::Source::kStderr;
  return {};
}

LogChunk LogFrames::TakePayload(std::string_view& bytes) {
  const std::size_t taken = std::min<std::size_t>(bytes.size(), remaining_);
  LogChunk chunk{source_, std::string(bytes.substr(0, taken))};
  bytes.remove_prefix(taken);
  remaining_ -= static_cast<std::uint32_t>(taken);
  return chunk;
}

}  // namespace berth::engine

#include "engine/json_lines.h"

#include <algorithm>

namespace berth::engine {
namespace {

bool IsBlank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

}  // namespace

void JsonLines::Feed(std::string_view bytes) {
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  buffer_ += bytes;
}

Result<std::optional<std::string>> JsonLines::Next() {
  while (true) {
    const std::size_t end = buffer_.find('\n', scanned_);
    scanned_ = std::min(end, buffer_.size());
    if (scanned_ - begin_ > max_line_) {
      return Error{Code::kDataLoss, "ENGINE_BAD_ANSWER",
                   "a line of the engine's stream is longer than " + std::to_string(max_line_) + " bytes"};
    }
    if (end == std::string::npos) return std::optional<std::string>();
    std::string line = buffer_.substr(begin_, end - begin_);
    begin_ = scanned_ = end + 1;
    if (!IsBlank(line)) return std::optional(std::move(line));
  }
}

std::optional<std::string> JsonLines::Rest() {
  std::string line = buffer_.substr(begin_);
  begin_ = scanned_ = buffer_.size();
  if (IsBlank(line)) return std::nullopt;
  return line;
}

}  // namespace berth::engine

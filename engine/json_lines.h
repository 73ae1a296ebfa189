// One JSON document a line, as events, statistics and pulls come; pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/error.h"

namespace berth::engine {

// Cuts a stream of bytes into lines, wherever the network cut it into chunks.
class JsonLines {
 public:
  static constexpr std::size_t kMaxLine = 4u << 20;

  explicit JsonLines(std::size_t max_line = kMaxLine) : max_line_(max_line) {}

  void Feed(std::string_view bytes);

  // The next line without its end; blank ones are skipped. Nothing when more bytes are needed. DATA_LOSS, for good,
  // once a line is longer than the limit.
  Result<std::optional<std::string>> Next();

  // After the last byte: the line that nobody ended, if there is one.
  std::optional<std::string> Rest();

 private:
  std::size_t max_line_;
  std::string buffer_;
  std::size_t begin_ = 0;    // of the line that is being read
  std::size_t scanned_ = 0;  // no line ends between begin_ and here
};

}  // namespace berth::engine

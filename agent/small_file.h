// The whole text of a file that people write.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "engine/base/error.h"

namespace berth::agent {

// INVALID_ARGUMENT (FILE_UNREADABLE) when it can't be opened or read, or is no such small text.
inline Result<std::string> ReadSmallFile(const std::filesystem::path& path) {
  constexpr std::size_t kLargest = 256 << 10;
  std::ifstream stream(path, std::ios::binary);
  std::string text(kLargest + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.is_open() || stream.bad()) {
    return Error{Code::kInvalidArgument, "FILE_UNREADABLE",
                 "cannot be read; check that it is a file, and its permissions"};
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kLargest) return Error{Code::kInvalidArgument, "FILE_UNREADABLE", "is larger than 256 KiB"};
  return text;
}

}  // namespace berth::agent

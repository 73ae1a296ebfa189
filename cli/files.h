// Files that appear whole or not at all, also when the machine goes down meanwhile.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/error.h"

namespace berth::cli {

enum class Readers { kOwner, kAll };  // mode 0600, or 0644
enum class Existing { kKeep, kReplace };

struct NewFile {
  std::filesystem::path name;  // in a directory that is put; may be in one below it
  std::string text;
  Readers readers = Readers::kAll;
};

// Of at most 1 MiB. NOT_FOUND (FILE_MISSING) when there is none; FAILED_PRECONDITION (FILE_FAILED) says what else is
// wrong, for all of these.
Result<std::string> ReadFile(const std::filesystem::path& path);

// In the place of one that is there.
Result<> PutFile(const std::filesystem::path& path, const std::string& text, Readers readers);

// A directory for its owner alone, with these files. ALREADY_EXISTS (FILE_EXISTS) when it is there, not empty, and
// shall be kept.
Result<> PutDirectory(const std::filesystem::path& place, const std::vector<NewFile>& files, Existing existing);

// With the directories above it; those that are made are for their owner alone.
Result<> MakeDirectories(const std::filesystem::path& path);

}  // namespace berth::cli

#include "cli/files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "cli/descriptor.h"

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargest = std::uintmax_t{1} << 20;
constexpr mode_t kPrivateDirectory = 0700;

// As errno says.
Error Failed(const std::string& doing, const fs::path& path) {
  return {Code::kFailedPrecondition, "FILE_FAILED",
          "can't " + doing + " " + path.string() + ": " + std::strerror(errno)};
}

mode_t ModeFor(Readers readers) { return readers == Readers::kOwner ? 0600 : 0644; }

bool WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// A name lasts when its directory was written.
Result<> Flush(const fs::path& directory) {
  const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (*opened < 0 || ::fsync(*opened) != 0) return Failed("flush", directory);
  return {};
}

// Beside `place`, where a rename is one step.
std::string SideName(const fs::path& place) {
  return place.parent_path() / ("." + place.filename().string() + ".XXXXXX");
}

// mkostemp() makes it for its owner alone, so that a key is never seen by others.
Result<> Fill(int file, const NewFile& wanted, const fs::path& path) {
  if (file < 0) return Failed("create", path);
  const bool written =
      ::fchmod(file, ModeFor(wanted.readers)) == 0 && WriteAll(file, wanted.text) && ::fsync(file) == 0;
  if (!written) return Failed("write", path);
  return {};
}

Result<> FillDirectory(const fs::path& directory, const std::vector<NewFile>& files) {
  for (const NewFile& file : files) {
    const fs::path path = directory / file.name;
    if (const auto made = MakeDirectories(path.parent_path()); !made) return made.error();
    if (const auto put = PutFile(path, file.text, file.readers); !put) return put.error();
  }
  return {};
}

Result<> Publish(const fs::path& side, const fs::path& place, Existing existing) {
  const unsigned int exchange = existing == Existing::kReplace && fs::exists(place) ? RENAME_EXCHANGE : 0;
  if (::renameat2(AT_FDCWD, side.c_str(), AT_FDCWD, place.c_str(), exchange) == 0) return Flush(place.parent_path());
  if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR) return Failed("make", place);
  return Error{Code::kAlreadyExists, "FILE_EXISTS", place.string() + " is there already, and not empty"};
}

// "a/b/" is the same place as "a/b".
fs::path Absolute(const fs::path& path) {
  const fs::path absolute = fs::absolute(path).lexically_normal();
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

}  // namespace

Result<std::string> ReadFile(const fs::path& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file && errno == ENOENT) return Error{Code::kNotFound, "FILE_MISSING", "there is no file " + path.string()};
  std::error_code failure;
  const bool fits = file && fs::is_regular_file(path, failure) && fs::file_size(path, failure) <= kLargest;
  if (file && !fits) errno = fs::is_directory(path, failure) ? EISDIR : EFBIG;
  if (!fits) return Failed("read", path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<> PutFile(const fs::path& path, const std::string& text, Readers readers) {
  std::string side = SideName(path);
  Result<> filled;
  {
    const Descriptor file(::mkostemp(side.data(), O_CLOEXEC));
    filled = Fill(*file, {path, text, readers}, path);
  }
  if (filled && ::rename(side.c_str(), path.c_str()) == 0) return Flush(path.parent_path());
  if (filled) filled = Failed("write", path);
  ::unlink(side.c_str());
  return filled;
}

Result<> PutDirectory(const fs::path& place, const std::vector<NewFile>& files, Existing existing) {
  const fs::path absolute = Absolute(place);
  if (const auto made = MakeDirectories(absolute.parent_path()); !made) return made.error();
  std::string side = SideName(absolute);
  if (!::mkdtemp(side.data())) return Failed("create a directory beside", absolute);
  auto put = FillDirectory(side, files);
  if (put) put = Publish(side, absolute, existing);
  std::error_code ignored;
  fs::remove_all(side, ignored);  // what is left of a failure, or what was replaced
  return put;
}

Result<> MakeDirectories(const fs::path& path) {
  if (fs::is_directory(path)) return {};
  if (path.has_parent_path() && path != path.parent_path()) {
    if (const auto made = MakeDirectories(path.parent_path()); !made) return made.error();
  }
  if (::mkdir(path.c_str(), kPrivateDirectory) != 0 && errno != EEXIST) return Failed("create", path);
  return {};
}

}  // namespace berth::cli

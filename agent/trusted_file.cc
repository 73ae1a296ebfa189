#include "agent/trusted_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/small_file.h"

namespace berth::agent {
namespace {

class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

Error NotTrusted(std::string why) { return {Code::kPermissionDenied, "FILE_NOT_TRUSTED", std::move(why)}; }

}  // namespace

Result<> CheckTrust(mode_t mode, uid_t owner, uid_t self) {
  if (!S_ISREG(mode)) return NotTrusted("it is no regular file");
  if (owner != 0 && owner != self) {
    return NotTrusted("it belongs to the user with the number " + std::to_string(owner) +
                      ", who could put anything into it; `chown root` it");
  }
  if ((mode & (S_IWGRP | S_IWOTH)) != 0) return NotTrusted("others than its owner may write to it; `chmod go-w` it");
  return {};
}

// The file that was looked at is the one that is read, whatever its name comes to mean between the two.
Result<std::string> ReadTrustedFile(const std::filesystem::path& path) {
  const OpenFile file(path);
  struct stat status {};
  if (file.descriptor() >= 0 && ::fstat(file.descriptor(), &status) == 0) {
    if (auto trusted = CheckTrust(status.st_mode, status.st_uid, ::geteuid()); !trusted) return trusted.error();
  }
  return ReadSmallFile("/proc/self/fd/" + std::to_string(file.descriptor()));
}

}  // namespace berth::agent

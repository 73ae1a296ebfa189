// Programs as a test runs them: without a shell, with a deadline, and never left behind.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <signal.h>
#include <string>
#include <sys/types.h>
#include <vector>

namespace berth::test {

struct ProcessOptions {
  std::vector<std::string> environment = {};  // KEY=value, on top of our own
  std::filesystem::path in = "/dev/null";
  std::filesystem::path out = "/dev/null";  // appended to, and so is `err`
  std::filesystem::path err = "/dev/null";
};

// One program, from its start to its end.
class Process {
 public:
  // Throws std::system_error when it can't be started.
  explicit Process(const std::vector<std::string>& arguments, const ProcessOptions& options = {});
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  pid_t pid() const { return pid_; }
  // Readable when it has ended.
  int descriptor() const { return descriptor_; }
  void Signal(int signal) const;
  // The exit code, or 128 + N when signal N ended it; nothing when it still runs after `limit`.
  std::optional<int> Wait(std::chrono::milliseconds limit);

 private:
  pid_t pid_ = -1;
  int descriptor_ = -1;
  std::optional<int> exit_code_;
};

struct Finished {
  int exit_code = 0;
  std::string out;
  std::string err;
};

// To its end. Throws std::runtime_error when that takes longer than a minute.
Finished RunToEnd(const std::vector<std::string>& arguments, const std::string& input = "");

std::string ReadFile(const std::filesystem::path& file);
void WriteFile(const std::filesystem::path& file, const std::string& content);

}  // namespace berth::test

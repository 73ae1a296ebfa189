// Any program that heals containers, as a process, and what it costs with all that it starts.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace berth::bench {

class Program {
 public:
  // `{}` in a word stands for the path of the engine's socket. What it says goes to `log`.
  Program(const std::vector<std::string>& command, const std::string& endpoint, const std::filesystem::path& log);
  // SIGTERM to it and all that it started, and waits; SIGKILL after ten seconds.
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Since it began, with its children; of those that have ended in ticks of the kernel, which add up.
  std::chrono::nanoseconds CpuTime() const;
  // VmRSS, of the children too that run now.
  double ResidentMegabytes() const;
  // Throws when it has ended.
  void CheckRuns() const;

 private:
  std::filesystem::path log_;
  pid_t pid_ = 0;
};

}  // namespace berth::bench

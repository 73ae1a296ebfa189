// A berthd process, as systemd would run it.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <sys/types.h>

namespace berth::bench {

class Berthd {
 public:
  // Returns when it says READY. Its socket, journal and log are in `directory`, which may be one that was used before.
  Berthd(const std::filesystem::path& program, const std::string& engine, const std::filesystem::path& directory);
  // SIGTERM, and waits; SIGKILL after ten seconds.
  ~Berthd();
  Berthd(const Berthd&) = delete;
  Berthd& operator=(const Berthd&) = delete;

  pid_t pid() const { return pid_; }
  std::string address() const { return "unix://" + (directory_ / "berthd.sock").string(); }
  // From before the process was made until it said READY.
  std::chrono::nanoseconds start_time() const { return start_time_; }

 private:
  void Spawn(const std::filesystem::path& program, const std::string& engine);

  std::filesystem::path directory_;
  pid_t pid_ = 0;
  std::chrono::nanoseconds start_time_{};
};

}  // namespace berth::bench

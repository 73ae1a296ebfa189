// Asks a published port for the version behind it, again and again, and remembers when which one answered.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace berth::bench {

// Begins when it is made and ends when it goes.
class PortProbe {
 public:
  explicit PortProbe(int port);
  ~PortProbe();
  PortProbe(const PortProbe&) = delete;
  PortProbe& operator=(const PortProbe&) = delete;

  // Until `version` has answered. Throws when it doesn't in ten seconds.
  void Await(const std::string& version);

  // From the last answer of version 1 to the first one of version 2.
  std::chrono::nanoseconds Gap() const;

 private:
  using Moment = std::chrono::steady_clock::time_point;

  void Run();
  void Note(const std::string& version);

  const int port_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Moment> last_old_;
  std::optional<Moment> first_new_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace berth::bench

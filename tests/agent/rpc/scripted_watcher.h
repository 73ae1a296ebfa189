// A watchdog that shows what a test says, and writes down what it was asked.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "tests/support/fake_clock.h"
#include "watchdog/watcher.h"

namespace berth::test {

// Loop thread only.
class ScriptedWatcher final : public watchdog::Watcher {
 public:
  explicit ScriptedWatcher(FakeClock& clock) : clock_(clock) {}

  watchdog::HostStatus host;
  std::vector<watchdog::Status> watched;
  std::map<std::string, WallTime> pauses;
  std::vector<std::string> resets;

  watchdog::HostStatus Host() const override { return host; }
  std::vector<watchdog::Status> Watched() const override { return watched; }
  std::map<std::string, WallTime> Pauses() const override { return pauses; }
  const watchdog::Counters& counters() const override { return counters_; }
  const watchdog::Settings& settings() const override { return settings_; }
  bool SeesTheEngine() const override { return true; }
  bool StreamIsUp() const override { return true; }

  Result<> Pause(std::optional<std::string> container, std::chrono::milliseconds duration) override {
    if (container && !Knows(*container)) return watchdog::NotWatched(*container);
    pauses[container.value_or("")] = clock_.WallNow() + duration;
    return {};
  }
  Result<> Resume(std::optional<std::string> container) override {
    if (container && !Knows(*container)) return watchdog::NotWatched(*container);
    pauses.erase(container.value_or(""));
    return {};
  }
  Result<> Reset(const std::string& container) override {
    if (!Knows(container)) return watchdog::NotWatched(container);
    resets.push_back(container);
    return {};
  }
  Task<> Drain(std::chrono::milliseconds) override { co_return; }

 private:
  bool Knows(const std::string& container) const {
    return std::any_of(watched.begin(), watched.end(), [&](const auto& one) { return one.container == container; });
  }

  FakeClock& clock_;
  watchdog::Counters counters_;
  watchdog::Settings settings_;
};

}  // namespace berth::test

// A host whose watchdog is quick, and containers that fall ill when a test says so.
#pragma once

#include <string>
#include <vector>

#include "tests/e2e/host.h"

namespace berth::test {

class Healing : public Host {
 protected:
  // What cures it: the file that makes the health check fail is in memory, in the container, or in its volume.
  enum class Cure { kRestart, kRecreate, kNothing };

  // The agent starts, and heals without long waits; `more` goes into the section [heal].
  void Watch(const std::string& more = "");
  // A container that opts in, until it is healthy; its health is asked five times a second. `more` goes into the
  // config.
  std::string RunWatched(const std::string& name, const boost::json::object& more = {});
  void FallIll(const std::string& name, Cure cure = Cure::kRestart);
  void Recover(const std::string& name, Cure cure);
  // Of what nothing cures; false when it is being restarted just now: try again.
  bool RecoversBetweenRestarts(const std::string& name);

  WallTime StartedAt(const std::string& name) { return docker.Inspect(name).started_at; }
  bool IsHealthy(const std::string& name) { return docker.Inspect(name).health == engine::Health::kHealthy; }
  // Another start than that one, and healthy.
  bool IsHealed(const std::string& name, WallTime started_at);
  void AwaitUnhealthy(const std::string& name);

  Result<v1::Watchdog> GetWatchdog(const std::string& container = "") const;
  v1::WatchedContainer Watched(const std::string& container) const;
  // Of this container, newest first.
  std::vector<v1::Episode> Episodes(const std::string& container) const;
  bool EndsAs(const std::string& container, v1::EpisodeOutcome outcome) const;
  // What was done, in the order of time: "restart", "recreate" ...
  static std::vector<std::string> Actions(const v1::Episode& episode);
};

}  // namespace berth::test

// Ten hours on one host, in a moment: the real watchdog on an engine in memory, with everything that goes wrong.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/watchdog/simulation/incidents.h"
#include "tests/watchdog/simulation/plant.h"

namespace berth::watchdog::test {

class Simulation {
 public:
  using OnLine = std::function<void(const std::string& line)>;

  // The same seed, the same ten hours. `tell` gets a line for all that happens.
  explicit Simulation(std::uint64_t seed, const Plant& plant = {}, OnLine tell = nullptr);
  ~Simulation();

  // The first promise that was broken, and when; empty when all were kept.
  std::string Run();
  std::uint64_t heals() const { return heals_; }

 private:
  static Settings Draw(Random& random);
  void AdmitAll();
  Patient& AdmitOne(const std::string& name, bool compose, Patient more);
  void Connect();
  void StartWatchdog();
  void OnTheLoop(std::function<void()> what);
  void RestartWatchdog();
  void Reported(const Report& report);
  bool RunFor(std::chrono::nanoseconds span);
  void Trace(const std::string& line);

  const Plant plant_;
  const OnLine tell_;
  Random random_;
  FakeHost host_;
  const SteadyTime began_ = host_.clock.Now();
  const Settings promised_;
  Ward ward_;
  Observer observer_;
  ToldOfLease lease_;
  std::map<std::uint64_t, Episode> episodes_;
  std::vector<std::unique_ptr<engine::Engine>> spoiled_;  // one for each watchdog
  std::shared_ptr<bool> alive_;                           // this one is not an earlier one
  std::unique_ptr<Watcher> watcher_;
  std::optional<Incidents> incidents_;
  std::uint64_t heals_ = 0;
};

}  // namespace berth::watchdog::test

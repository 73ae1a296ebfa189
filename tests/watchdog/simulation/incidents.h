// What goes wrong on a simulated host, and what people do there: at random, one thing after the other.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/watchdog/simulation/hands.h"
#include "tests/watchdog/simulation/observer.h"
#include "tests/watchdog/simulation/ward.h"

namespace berth::watchdog::test {

struct IncidentParts {
  FakeHost& host;
  Random& random;
  Ward& ward;
  Observer& observer;
  ToldOfLease& lease;
  std::unique_ptr<Watcher>& watcher;
  std::function<void()> restart_watchdog;
  std::function<void(const std::string&)> trace;
};

class Incidents {
 public:
  explicit Incidents(IncidentParts parts);

  // One after the other, until then.
  void Begin(SteadyTime end, milliseconds mean_pause);
  // Nothing is wrong any more but what has to be healed.
  void Stop();

 private:
  struct Kind {
    int weight;
    const char* name;
    void (Incidents::*happen)(Patient& patient);
  };
  static const std::vector<Kind>& Kinds();

  void Next();
  void FallIll(Patient& patient);
  void FallIncurablyIll(Patient& patient);
  void RecoverByItself(Patient& patient);
  void Flap(Patient& patient);
  void ChecksBreak(Patient& patient);
  void Storm(Patient& patient);
  void Crash(Patient& patient);

  void LoseEvents(Patient& patient);
  void CutEvents(Patient& patient);
  void RestartEngine(Patient& patient);
  void LoseEngine(Patient& patient);
  void SlowDown(Patient& patient);
  void FailHeals(Patient& patient);
  void FailLists(Patient& patient);
  void FillDisk(Patient& patient);

  void StopByHand(Patient& patient);
  void RestartByHand(Patient& patient);
  void PauseByHand(Patient& patient);
  void KillByHand(Patient& patient);
  void Rename(Patient& patient);
  void Recreate(Patient& patient);
  void Relabel(Patient& patient);
  void Remove(Patient& patient);
  void Operate(Patient& patient);
  void PauseHealing(Patient& patient);
  void ResetHealing(Patient& patient);
  void RestartWatchdog(Patient& patient);

  bool EngineIsUp() const { return !engine_busy_; }
  milliseconds Some(milliseconds least, milliseconds most) { return parts_.random.Between(least, most); }
  void Later(milliseconds delay, std::function<void()> what) { parts_.ward.Later(delay, std::move(what)); }

  IncidentParts parts_;
  SteadyTime end_;
  milliseconds mean_{0};
  int total_weight_ = 0;
  int operations_ = 0;
  bool engine_busy_ = false;
};

}  // namespace berth::watchdog::test

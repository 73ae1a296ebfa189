// Whether the watchdog keeps its promises (S1-S8, L1, L2, every episode ends), told from what arrives at the engine and
// what is true there at that moment. It knows nothing of the watchdog's own memory; where the watchdog could not have
// known better yet, it is given the time in which it could have learned it.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/watchdog/simulation/ward.h"
#include "watchdog/watcher.h"

namespace berth::watchdog::test {

class Observer {
 public:
  // `promised` is what the watchdog was told to do, whatever it does.
  Observer(FakeHost& host, Ward& ward, const Settings& promised);

  // What happens.
  void Called(const std::string& call);  // arrives at the engine
  void HealBegins(const Heal& heal);
  void HealEnds(const Heal& heal, const std::optional<Error>& error);
  void Recreated(const engine::ContainerDetails& old, const FakeContainer& made);
  void Reported(const Report& report);
  void Happened(const engine::Event& event, bool delivered);

  // What the watchdog can't know at once, and what it is told.
  void EngineWent() { away_since_ = Now(); }
  void EngineCame();
  void Disturbed(milliseconds for_so_long);  // it may be blind until then
  void SlowerBy(milliseconds longest_call) { slow_ = longest_call; }
  void Paused(const std::string& key, milliseconds duration);  // empty: all
  void Resumed(const std::string& key);
  void Reset(const std::string& key);
  void WatchdogRestarted();

  // At the end, when nothing has gone wrong for 10 minutes.
  void ExpectPeace();
  // The first promise that was broken.
  const std::optional<std::string>& broken() const { return broken_; }

 private:
  struct Truth {
    std::optional<SteadyTime> ill_since;   // unhealthy and running
    std::optional<SteadyTime> sick_since;  // or starting
    bool delivered = false;                // the event of its last change
    std::set<std::uint64_t> open;          // episodes
    std::optional<Outcome> last;           // of the last one, when it was given up or held
  };
  struct Heals {
    std::deque<SteadyTime> times;
    int in_row = 0;
  };

  SteadyTime Now() const { return host_.clock.Now(); }
  void Break(const std::string& promise, const std::string& how);
  void CheckTarget(const Patient& patient, const FakeContainer& container, bool stops);
  bool MayFollow(const Patient& patient, const FakeContainer& container);
  void CheckOften(const Patient& patient);
  void CheckHost(const Patient& patient);
  void CheckRoots(const Patient& patient);
  void CheckCrowd();
  bool RootIsIll(const Patient& patient) const;
  void UpdateStorm();
  void WaitForWord(const std::string& id);
  void ExpectWord(const std::string& id, SteadyTime since);
  void ExpectPeaceOf(const Patient& patient);
  bool IsHealable(const Patient& patient, const Truth& truth) const;

  FakeHost& host_;
  Ward& ward_;
  const Settings promised_;
  std::optional<std::string> broken_;
  std::map<std::string, Truth> truths_;  // by id
  std::map<std::string, Heals> heals_;   // by service key
  std::set<std::string> given_up_;       // by service key, until the next heal
  std::map<std::uint64_t, std::string> under_way_;
  std::map<std::string, const Heal*> applied_;     // by id
  std::map<std::uint64_t, std::string> episodes_;  // that are open: whose
  std::map<std::uint64_t, SteadyTime> began_;
  std::map<std::string, SteadyTime> paused_;  // from when to
  std::map<std::string, SteadyTime> paused_since_;
  std::optional<SteadyTime> away_since_;
  std::optional<SteadyTime> settles_until_;
  std::optional<SteadyTime> disk_full_since_;
  std::optional<SteadyTime> storm_since_;
  SteadyTime blind_until_;
  milliseconds slow_{0};
};

}  // namespace berth::watchdog::test

// The containers of a simulated host: what is wrong with each of them, what cures it, and who asked for what.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/fake_engine.h"
#include "tests/watchdog/simulation/random.h"

namespace berth::watchdog::test {

using berth::test::FakeContainer;
using berth::test::FakeHost;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

enum class Checks { kRun, kCannotRun, kStopped };

// One service of the host, whichever container it is by now.
struct Patient {
  std::string name;  // of its container
  std::string key;   // as berth calls the service
  bool managed = true;
  bool compose = false;
  bool renamed = false;
  std::string action;        // of its label; empty: restart
  Patient* root = nullptr;   // what it depends on
  Patient* owner = nullptr;  // whose network it uses
  bool ignores_sigterm = false;
  milliseconds boot{1'000};  // from its start until it is healthy

  int starts_needed = 0;     // until it is well again
  bool incurable = false;    // no start helps
  bool misses_root = false;  // unhealthy because its root was
  Checks checks = Checks::kRun;
  std::optional<SteadyTime> stopped_by_person;  // or about to be
  bool person_was_heard = false;                // the event of it arrived at the watchdog
  bool ended_by_us = false;                     // a heal has asked the engine to end it
  bool down_by_us = false;                      // it ended in a heal that did not start it again
  bool tried = false;                           // to heal it, since its last start
  bool muddled = false;                         // a person stopped it in the middle of a heal
  SteadyTime healed;                            // the last heal ended
  bool healing = false;                         // a heal is under way
  std::string leased;                           // the operation that changes it
};

class Ward {
 public:
  Ward(FakeHost& host, Random& random);

  Patient& Admit(Patient patient);
  // Made anew, as Compose does: another container of the same name.
  void MakeAnew(Patient& patient);
  // The container of this id is the patient's from now on.
  void Adopt(const std::string& id, Patient& patient);
  // As people do it, outside of what the watchdog calls.
  void PersonStops(Patient& patient) { ByPerson(patient, false); }
  void PersonKills(Patient& patient) { ByPerson(patient, true); }
  const std::vector<std::unique_ptr<Patient>>& patients() const { return patients_; }
  Patient& Anyone() { return *random_.Pick(patients_); }
  Patient* Of(const std::string& id);
  // Its container; nothing when it was removed.
  FakeContainer* At(const Patient& patient) { return host_.engine.machine.Find(patient.name); }
  // Runs and has reason to be unhealthy.
  bool IsIll(const Patient& patient);

  void FallsIll(Patient& patient, int starts_needed);
  void Recovers(Patient& patient);
  // Every illness is cured by the next start from now on, and every check runs.
  void EndAllCauses();
  // Before the engine restarts: what its next start will be like.
  void PrepareAll();
  // The checks run, so the log of a container is never old when somebody looks at it.
  void RefreshLog(const std::string& name);

  // On the loop, where the watchdog wants to be spoken to.
  void Later(milliseconds delay, std::function<void()> what);

  double lost_events = 0;  // the probability
  std::function<void(const engine::Event& event, bool delivered)> on_event;

 private:
  void ByPerson(Patient& patient, bool kills);
  void Watch(const engine::Event& event, const std::function<void(const engine::Event&)>& deliver);
  void React(const engine::Event& event);
  void Prepare(Patient& patient, FakeContainer& container);
  void RootChanged(Patient& root);
  void MissRoot(Patient& patient);
  void FindRoot(Patient& patient);
  void OwnerStarted(Patient& owner);

  FakeHost& host_;
  Random& random_;
  std::vector<std::unique_ptr<Patient>> patients_;
  std::map<std::string, Patient*> of_id_;
  Patient* person_stops_ = nullptr;
};

}  // namespace berth::watchdog::test

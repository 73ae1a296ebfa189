#include "tests/watchdog/simulation/incidents.h"

#include <numeric>

#include "tests/support/engine_errors.h"

namespace berth::watchdog::test {
namespace {

using berth::test::FakeCalls;
using engine::ContainerState;
using engine::Health;

}  // namespace

const std::vector<Incidents::Kind>& Incidents::Kinds() {
  static const std::vector<Kind> kKinds{
      {16, "falls ill", &Incidents::FallIll},
      {6, "falls incurably ill", &Incidents::FallIncurablyIll},
      {6, "is ill for a moment", &Incidents::RecoverByItself},
      {3, "flaps", &Incidents::Flap},
      {4, "has broken checks", &Incidents::ChecksBreak},
      {3, "is part of a storm", &Incidents::Storm},
      {4, "crashes", &Incidents::Crash},
      {4, "is there when events get lost", &Incidents::LoseEvents},
      {4, "is there when the events are cut", &Incidents::CutEvents},
      {3, "is there when the engine restarts", &Incidents::RestartEngine},
      {2, "is there when the engine does not answer", &Incidents::LoseEngine},
      {3, "is there when calls are slow", &Incidents::SlowDown},
      {5, "can't be healed", &Incidents::FailHeals},
      {3, "can't be seen", &Incidents::FailLists},
      {1, "fills the disk", &Incidents::FillDisk},
      {4, "is stopped by a person", &Incidents::StopByHand},
      {2, "is restarted by a person", &Incidents::RestartByHand},
      {3, "is paused by a person", &Incidents::PauseByHand},
      {2, "is killed by a person", &Incidents::KillByHand},
      {2, "is renamed", &Incidents::Rename},
      {3, "is recreated by a person", &Incidents::Recreate},
      {3, "gets other labels", &Incidents::Relabel},
      {2, "is removed", &Incidents::Remove},
      {3, "is operated on", &Incidents::Operate},
      {2, "is not to be healed", &Incidents::PauseHealing},
      {1, "is forgiven", &Incidents::ResetHealing},
      {1, "is there when the watchdog restarts", &Incidents::RestartWatchdog},
  };
  return kKinds;
}

Incidents::Incidents(IncidentParts parts) : parts_(std::move(parts)) {
  for (const auto& kind : Kinds()) total_weight_ += kind.weight;
}

void Incidents::Begin(SteadyTime end, milliseconds mean_pause) {
  end_ = end;
  mean_ = mean_pause;
  Later(Some(seconds(20), seconds(60)), [this] { Next(); });
}

void Incidents::Next() {
  if (parts_.host.clock.Now() >= end_) return;
  // Often not one alone.
  const auto pause = parts_.random.Chance(0.3) ? Some(seconds(0), seconds(5)) : Some(seconds(1), 2 * mean_);
  Later(pause, [this] { Next(); });
  auto at = static_cast<int>(parts_.random.Below(static_cast<std::size_t>(total_weight_)));
  for (const auto& kind : Kinds()) {
    at -= kind.weight;
    if (at >= 0) continue;
    Patient& patient = parts_.ward.Anyone();
    parts_.trace("-- " + patient.name + " " + kind.name);
    return (this->*kind.happen)(patient);
  }
}

void Incidents::Stop() {
  auto& calls = parts_.host.engine.calls;
  calls.ForgetFaults();
  calls.duration = milliseconds(0);
  parts_.observer.SlowerBy(milliseconds(0));
  parts_.ward.EndAllCauses();
  for (const auto& patient : parts_.ward.patients()) {
    const FakeContainer* container = parts_.ward.At(*patient);
    if (container != nullptr && container->state == ContainerState::kPaused) {
      (void)parts_.host.engine.machine.Unpause(container->id);
    }
    if (parts_.lease) parts_.lease(patient->key, "");
    (void)parts_.watcher->Resume(patient->name);
  }
  (void)parts_.watcher->Resume(std::nullopt);
}

// --- illness

void Incidents::FallIll(Patient& patient) {
  parts_.ward.FallsIll(patient, 1 + static_cast<int>(parts_.random.Below(3)));
}

void Incidents::FallIncurablyIll(Patient& patient) {
  patient.incurable = true;
  parts_.ward.FallsIll(patient, 1);
  Later(Some(minutes(2), minutes(150)), [this, &patient] {
    patient.incurable = false;
    if (parts_.random.Chance(0.5)) parts_.ward.Recovers(patient);
  });
}

void Incidents::RecoverByItself(Patient& patient) {
  parts_.ward.FallsIll(patient, 0);
  Later(Some(milliseconds(1), minutes(1)), [this, &patient] { parts_.ward.Recovers(patient); });
}

void Incidents::Flap(Patient& patient) {
  milliseconds delay{0};
  for (std::size_t i = 0; i < 3 + parts_.random.Below(5); ++i) {
    delay += Some(seconds(5), minutes(2));
    Later(delay, [this, &patient] { parts_.ward.FallsIll(patient, 0); });
    delay += Some(seconds(1), minutes(2));
    Later(delay, [this, &patient] { parts_.ward.Recovers(patient); });
  }
}

void Incidents::ChecksBreak(Patient& patient) {
  patient.checks = parts_.random.Chance(0.5) ? Checks::kCannotRun : Checks::kStopped;
  FakeContainer* container = parts_.ward.At(patient);
  if (container == nullptr || container->state != ContainerState::kRunning) {
    patient.checks = Checks::kRun;
    return;
  }
  if (std::exchange(container->health, Health::kUnhealthy) != Health::kUnhealthy) {
    parts_.host.engine.machine.Emit(*container, "health_status: unhealthy");
  }
  parts_.ward.RefreshLog(patient.name);
  Later(Some(minutes(1), minutes(40)), [this, &patient] {
    if (std::exchange(patient.checks, Checks::kRun) != Checks::kRun) parts_.ward.Recovers(patient);
  });
}

void Incidents::Storm(Patient&) {
  const double part = parts_.random.Chance(0.5) ? 1.0 : 0.7;
  for (const auto& patient : parts_.ward.patients()) {
    if (!parts_.random.Chance(part)) continue;
    Later(Some(seconds(0), seconds(3)), [this, it = patient.get()] { parts_.ward.FallsIll(*it, 1); });
  }
}

void Incidents::Crash(Patient& patient) {
  FakeContainer* container = parts_.ward.At(patient);
  if (container != nullptr && container->Runs()) parts_.host.engine.machine.Exit(*container, 1);
}

// --- the engine

void Incidents::LoseEvents(Patient&) {
  const auto span = Some(seconds(10), minutes(5));
  parts_.ward.lost_events = parts_.random.Chance(0.3) ? 1.0 : 0.5;
  parts_.observer.Disturbed(span);
  Later(span, [this] { parts_.ward.lost_events = 0; });
}

void Incidents::CutEvents(Patient&) {
  parts_.host.engine.CutEvents();
  parts_.observer.Disturbed(seconds(1));
  if (parts_.random.Chance(0.5)) return;
  const auto span = Some(seconds(1), minutes(3));
  parts_.host.engine.calls.Add({.call = "events", .times = FakeCalls::kAlways});
  parts_.observer.Disturbed(span + seconds(6));
  Later(span, [this] { parts_.host.engine.calls.ForgetFaults(); });
}

void Incidents::RestartEngine(Patient&) {
  if (std::exchange(engine_busy_, true)) return;
  auto& engine = parts_.host.engine;
  engine.info.live_restore = parts_.random.Chance(0.4);
  if (!engine.info.live_restore) parts_.ward.PrepareAll();
  const milliseconds outage = Some(milliseconds(200), seconds(90));
  engine.RestartEngine(outage);
  parts_.observer.EngineWent();
  parts_.observer.Disturbed(outage);
  Later(outage, [this] {
    parts_.observer.EngineCame();
    engine_busy_ = false;
  });
}

void Incidents::LoseEngine(Patient&) {
  if (std::exchange(engine_busy_, true)) return;
  parts_.host.engine.GoDown();
  parts_.observer.EngineWent();
  Later(Some(seconds(1), minutes(20)), [this] {
    parts_.host.engine.ComeBack();
    parts_.observer.EngineCame();
    engine_busy_ = false;
  });
}

void Incidents::SlowDown(Patient&) {
  auto& calls = parts_.host.engine.calls;
  calls.duration = Some(milliseconds(10), seconds(3));
  parts_.observer.SlowerBy(seconds(3));
  const auto span = Some(seconds(20), minutes(10));
  parts_.observer.Disturbed(span);
  Later(span, [&calls] { calls.duration = milliseconds(0); });
}

void Incidents::FailHeals(Patient&) {
  const auto times = 1 + static_cast<int>(parts_.random.Below(4));
  std::vector outcomes{FakeCalls::Outcome::kRefused, FakeCalls::Outcome::kReplyLost, FakeCalls::Outcome::kHangs};
  const auto outcome = parts_.random.Pick(outcomes);
  const Error error = outcome == FakeCalls::Outcome::kRefused ? berth::test::EngineError("the engine is out of order")
                                                              : berth::test::TimedOut();
  parts_.host.engine.calls.Add(
      {.call = "restart", .error = error, .outcome = outcome, .times = times, .deadline = seconds(40)});
}

void Incidents::FailLists(Patient&) {
  const char* call = parts_.random.Chance(0.6) ? "list" : "inspect";
  const auto times = 1 + static_cast<int>(parts_.random.Below(12));
  const bool hangs = parts_.random.Chance(0.4);
  parts_.host.engine.calls.Add({.call = call,
                                .error = hangs ? berth::test::TimedOut() : berth::test::EngineError("out of order"),
                                .outcome = hangs ? FakeCalls::Outcome::kHangs : FakeCalls::Outcome::kRefused,
                                .times = times,
                                .deadline = seconds(30)});
  const auto span = Some(seconds(20), minutes(6));
  parts_.observer.Disturbed(span + seconds(1));
  Later(span, [this] { parts_.host.engine.calls.ForgetFaults(); });
}

void Incidents::FillDisk(Patient&) {
  parts_.host.engine.calls.Add({.call = "restart", .error = {Code::kResourceExhausted, "DISK_FULL", "no space left"}});
}

// --- people

void Incidents::StopByHand(Patient& patient) {
  parts_.ward.PersonStops(patient);
  if (parts_.random.Chance(0.3)) parts_.ward.FallsIll(patient, 1);
  if (parts_.random.Chance(0.2)) return;
  Later(Some(seconds(1), minutes(60)), [this, &patient] { (void)parts_.host.engine.machine.Start(patient.name); });
}

void Incidents::RestartByHand(Patient& patient) {
  parts_.ward.PersonStops(patient);
  Later(seconds(11), [this, &patient] { (void)parts_.host.engine.machine.Start(patient.name); });
}

void Incidents::PauseByHand(Patient& patient) {
  (void)parts_.host.engine.machine.Pause(patient.name);
  Later(Some(seconds(1), minutes(30)), [this, &patient] { (void)parts_.host.engine.machine.Unpause(patient.name); });
}

void Incidents::KillByHand(Patient& patient) { parts_.ward.PersonKills(patient); }

void Incidents::Rename(Patient& patient) {
  const std::string name = patient.name + "x";
  if (!parts_.host.engine.machine.Rename(patient.name, name)) return;
  patient.name = name;
  patient.renamed = true;
  if (!patient.compose) patient.key = name;
}

void Incidents::Recreate(Patient& patient) {
  if (patient.healing) return;
  parts_.ward.MakeAnew(patient);
  for (const auto& other : parts_.ward.patients()) {
    if (other->owner != &patient || parts_.random.Chance(0.4)) continue;
    Later(seconds(2), [this, it = other.get()] { parts_.ward.MakeAnew(*it); });
  }
}

void Incidents::Relabel(Patient& patient) {
  if (patient.healing) return;
  patient.managed = parts_.random.Chance(0.7);
  patient.action = parts_.random.Chance(0.3) ? "notify" : "";
  parts_.ward.MakeAnew(patient);
}

void Incidents::Remove(Patient& patient) {
  (void)parts_.host.engine.machine.Remove(patient.name, true);
  Later(Some(seconds(1), minutes(30)), [this, &patient] {
    if (parts_.ward.At(patient) == nullptr) parts_.ward.MakeAnew(patient);
  });
}

void Incidents::Operate(Patient& patient) {
  if (!patient.leased.empty() || patient.healing) return;
  patient.leased = "operation-" + std::to_string(++operations_);
  const std::string key = patient.key;
  parts_.lease(key, patient.leased);
  const auto span = Some(seconds(5), minutes(5));
  if (parts_.random.Chance(0.5)) Later(span / 2, [this, &patient] { parts_.ward.MakeAnew(patient); });
  Later(span, [this, &patient, key] {
    patient.leased.clear();
    parts_.lease(key, "");
  });
}

void Incidents::PauseHealing(Patient& patient) {
  const auto span = Some(seconds(30), minutes(20));
  const bool all = parts_.random.Chance(0.5);
  const auto paused = parts_.watcher->Pause(all ? std::nullopt : std::optional(patient.key), span);
  if (!paused) return;
  const std::string key = all ? "" : patient.key;
  parts_.observer.Paused(key, span);
  if (parts_.random.Chance(0.6)) return;
  Later(span / 2, [this, key] {
    (void)parts_.watcher->Resume(key.empty() ? std::nullopt : std::optional(key));
    parts_.observer.Resumed(key);
  });
}

void Incidents::ResetHealing(Patient& patient) {
  const auto reset = parts_.watcher->Reset(patient.key);
  if (reset) parts_.observer.Reset(patient.key);
}

void Incidents::RestartWatchdog(Patient&) { parts_.restart_watchdog(); }

}  // namespace berth::watchdog::test

#include "tests/watchdog/simulation/ward.h"

#include <algorithm>

#include <boost/asio/post.hpp>

namespace berth::watchdog::test {
namespace {

using engine::ContainerState;
using engine::Health;

boost::json::object LabelsOf(const Patient& patient) {
  boost::json::object labels;
  labels["autoheal"] = patient.managed ? "true" : "false";
  if (!patient.action.empty()) labels["berth.heal.action"] = patient.action;
  if (patient.compose) {
    labels["com.docker.compose.project"] = "shop";
    labels["com.docker.compose.service"] = patient.key.substr(5, patient.key.rfind('/') - 5);
    labels["com.docker.compose.container-number"] = "1";
  }
  if (patient.root != nullptr) labels["berth.depends-on"] = patient.root->key;
  return labels;
}

}  // namespace

Ward::Ward(FakeHost& host, Random& random) : host_(host), random_(random) {
  auto deliver = host_.engine.machine.on_event;
  host_.engine.machine.on_event = [this, deliver](const engine::Event& event) { Watch(event, deliver); };
}

Patient& Ward::Admit(Patient patient) {
  patients_.push_back(std::make_unique<Patient>(std::move(patient)));
  Patient& admitted = *patients_.back();
  MakeAnew(admitted);
  return admitted;
}

void Ward::MakeAnew(Patient& patient) {
  if (FakeContainer* old = At(patient)) (void)host_.engine.machine.Remove(old->id, true);
  boost::json::object host_config{{"RestartPolicy", {{"Name", "unless-stopped"}}}};
  if (patient.owner != nullptr) {
    if (At(*patient.owner) == nullptr) return;
    host_config["NetworkMode"] = "container:" + patient.owner->name;
  }
  auto check = berth::test::FakeHealthcheck();
  check["Interval"] = 5'000'000'000;
  check["Timeout"] = 2'000'000'000;
  check["Retries"] = 2;
  FakeContainer& made = host_.engine.Make(patient.name, "app:1",
                                          {{"Labels", LabelsOf(patient)},
                                           {"HostConfig", std::move(host_config)},
                                           {"Env", {"NAME=" + patient.name}},
                                           {"Healthcheck", std::move(check)}});
  Adopt(made.id, patient);
  patient.stopped_by_person.reset();
  patient.down_by_us = false;
  (void)host_.engine.machine.Start(made.id);
}

void Ward::Adopt(const std::string& id, Patient& patient) {
  of_id_[id] = &patient;
  Prepare(patient, host_.engine.At(id));
}

void Ward::ByPerson(Patient& patient, bool kills) {
  const FakeContainer* container = At(patient);
  if (container == nullptr || !container->Runs()) return;
  // In the middle of a heal, and a moment later, nobody can tell who stopped it.
  if (patient.healing || host_.clock.Now() - patient.healed < milliseconds(600)) {
    patient.muddled = true;
  } else {
    patient.stopped_by_person = host_.clock.Now();
  }
  patient.person_was_heard = false;
  person_stops_ = &patient;
  if (kills) {
    (void)host_.engine.machine.Kill(container->id, "9");
  } else {
    (void)host_.engine.machine.BeginStop(container->id, seconds(10));
  }
  person_stops_ = nullptr;
}

Patient* Ward::Of(const std::string& id) {
  const auto found = of_id_.find(id);
  return found == of_id_.end() ? nullptr : found->second;
}

bool Ward::IsIll(const Patient& patient) {
  const FakeContainer* container = At(patient);
  return container != nullptr && container->state == ContainerState::kRunning &&
         container->health == Health::kUnhealthy;
}

void Ward::Later(milliseconds delay, std::function<void()> what) {
  host_.clock.CallIn(delay, [this, what = std::move(what)] { boost::asio::post(host_.loop.executor(), what); });
}

void Ward::FallsIll(Patient& patient, int starts_needed) {
  patient.starts_needed = std::max(patient.starts_needed, starts_needed);
  FakeContainer* container = At(patient);
  if (container == nullptr) return;
  if (container->state == ContainerState::kRunning) {
    if (patient.checks == Checks::kRun) host_.engine.machine.SetHealth(*container, Health::kUnhealthy);
  } else {
    container->behaviour.healthy_after.reset();
    container->behaviour.unhealthy_after = seconds(5);
  }
}

void Ward::Recovers(Patient& patient) {
  patient.starts_needed = 0;
  patient.incurable = patient.misses_root = false;
  FakeContainer* container = At(patient);
  if (container == nullptr || patient.checks != Checks::kRun) return;
  container->behaviour.healthy_after = patient.boot;
  container->behaviour.unhealthy_after.reset();
  if (container->state == ContainerState::kRunning) host_.engine.machine.SetHealth(*container, Health::kHealthy);
}

void Ward::EndAllCauses() {
  lost_events = 0;
  for (const auto& patient : patients_) {
    patient->incurable = patient->misses_root = false;
    patient->starts_needed = std::min(patient->starts_needed, 1);
    if (std::exchange(patient->checks, Checks::kRun) != Checks::kRun) Recovers(*patient);
    patient->leased.clear();
  }
}

void Ward::PrepareAll() {
  for (const auto& patient : patients_) {
    if (FakeContainer* container = At(*patient)) Prepare(*patient, *container);
  }
}

void Ward::RefreshLog(const std::string& name) {
  FakeContainer* container = host_.engine.machine.Find(name);
  if (container == nullptr || container->state != ContainerState::kRunning) return;
  const Patient* patient = Of(container->id);
  if (patient == nullptr || container->health == Health::kStarting) return;
  const bool failed = container->health == Health::kUnhealthy;
  const int code = patient->checks == Checks::kCannotRun ? -1 : failed ? 1 : 0;
  const auto last = host_.clock.WallNow() - (patient->checks == Checks::kStopped ? minutes(5) : minutes(0));
  container->failing_streak = failed ? 3 : 0;
  container->health_log.assign(3, {last, last, code, failed ? "probe failed" : "ok"});
}

void Ward::Watch(const engine::Event& event, const std::function<void(const engine::Event&)>& deliver) {
  React(event);
  const bool lost = lost_events > 0 && random_.Chance(lost_events);
  const bool delivered = !lost && host_.engine.OpenEventStreams() > 0;
  if (person_stops_ != nullptr && delivered) person_stops_->person_was_heard = true;
  if (on_event) on_event(event, delivered);
  if (!lost) deliver(event);
}

void Ward::React(const engine::Event& event) {
  Patient* patient = Of(event.actor_id);
  FakeContainer* container = host_.engine.machine.Find(event.actor_id);
  if (patient == nullptr || container == nullptr) return;
  if (event.action == "kill" && patient->healing) patient->ended_by_us = true;
  if (person_stops_ == patient && !patient->muddled) patient->ended_by_us = false;
  if (event.action == "die") {
    patient->down_by_us = std::exchange(patient->ended_by_us, false);
    Prepare(*patient, *container);
    RootChanged(*patient);
  }
  if (event.action == "start") {
    patient->stopped_by_person.reset();
    patient->down_by_us = patient->muddled = false;
    patient->tried = patient->healing;
    if (patient->checks == Checks::kStopped) patient->checks = Checks::kRun;
    OwnerStarted(*patient);
  }
  if (event.action.starts_with("health_status")) RootChanged(*patient);
}

// What the next start will be like.
void Ward::Prepare(Patient& patient, FakeContainer& container) {
  auto& next = container.behaviour;
  next.ignores_sigterm = patient.ignores_sigterm;
  patient.misses_root = patient.root != nullptr && (At(*patient.root) == nullptr || IsIll(*patient.root));
  if (patient.starts_needed > 0) --patient.starts_needed;
  const bool well = !patient.incurable && patient.starts_needed == 0 && !patient.misses_root;
  next.healthy_after = well ? std::optional(patient.boot) : std::nullopt;
  next.unhealthy_after = well ? std::nullopt : std::optional(patient.boot + seconds(5));
}

void Ward::RootChanged(Patient& root) {
  const bool ill = IsIll(root) || At(root) == nullptr || !At(root)->Runs();
  for (const auto& each : patients_) {
    Patient* patient = each.get();
    if (patient->root != &root || ill == patient->misses_root) continue;
    const auto delay = random_.Between(seconds(1), seconds(20));
    Later(delay, [this, patient, ill] { ill ? MissRoot(*patient) : FindRoot(*patient); });
  }
}

void Ward::MissRoot(Patient& patient) {
  if (!IsIll(*patient.root) || patient.misses_root) return;
  patient.misses_root = true;
  const FakeContainer* container = At(patient);
  if (container != nullptr && container->state == ContainerState::kRunning) FallsIll(patient, 0);
}

// Most see by themselves that their root is back; some have to be started anew.
void Ward::FindRoot(Patient& patient) {
  if (IsIll(*patient.root) || !std::exchange(patient.misses_root, false)) return;
  if (patient.starts_needed == 0 && !patient.incurable && random_.Chance(0.7)) return Recovers(patient);
  patient.starts_needed = std::max(patient.starts_needed, 1);
}

// Whoever uses the network of a container that was started anew has none any more.
void Ward::OwnerStarted(Patient& owner) {
  for (const auto& each : patients_) {
    Patient* patient = each.get();
    if (patient->owner != &owner || random_.Chance(0.3)) continue;
    Later(seconds(5), [this, patient] {
      const FakeContainer* user = At(*patient);
      const FakeContainer* owns = At(*patient->owner);
      const bool lost = user != nullptr && owns != nullptr && user->Runs() && user->started_at < owns->started_at;
      if (lost && user->state == ContainerState::kRunning) FallsIll(*patient, 0);
    });
  }
}

}  // namespace berth::watchdog::test

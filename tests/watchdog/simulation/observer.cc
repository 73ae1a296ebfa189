#include "tests/watchdog/simulation/observer.h"

#include <algorithm>

namespace berth::watchdog::test {
namespace {

using engine::ContainerState;
using engine::Health;

// How long a call that hangs can keep a decision from becoming a call: its inspect was answered before, whatever else
// hangs.
constexpr seconds kNotice{2};
constexpr seconds kStopMargin{45};
// A trial that comes just before the end may still be under way.
constexpr minutes kTrial{4};

std::string Words(const FakeContainer& container) {
  return container.name + ", which is " + std::string(Name(container.state)) + " and " +
         std::string(Name(container.health));
}

bool Is(const std::string& call, std::string_view method) {
  return call.starts_with(method) && call.size() > method.size() && call[method.size()] == ' ';
}

}  // namespace

Observer::Observer(FakeHost& host, Ward& ward, const Settings& promised)
    : host_(host), ward_(ward), promised_(promised), blind_until_(host.clock.Now()) {}

void Observer::Break(const std::string& promise, const std::string& how) {
  if (!broken_) broken_ = promise + ": " + how;
}

// --- what arrives at the engine

void Observer::Called(const std::string& call) {
  const bool stops = Is(call, "stop");
  const bool mutates = stops || Is(call, "restart") || Is(call, "recreate");
  static const std::set<std::string> kQuestions{"list", "inspect", "events", "inspect-image", "ping", "info"};
  if (!mutates) {
    if (!kQuestions.contains(call.substr(0, call.find(' ')))) Break("S3", "the watchdog called " + call);
    return;
  }
  const FakeContainer* container = host_.engine.machine.Find(call.substr(call.find(' ') + 1));
  if (container == nullptr) return;  // removed while the call was on its way
  const Patient* patient = ward_.Of(container->id);
  if (patient == nullptr || !patient->managed) return Break("S3", call + ", which is not watched");
  if (!patient->leased.empty()) Break("S6", call + " during the operation " + patient->leased);
  CheckTarget(*patient, *container, stops);
  CheckOften(*patient);
  CheckHost(*patient);
}

void Observer::CheckTarget(const Patient& patient, const FakeContainer& container, bool stops) {
  const auto applied = applied_.find(container.id);
  const bool follows = applied != applied_.end() && applied->second->follows_root && !stops;
  const auto& person = patient.stopped_by_person;
  if (person && patient.person_was_heard && *person < Now() && Now() - *person < promised_.stop_timeout) {
    return Break("S1", "a heal of " + Words(container) + " and was stopped by a person");
  }
  const bool running = container.state == ContainerState::kRunning;
  if (running && container.health == Health::kUnhealthy) {
    if (patient.checks != Checks::kRun && !follows) {
      Break("S1", "a heal of " + container.name + ", whose check does not run");
    }
    return;
  }
  const bool again = running || container.state == ContainerState::kRestarting;
  if (follows && again && MayFollow(patient, container)) return;
  const bool unheard = !person || !patient.person_was_heard;
  const bool left_down = applied != applied_.end() && applied->second->left_down;
  if (left_down && container.state == ContainerState::kExited && patient.tried && unheard) return;
  Break("S1", "a heal of " + Words(container));
}

bool Observer::MayFollow(const Patient& patient, const FakeContainer& container) {
  if (patient.owner == nullptr) return false;
  const FakeContainer* owner = ward_.At(*patient.owner);
  return owner != nullptr && owner->started_at > container.started_at;
}

void Observer::CheckOften(const Patient& patient) {
  Heals& heals = heals_[patient.key];
  if (!heals.times.empty()) {
    const auto gap = Now() - heals.times.back();
    if (gap >= promised_.forget) heals.in_row = 0;
    auto backoff = promised_.backoff_first;
    for (int i = 1; i < heals.in_row && backoff < promised_.backoff_ceiling; ++i) backoff *= 2;
    backoff = std::min(backoff, promised_.backoff_ceiling);
    if (heals.in_row > 0 && gap + slow_ + seconds(1) < backoff * 3 / 4) {
      Break("S2", "heal " + std::to_string(heals.in_row + 1) + " in a row of " + patient.key + " after " +
                      std::to_string(std::chrono::round<seconds>(gap).count()) + " s");
    }
  }
  ++heals.in_row;
  heals.times.push_back(Now());
  while (Now() - heals.times.front() + slow_ + seconds(31) >= promised_.budget_window) heals.times.pop_front();
  if (heals.times.size() > static_cast<std::size_t>(promised_.budget)) {
    Break("S2", "heal " + std::to_string(heals.times.size()) + " of " + patient.key + " in 30 minutes");
  }
}

void Observer::CheckHost(const Patient& patient) {
  const auto notice = kNotice + 2 * slow_;
  if (away_since_ && Now() - *away_since_ > notice) Break("S4", "a heal while the engine is away");
  if (settles_until_ && Now() < *settles_until_) Break("S4", "a heal while the engine has just been started");
  if (disk_full_since_ && Now() - *disk_full_since_ > notice && Now() < *disk_full_since_ + promised_.disk_full_pause) {
    Break("S4", "a heal while the engine's disk is full");
  }
  for (const auto& key : {std::string(), patient.key}) {
    const auto until = paused_.find(key);
    const bool paused = until != paused_.end() && Now() < until->second;
    if (paused && Now() - paused_since_[key] > notice) Break("S4", "a heal of " + patient.key + ", which is paused");
  }
}

// --- the watchdog's hands

void Observer::HealBegins(const Heal& heal) {
  applied_[heal.id] = &heal;
  Patient* patient = ward_.Of(heal.id);
  for (const auto& [attempt, key] : under_way_) {
    if (key == heal.service_key) Break("S6", "two heals of " + key + " at once");
  }
  given_up_.erase(heal.service_key);
  CheckCrowd();
  under_way_[heal.attempt] = heal.service_key;
  if (patient == nullptr) return;
  patient->healing = patient->tried = true;
  if (!heal.follows_root && !heal.left_down) CheckRoots(*patient);
}

void Observer::HealEnds(const Heal& heal, const std::optional<Error>& error) {
  under_way_.erase(heal.attempt);
  applied_.erase(heal.id);
  if (Patient* patient = ward_.Of(heal.id)) {
    patient->healing = false;
    patient->healed = Now();
  }
  if (error && error->reason == "DISK_FULL") disk_full_since_ = Now();
}

void Observer::Recreated(const engine::ContainerDetails& old, const FakeContainer& made) {
  if (old.image_id != made.image_id) Break("S7", old.name + " was recreated from another image");
  const auto& config = old.raw.at("Config").as_object();
  for (const char* part : {"Env", "Labels", "Cmd", "Healthcheck", "Image"}) {
    const auto* before = config.if_contains(part);
    const auto* after = made.config.if_contains(part);
    const bool same = before == nullptr || after == nullptr ? before == after : *before == *after;
    if (!same) Break("S8", old.name + " was recreated with another " + part);
  }
}

void Observer::CheckCrowd() {
  if (under_way_.size() >= promised_.in_flight) Break("S4", "more heals under way than allowed");
  const bool storm = storm_since_ && Now() - *storm_since_ > kNotice + 2 * slow_;
  if (storm && under_way_.size() >= promised_.storm_in_flight) Break("S4", "too many heals under way in a storm");
}

void Observer::CheckRoots(const Patient& patient) {
  std::set<const Patient*> seen;
  for (const Patient* root = patient.root; root != nullptr && seen.insert(root).second; root = root->root) {
    const FakeContainer* container = ward_.At(*root);
    if (!root->managed) return;  // what it depends on is not known
    if (container == nullptr || container->state != ContainerState::kRunning) continue;
    const Truth& truth = truths_[container->id];
    if (!IsHealable(*root, truth) || !truth.sick_since || given_up_.contains(root->key)) continue;
    // Of one that was stopped when it was first seen, only a list tells that it has a health check.
    const bool told = truth.delivered && container->health == Health::kUnhealthy;
    const auto notice = told ? seconds(1) + 2 * slow_ : promised_.resync + seconds(10) + 2 * slow_;
    if (Now() - *truth.sick_since <= notice || blind_until_ + notice > Now()) continue;
    Break("S5", "a heal of " + patient.name + " before " + Words(*container));
  }
}

bool Observer::IsHealable(const Patient& patient, const Truth& truth) const {
  return patient.managed && patient.action.empty() && patient.checks == Checks::kRun && truth.last != Outcome::kHeld;
}

// --- what is true

void Observer::Happened(const engine::Event& event, bool delivered) {
  if (event.action == "destroy") {
    truths_.erase(event.actor_id);
    return UpdateStorm();
  }
  const FakeContainer* container = host_.engine.machine.Find(event.actor_id);
  if (container == nullptr) return;
  Truth& truth = truths_[container->id];
  const bool running = container->state == ContainerState::kRunning;
  const bool ill = running && container->health == Health::kUnhealthy;
  const bool sick = ill || (running && container->health == Health::kStarting);
  // Of one that goes on after a pause only a list tells the health; and an event after one that was lost may mean
  // nothing to it before the next list.
  const bool heard = delivered && event.action != "unpause" && Now() > blind_until_ + promised_.resync + seconds(5);
  if (!sick) truth.sick_since.reset();
  if (sick && !truth.sick_since) {
    truth.sick_since = Now();
    truth.delivered = heard;
  }
  if (!ill) truth.ill_since.reset();
  if (ill && !truth.ill_since) {
    truth.ill_since = Now();
    truth.delivered = truth.delivered && heard;
    WaitForWord(container->id);
  }
  if (delivered && event.action == "health_status: healthy") truth.last.reset();
  UpdateStorm();
}

bool Observer::RootIsIll(const Patient& patient) const {
  const FakeContainer* root = patient.root != nullptr && patient.root->managed ? ward_.At(*patient.root) : nullptr;
  const auto found = root != nullptr ? truths_.find(root->id) : truths_.end();
  if (found == truths_.end() || given_up_.contains(patient.root->key)) return false;
  return found->second.ill_since && IsHealable(*patient.root, found->second);
}

void Observer::UpdateStorm() {
  std::size_t watched = 0;
  std::size_t ill = 0;
  bool root_ill = false;
  for (const auto& [id, truth] : truths_) {
    const Patient* patient = ward_.Of(id);
    if (patient == nullptr || !patient->managed) continue;
    ++watched;
    const bool counts = truth.ill_since && truth.delivered && Now() - *truth.ill_since <= promised_.storm_window;
    if (!counts || !IsHealable(*patient, truth) || truth.open.empty() || patient->stopped_by_person) continue;
    ++ill;
    root_ill = root_ill || (!given_up_.contains(patient->key) && RootIsIll(*patient));
  }
  const auto many = std::max({promised_.storm_at_least, (watched + 1) / 2, promised_.in_flight + 1});
  const bool gently = ill >= many && root_ill;
  if (!gently) storm_since_.reset();
  if (gently && !storm_since_) storm_since_ = Now();
}

// --- what is told

void Observer::WaitForWord(const std::string& id) {
  const SteadyTime since = Now();
  const Truth& truth = truths_[id];
  const auto limit = truth.delivered ? seconds(1) : promised_.resync + seconds(10) + slow_ * 10;
  ward_.Later(limit, [this, id, since] { ExpectWord(id, since); });
}

void Observer::ExpectWord(const std::string& id, SteadyTime since) {
  const auto found = truths_.find(id);
  Patient* patient = ward_.Of(id);
  if (found == truths_.end() || patient == nullptr || found->second.ill_since != since) return;
  const Truth& truth = found->second;
  if (!ward_.IsIll(*patient)) return;  // it has stopped without a word: the machine was off
  if (!patient->managed || patient->healing || !truth.open.empty() || truth.last) return;
  const auto& person = patient->stopped_by_person;
  const auto again = [this, id, since](auto when) { ward_.Later(when, [=, this] { ExpectWord(id, since); }); };
  if (person && Now() - *person < promised_.stop_timeout + kStopMargin) return again(kStopMargin);
  if (blind_until_ > since && Now() < blind_until_ + seconds(11) + slow_ * 20)
    return again(milliseconds(10'000) + slow_);
  if (away_since_) return again(seconds(30));
  Break("L1", patient->name + " is unhealthy since " +
                  std::to_string(std::chrono::round<seconds>(Now() - since).count()) + " s, and nothing was said");
}

void Observer::Reported(const Report& report) {
  if (!report.episode) return;
  const Episode& story = *report.episode;
  const auto open = episodes_.find(story.id);
  Truth& truth = truths_[story.container_id];
  if (report.kind == Report::Kind::kBegan) {
    if (open != episodes_.end()) Break("episodes", "one began twice");
    episodes_[story.id] = story.container_id;
    began_[story.id] = Now();
    truth.open.insert(story.id);
    truth.last.reset();
    return UpdateStorm();
  }
  if (report.kind == Report::Kind::kRecovered) truth.last.reset();
  if (report.kind == Report::Kind::kRecovered || report.kind == Report::Kind::kFlapping) return;
  if (open == episodes_.end()) return Break("episodes", "something was told of one that had ended: " + report.reason);
  truths_[std::exchange(open->second, story.container_id)].open.erase(story.id);
  truth.open.insert(story.id);
  if (report.kind != Report::Kind::kEnded) return;
  truth.open.erase(story.id);
  episodes_.erase(open);
  if (story.outcome == Outcome::kGaveUp) given_up_.insert(story.service_key);
  if (story.outcome == Outcome::kGaveUp || story.outcome == Outcome::kHeld) truth.last = story.outcome;
  if (truth.ill_since) {
    truth.ill_since = Now();
    WaitForWord(story.container_id);
  }
}

void Observer::EngineCame() {
  const bool noticed = away_since_ && Now() - *away_since_ > kNotice + 2 * slow_;
  away_since_.reset();
  if (noticed) settles_until_ = Now() + promised_.engine_settle;
  Disturbed(seconds(0));
}

void Observer::Disturbed(milliseconds for_so_long) { blind_until_ = std::max(blind_until_, Now() + for_so_long); }

void Observer::Paused(const std::string& key, milliseconds duration) {
  if (!paused_.contains(key) || paused_[key] <= Now()) paused_since_[key] = Now();
  paused_[key] = Now() + duration;
}

void Observer::Resumed(const std::string& key) { paused_.erase(key); }

void Observer::Reset(const std::string& key) {
  heals_.erase(key);
  given_up_.erase(key);
}

// What it remembers is told again; pauses and holds are gone, and so is what was under way.
void Observer::WatchdogRestarted() {
  for (const auto& patient : ward_.patients()) {
    patient->healing = patient->ended_by_us = patient->down_by_us = false;
    // What it remembers is under the name of then.
    if (!patient->compose && patient->renamed) heals_.erase(patient->key);
  }
  under_way_.clear();
  applied_.clear();
  paused_.clear();
  disk_full_since_.reset();
  settles_until_.reset();
  storm_since_.reset();
  episodes_.clear();
  for (auto& [id, truth] : truths_) {
    truth.open.clear();
    truth.last.reset();
    if (!truth.ill_since) continue;
    truth.ill_since = Now();
    truth.delivered = false;
    WaitForWord(id);
  }
  Disturbed(seconds(0));
}

// --- the end

void Observer::ExpectPeace() {
  for (const auto& patient : ward_.patients()) ExpectPeaceOf(*patient);
  for (const auto& [episode, id] : episodes_) {
    const Patient* patient = ward_.Of(id);
    if (Now() - began_[episode] < kTrial) continue;
    Break("episodes", "the one of " + (patient != nullptr ? patient->name : id) + " has not ended");
  }
}

void Observer::ExpectPeaceOf(const Patient& patient) {
  const FakeContainer* container = ward_.At(patient);
  if (container == nullptr || !patient.managed) return;
  const Truth& truth = truths_[container->id];
  const bool told = truth.last.has_value() || (!truth.open.empty() && Now() - began_[*truth.open.begin()] < kTrial);
  if (ward_.IsIll(patient) && !told) Break("L2", Words(*container) + ", and nobody was told");
  if (patient.down_by_us && !patient.muddled && !container->Runs() && !patient.stopped_by_person && !told) {
    Break("L2", Words(*container) + ": a heal left it so");
  }
}

}  // namespace berth::watchdog::test

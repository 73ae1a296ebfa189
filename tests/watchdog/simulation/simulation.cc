#include "tests/watchdog/simulation/simulation.h"

#include <cstdio>

#include <boost/asio/post.hpp>

#include "tests/watchdog/simulation/spoiled_engine.h"

namespace berth::watchdog::test {
namespace {

using std::chrono::hours;

// Long enough for the longest backoff, and a little.
constexpr minutes kPeace{10};
constexpr hours kLong{10};
// What began last takes so long to end by itself.
constexpr minutes kQuiet{75};

}  // namespace

Settings Simulation::Draw(Random& random) {
  Settings settings;
  settings.resync = settings.interval = seconds(random.Chance(0.5) ? 30 : 60);
  settings.recreate = random.Chance(0.5);
  if (random.Chance(0.2)) settings.in_flight = 3;
  return settings;
}

Simulation::Simulation(std::uint64_t seed, const Plant& plant, OnLine tell)
    : plant_(plant),
      tell_(std::move(tell)),
      random_(seed),
      promised_(Draw(random_)),
      ward_(host_, random_),
      observer_(host_, ward_, promised_) {
  Connect();
  host_.engine.machine.images.Add("app:2", {});
  AdmitAll();
  StartWatchdog();
}

// The watchdog first: it stands on all others.
Simulation::~Simulation() {
  OnTheLoop([this] { watcher_.reset(); });
}

void Simulation::OnTheLoop(std::function<void()> what) {
  boost::asio::post(host_.loop.executor(), std::move(what));
  host_.loop.RunReady();
}

void Simulation::Trace(const std::string& line) {
  if (!tell_) return;
  const auto past = std::chrono::duration_cast<milliseconds>(host_.clock.Now() - began_).count();
  char time[32];
  std::snprintf(time, sizeof time, "%02lld:%02lld:%02lld.%03lld ", static_cast<long long>(past / 3'600'000),
                static_cast<long long>(past / 60'000 % 60), static_cast<long long>(past / 1000 % 60),
                static_cast<long long>(past % 1000));
  tell_(time + line);
}

void Simulation::Connect() {
  host_.engine.calls.before_call = [this](const std::string& call) {
    if (call.starts_with("inspect ")) ward_.RefreshLog(call.substr(8));
    if (tell_) Trace("   call " + call);
    observer_.Called(call);
  };
  ward_.on_event = [this](const engine::Event& event, bool delivered) {
    if (tell_) {
      const auto name = event.attributes.find("name");
      Trace("   event " + event.action + " of " + (name == event.attributes.end() ? "?" : name->second) +
            (delivered ? "" : ", which does not arrive"));
    }
    observer_.Happened(event, delivered);
  };
}

Patient& Simulation::AdmitOne(const std::string& name, bool compose, Patient more) {
  more.name = name;
  more.compose = compose;
  more.key = compose ? "shop/" + name + "/1" : name;
  more.ignores_sigterm = random_.Chance(0.15);
  more.boot = random_.Between(milliseconds(200), seconds(15));
  return ward_.Admit(std::move(more));
}

// A database and what depends on it, a container and those that use its network, some others; now and then many.
void Simulation::AdmitAll() {
  Patient& db = AdmitOne("db", true, {});
  Patient& app = AdmitOne("app", true, {.root = &db});
  AdmitOne("worker", random_.Chance(0.5), {.root = &db});
  if (random_.Chance(0.5)) AdmitOne("front", true, {.root = &app});
  if (random_.Chance(0.7)) {
    Patient& vpn = AdmitOne("vpn", true, {});
    AdmitOne("torrent", true, {.owner = &vpn});
    if (random_.Chance(0.3)) AdmitOne("indexer", false, {.owner = &vpn});
  }
  AdmitOne("stranger", false, {.managed = false});
  AdmitOne("watched", false, {.action = random_.Chance(0.5) ? "notify" : ""});
  const std::size_t others = random_.Chance(0.15) ? 16 : random_.Below(3);
  for (std::size_t i = 0; i < others; ++i) AdmitOne("web" + std::to_string(i), random_.Chance(0.3), {});
}

void Simulation::StartWatchdog() {
  Remembered remembered;
  for (const auto& [id, episode] : episodes_) remembered.episodes.push_back(episode);
  if (plant_.forgets) remembered.episodes.clear();
  Settings settings = promised_;
  if (plant_.settings) plant_.settings(settings);
  alive_ = std::make_shared<bool>(true);
  spoiled_.push_back(std::make_unique<SpoiledEngine>(host_.engine, plant_));
  watcher_ = Watcher::Start(host_.loop.executor(), *spoiled_.back(), host_.clock,
                            std::make_unique<WardHands>(host_, ward_, observer_, plant_, lease_, alive_), settings,
                            std::move(remembered), [this](const Report& report) { Reported(report); });
}

void Simulation::RestartWatchdog() {
  *alive_ = false;
  watcher_.reset();
  observer_.WatchdogRestarted();
  StartWatchdog();
  for (const auto& patient : ward_.patients()) {
    if (!patient->leased.empty()) lease_(patient->key, patient->leased);
  }
}

void Simulation::Reported(const Report& report) {
  Trace("   report: " + report.reason);
  if (report.kind == Report::Kind::kHealing) ++heals_;
  const bool old = report.kind == Report::Kind::kEnded && report.episode && episodes_.contains(report.episode->id) &&
                   report.reason == "the watchdog was stopped before this ended";
  if (report.episode) episodes_[report.episode->id] = *report.episode;
  if (!old) observer_.Reported(report);
}

bool Simulation::RunFor(std::chrono::nanoseconds span) {
  const SteadyTime end = host_.clock.Now() + std::chrono::duration_cast<SteadyTime::duration>(span);
  host_.loop.RunUntil([this] { return observer_.broken().has_value(); }, end - host_.clock.Now());
  host_.engine.calls.Forget();
  return !observer_.broken();
}

std::string Simulation::Run() {
  incidents_.emplace(IncidentParts{host_, random_, ward_, observer_, lease_, watcher_, [this] { RestartWatchdog(); },
                                   [this](const std::string& line) { Trace(line); }});
  const auto end = host_.clock.Now() + kLong - kQuiet;
  incidents_->Begin(end, minutes(random_.Chance(0.5) ? 3 : 10));
  bool kept = true;
  for (int hour = 0; hour < kLong.count() && kept; ++hour) kept = RunFor(hours(1));
  if (kept) OnTheLoop([this] { incidents_->Stop(); });
  Trace("-- peace");
  if (kept) kept = RunFor(kPeace);
  if (kept) observer_.ExpectPeace();
  return observer_.broken().value_or("");
}

}  // namespace berth::watchdog::test

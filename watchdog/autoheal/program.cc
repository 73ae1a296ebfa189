#include "watchdog/autoheal/program.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>

#include "engine/base/backoff.h"
#include "engine/base/host_name.h"
#include "engine/docker_engine.h"
#include "metrics/process.h"
#include "watchdog/autoheal/narrated_hands.h"
#include "watchdog/watchdog_metrics.h"

namespace berth::watchdog::autoheal {
namespace {

using namespace std::chrono_literals;

// A stop timeout of 10 s, and what the engine itself needs; whoever can't wait asks twice.
constexpr auto kPatience = 60s;
constexpr auto kFarewell = 3s;

engine::DockerEngineOptions OptionsOf(const AutohealSettings& settings) {
  engine::DockerEngineOptions options;
  options.call_timeout = settings.call_timeout;
  return options;
}

void PrintOutput(const std::string& text, bool trouble) {
  if (trouble) return Print({OneLine(text), true});
  std::fputs(text.c_str(), stdout);
  if (!text.ends_with('\n')) std::fputc('\n', stdout);
  std::fflush(stdout);
}

}  // namespace

void Print(const LogLine& line) {
  std::FILE* const to = line.trouble ? stderr : stdout;
  std::fputs((Stamp(std::chrono::system_clock::now()) + line.text + "\n").c_str(), to);
  std::fflush(to);
}

Program::Program(boost::asio::io_context& loop, AutohealSettings settings, const engine::Endpoint& endpoint,
                 std::vector<std::string> environment)
    : loop_(loop),
      settings_(std::move(settings)),
      endpoint_(endpoint.ToString()),
      clock_(MakeSystemClock()),
      engine_(engine::MakeDockerEngine(loop_.get_executor(), endpoint, OptionsOf(settings_))),
      sender_(notices::Sender::Start(loop_.get_executor(), *clock_, settings_.targets, {.host = HostName()})),
      script_(loop_.get_executor(), settings_.restart_script, std::move(environment), PrintOutput),
      watcher_(Watcher::Start(loop_.get_executor(), *engine_, *clock_, MakeHands(), settings_.watch, {},
                              [this](const Report& report) { Reported(report); })) {
  AnswerHealth();
  OfferMetrics();
  show_watched_ = std::make_unique<SideTask>(loop_.get_executor(), ShowWatched());
}

Task<> Program::Drain() {
  co_await watcher_->Drain(kPatience);
  co_await sender_->Drain(kFarewell);
}

std::unique_ptr<Hands> Program::MakeHands() {
  return Narrate(MakeEngineHands(*engine_),
                 {.begins = [](const Heal& heal) { Print(BeginLine(heal)); },
                  .ended = [this](const Heal& heal, const Result<std::string>& done) { Ended(heal, done); }});
}

void Program::AnswerHealth() {
  auto health = HealthSocket::Start(loop_.get_executor(), HealthSocketName(), [this] {
    return watcher_->SeesTheEngine() ? "" : "berth-autoheal does not see the Docker Engine at " + endpoint_;
  });
  if (!health) return Print({health.error().message, true});
  health_ = std::move(*health);
}

void Program::OfferMetrics() {
  if (!settings_.metrics) return;
  auto exporter = metrics::Exporter::Start(loop_.get_executor(), *clock_, {.address = *settings_.metrics}, [this] {
    auto families = metrics::ProcessFamilies("berth-autoheal", BERTH_VERSION);
    auto watched = WatchdogFamilies(*watcher_);
    std::move(watched.begin(), watched.end(), std::back_inserter(families));
    return families;
  });
  if (!exporter) return Print({"AUTOHEAL_METRICS: " + OneLine(exporter.error().message), true});
  metrics_ = std::move(*exporter);
}

// What is there when the engine is seen for the first time.
Task<> Program::ShowWatched() {
  Backoff look;
  while (!watcher_->SeesTheEngine()) co_await clock_->SleepFor(look.Next());
  Print(WatchedLine(settings_.watch, watcher_->Watched()));
}

void Program::Ended(const Heal& heal, const Result<std::string>& done) {
  if (!done) Print(FailedLine(heal, done.error()));
  Notify(NoticeOf(heal, done.has_value()));
  if (heal.remedy == Remedy::kRestart) script_.Run(ScriptArguments(heal));
}

void Program::Reported(const Report& report) {
  if (const auto line = LineOf(report)) Print(*line);
  if (auto notice = NoticeOf(report)) Notify(std::move(*notice));
}

void Program::Notify(notices::Notice notice) {
  notice.time = clock_->WallNow();
  sender_->Send(std::move(notice));
}

}  // namespace berth::watchdog::autoheal

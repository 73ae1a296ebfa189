#include "watchdog/autoheal/program.h"

#include <cstdio>
#include <utility>

#include "engine/docker_engine.h"
#include "watchdog/autoheal/narrated_hands.h"

namespace berth::watchdog::autoheal {
namespace {

using namespace std::chrono_literals;

// A stop timeout of 10 s, and what the engine itself needs; whoever can't wait asks twice.
constexpr auto kPatience = 60s;

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
      script_(loop_.get_executor(), settings_.restart_script, std::move(environment), PrintOutput),
      watcher_(Watcher::Start(loop_.get_executor(), *engine_, *clock_, MakeHands(), settings_.watch, {},
                              [this](const Report& report) { Reported(report); })) {
  AnswerHealth();
  show_watched_ = std::make_unique<SideTask>(loop_.get_executor(), ShowWatched());
}

Task<> Program::Drain() { return watcher_->Drain(kPatience); }

std::unique_ptr<Hands> Program::MakeHands() {
  return Narrate(MakeEngineHands(*engine_),
                 {.begins = [this](const Heal& heal) { Begins(heal); },
                  .ended = [this](const Heal& heal, const Result<std::string>& done) { Ended(heal, done); }});
}

void Program::AnswerHealth() {
  auto health = HealthSocket::Start(loop_.get_executor(), HealthSocketName(), [this] {
    return watcher_->SeesTheEngine() ? "" : "berth-autoheal does not see the Docker Engine at " + endpoint_;
  });
  if (!health) return Print({health.error().message, true});
  health_ = std::move(*health);
}

// What is there when the engine is seen for the first time.
Task<> Program::ShowWatched() {
  while (!watcher_->SeesTheEngine()) co_await clock_->SleepFor(100ms);
  Print(WatchedLine(settings_.watch, watcher_->Watched()));
}

void Program::Begins(const Heal& heal) { Print(BeginLine(heal)); }

void Program::Ended(const Heal& heal, const Result<std::string>& done) {
  if (!done) Print(FailedLine(heal, done.error()));
  Notify(NoticeText(heal, done.has_value()));
  if (heal.remedy == Remedy::kRestart) script_.Run(ScriptArguments(heal));
}

void Program::Reported(const Report& report) {
  if (const auto line = LineOf(report)) Print(*line);
  if (const auto text = NoticeText(report)) Notify(*text);
}

void Program::Notify(const std::string&) {}

}  // namespace berth::watchdog::autoheal

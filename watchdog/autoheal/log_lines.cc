#include "watchdog/autoheal/log_lines.h"

#include <algorithm>
#include <array>
#include <ctime>

namespace berth::watchdog::autoheal {
namespace {

using Kind = Report::Kind;
using notices::Severity;

constexpr std::size_t kMostNames = 20;

std::string ShortId(const std::string& id) { return id.substr(0, 12); }

std::string Named(const std::string& name, const std::string& id) {
  return "Container " + name + " (" + ShortId(id) + ")";
}

std::string WhyHealed(const Heal& heal) {
  if (heal.left_down) return "found to be down since the last attempt";
  return heal.follows_root ? "shares the namespace of one that was restarted" : "found to be unhealthy";
}

bool Stops(const Heal& heal) { return heal.remedy == Remedy::kStop; }

bool IsTrouble(const Report& report) {
  const bool given_up = report.episode && report.episode->outcome == Outcome::kGaveUp;
  return given_up || report.kind == Kind::kHealFailed || report.kind == Kind::kBadLabel;
}

// The engine refused it: FailedLine has said so.
bool WasRefused(const Report& report) {
  if (report.kind != Kind::kHealFailed || !report.episode || report.episode->steps.empty()) return false;
  return report.episode->steps.back().result != "ok";
}

bool IsGivenUp(const Report& report) {
  return report.kind == Kind::kEnded && report.episode && report.episode->outcome == Outcome::kGaveUp;
}

std::string Joined(const std::vector<Status>& watched) {
  std::string names;
  for (std::size_t i = 0; i < std::min(watched.size(), kMostNames); ++i) {
    names += (i == 0 ? "" : ", ") + watched[i].container;
  }
  return names + (watched.size() > kMostNames ? ", and " + std::to_string(watched.size() - kMostNames) + " more" : "");
}

std::string HowToOptIn(const Settings& settings) {
  return settings.all ? "No container is there to be watched"
                      : "No container is watched yet: the label " + settings.label + "=true opts in";
}

notices::Notice About(const std::string& name, const std::string& id, const std::string& service_key) {
  notices::Notice notice;
  notice.subject = service_key;
  notice.container = name;
  notice.container_id = id;
  return notice;
}

// Its action is to notify; or its check could not run, or has stopped running.
bool IsOnlyTold(const Report& report) {
  if (!report.episode) return false;
  const bool ended = report.kind == Kind::kEnded && report.episode->outcome == Outcome::kHeld;
  return ended || (report.kind == Kind::kHeld && report.episode->illness != Class::kUnhealthy);
}

struct News {
  std::string event;  // empty: nothing that the notice of a heal does not say
  Severity severity = Severity::kWarning;
  std::string text;  // behind the container's name
};

News NewsOf(const Report& report) {
  const std::string found = "found to be unhealthy. ";
  if (IsGivenUp(report)) return {"gave_up", Severity::kCritical, found + "Given up: " + report.reason};
  if (IsOnlyTold(report)) return {"held", Severity::kWarning, found + "Left as it is: " + report.reason};
  if (report.kind == Kind::kRecovered && report.episode) return {"recovered", Severity::kResolved, "is healthy again."};
  return {};
}

}  // namespace

LogLine BeginLine(const Heal& heal) {
  return {Named("/" + heal.name, heal.id) + " " + WhyHealed(heal) + " - " + (Stops(heal) ? "Stopping" : "Restarting") +
          " container now with " + std::to_string(heal.stop_timeout.count()) + "s timeout"};
}

LogLine FailedLine(const Heal& heal, const Error& error) {
  const std::string doing = Stops(heal) ? "Stopping" : "Restarting";
  return {OneLine(doing + " container " + ShortId(heal.id) + " failed: " + error.message), true};
}

std::optional<LogLine> LineOf(const Report& report) {
  if (report.kind == Kind::kBegan || report.kind == Kind::kHealing || WasRefused(report)) return std::nullopt;
  std::string about;
  if (report.episode) about = Named("/" + report.episode->container, report.episode->container_id) + ": ";
  if (IsGivenUp(report)) about += "given up: ";
  return LogLine{OneLine(about + report.reason), IsTrouble(report)};
}

LogLine WatchedLine(const Settings& settings, const std::vector<Status>& watched) {
  if (watched.empty()) return {HowToOptIn(settings)};
  const std::string count = std::to_string(watched.size()) + (watched.size() == 1 ? " container" : " containers");
  return {OneLine("Watching " + count + ": " + Joined(watched))};
}

std::string Stamp(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm local{};
  localtime_r(&seconds, &local);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%d-%m-%Y %H:%M:%S ", &local)};
}

std::string OneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

notices::Notice NoticeOf(const Heal& heal, bool succeeded) {
  const std::string done = Stops(heal) ? "stopped" : "restarted";
  const std::string to_do = Stops(heal) ? "stop" : "restart";
  auto notice = About(heal.name, heal.id, heal.service_key);
  notice.severity = succeeded ? Severity::kInfo : Severity::kWarning;
  notice.event = succeeded ? "heal_succeeded" : "heal_failed";
  notice.text = Named(heal.name, heal.id) + " " + WhyHealed(heal) + ". " +
                (succeeded ? "Successfully " + done + " the container!" : "Failed to " + to_do + " the container!");
  return notice;
}

std::optional<notices::Notice> NoticeOf(const Report& report) {
  const News news = NewsOf(report);
  if (news.event.empty()) return std::nullopt;
  const Episode& episode = *report.episode;
  auto notice = About(episode.container, episode.container_id, episode.service_key);
  notice.severity = news.severity;
  notice.event = news.event;
  notice.text = OneLine(Named(episode.container, episode.container_id) + " " + news.text);
  return notice;
}

std::vector<std::string> ScriptArguments(const Heal& heal) {
  return {"/" + heal.name, ShortId(heal.id), heal.left_down ? "exited" : "running",
          std::to_string(heal.stop_timeout.count())};
}

}  // namespace berth::watchdog::autoheal

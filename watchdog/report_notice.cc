#include "watchdog/report_notice.h"

#include <algorithm>
#include <utility>

#include "engine/service_key.h"

namespace berth::watchdog {
namespace {

using notices::Notice;
using notices::Severity;

// Containers that were given up and then removed are never heard of again.
constexpr std::size_t kMostRemembered = 4096;

bool IsHeal(const Step& step) { return step.what != "hold" && step.what != "notify"; }

int HealsIn(const Episode& episode) {
  return static_cast<int>(std::count_if(episode.steps.begin(), episode.steps.end(), IsHeal));
}

bool WasStoppedByUs(const Episode& episode) {
  return episode.outcome == Outcome::kStoppedByOperator && !episode.steps.empty() &&
         episode.steps.back().what == "stop" && episode.steps.back().result == "ok";
}

Notice Blank(Severity severity, std::string event, std::string subject, const Report& report, WallTime now) {
  Notice notice{.time = now, .severity = severity, .event = std::move(event), .subject = std::move(subject)};
  notice.text = report.reason;
  return notice;
}

Notice OfEpisode(Severity severity, std::string event, const Report& report, WallTime now) {
  const Episode& episode = *report.episode;
  Notice notice = Blank(severity, std::move(event), episode.service_key, report, now);
  notice.container = episode.container;
  notice.container_id = episode.container_id;
  notice.project = episode.project;
  notice.image = episode.image;
  notice.output = episode.health_output;
  notice.attempt = HealsIn(episode);
  return notice;
}

Notice OfFlapping(const Report& report, WallTime now) {
  const Seen& seen = *report.flapping;
  Notice notice = Blank(Severity::kWarning, "flapping", engine::ServiceKeyOf(seen.name, seen.labels), report, now);
  notice.container = seen.name;
  notice.container_id = seen.id;
  notice.project = engine::LabelOf(seen.labels, "com.docker.compose.project");
  notice.image = seen.image;
  return notice;
}

}  // namespace

std::optional<Notice> ReportNotices::Hear(const Report& report, WallTime now) {
  using Kind = Report::Kind;
  if (report.kind == Kind::kStormBegan) return Blank(Severity::kWarning, "storm", "storm", report, now);
  if (report.kind == Kind::kStormEnded) return Blank(Severity::kResolved, "storm", "storm", report, now);
  if (report.kind == Kind::kFlapping && report.flapping) return OfFlapping(report, now);
  return report.episode ? HearOfContainer(report, now) : std::nullopt;
}

std::optional<Notice> ReportNotices::HearOfContainer(const Report& report, WallTime now) {
  switch (report.kind) {
    case Report::Kind::kHealFailed:
      return Trouble(Severity::kWarning, "heal_failed", report, now);
    case Report::Kind::kHeld:
      // Of one that is merely unhealthy it means "not yet".
      if (report.episode->illness == Class::kUnhealthy) return std::nullopt;
      return Trouble(Severity::kWarning, "held", report, now);
    case Report::Kind::kRecovered:
      return Relief("recovered", report, now);
    case Report::Kind::kEnded:
      return HearEnd(report, now);
    default:
      return std::nullopt;
  }
}

std::optional<Notice> ReportNotices::HearEnd(const Report& report, WallTime now) {
  const Episode& episode = *report.episode;
  switch (episode.outcome) {
    case Outcome::kHealed:
      return Relief("heal_succeeded", report, now);
    case Outcome::kGaveUp:
      return Trouble(Severity::kCritical, "gave_up", report, now);
    case Outcome::kHeld:
      return Trouble(Severity::kWarning, HealsIn(episode) > 0 ? "heal_failed" : "held", report, now);
    default:
      break;
  }
  const bool known = told_.erase(episode.service_key) > 0;
  if (WasStoppedByUs(episode)) return OfEpisode(Severity::kWarning, "stopped", report, now);
  if (!known) return std::nullopt;
  return OfEpisode(Severity::kResolved, "over", report, now);
}

std::optional<Notice> ReportNotices::Trouble(Severity severity, std::string event, const Report& report, WallTime now) {
  const int attempt = HealsIn(*report.episode);
  Told& told = told_[report.episode->service_key];
  if (told.event == event && told.attempt == attempt) return std::nullopt;
  told = {event, attempt};
  if (told_.size() > kMostRemembered) told_.erase(told_.begin());
  return OfEpisode(severity, std::move(event), report, now);
}

std::optional<Notice> ReportNotices::Relief(std::string event, const Report& report, WallTime now) {
  told_.erase(report.episode->service_key);
  return OfEpisode(Severity::kResolved, std::move(event), report, now);
}

}  // namespace berth::watchdog

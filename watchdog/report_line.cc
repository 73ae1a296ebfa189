#include "watchdog/report_line.h"

#include <string>

namespace berth::watchdog {
namespace {

log::Level LevelOfEnd(Outcome outcome) {
  switch (outcome) {
    case Outcome::kGaveUp:
      return log::Level::kError;
    case Outcome::kHeld:
      return log::Level::kWarning;
    default:
      return log::Level::kInfo;
  }
}

}  // namespace

log::Level LevelOf(const Report& report) {
  switch (report.kind) {
    case Report::Kind::kEnded:
      return report.episode ? LevelOfEnd(report.episode->outcome) : log::Level::kInfo;
    case Report::Kind::kHeld:
    case Report::Kind::kRecovered:
    case Report::Kind::kStormEnded:
    case Report::Kind::kHostFree:
    case Report::Kind::kPaused:
    case Report::Kind::kResumed:
      return log::Level::kInfo;
    default:
      return log::Level::kWarning;
  }
}

void Log(const Report& report) {
  const log::Level level = LevelOf(report);
  if (!report.episode) return log::Write(level, report.reason);
  const Episode& episode = *report.episode;
  const std::string number = std::to_string(episode.id);
  log::Write(level, report.reason,
             {{"service", episode.service_key},
              {"container", episode.container},
              {"id", episode.container_id.substr(0, 12)},
              {"episode", number},
              {"outcome", Name(episode.outcome)}});
}

}  // namespace berth::watchdog

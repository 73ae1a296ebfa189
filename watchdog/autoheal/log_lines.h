// The words of willfarrell/autoheal, which people grep and post, and our own in its manner; pure.
#pragma once

#include <optional>
#include <string>

#include "engine/base/error.h"
#include "notices/notice.h"
#include "watchdog/policy.h"

namespace berth::watchdog::autoheal {

struct LogLine {
  std::string text;      // one line
  bool trouble = false;  // to stderr
};

// "Container /web (0123456789ab) found to be unhealthy - Restarting container now with 10s timeout"
LogLine BeginLine(const Heal& heal);
// "Restarting container 0123456789ab failed: why"
LogLine FailedLine(const Heal& heal, const Error& error);
// What else the watchdog decided. Empty for what the lines of a heal say, too.
std::optional<LogLine> LineOf(const Report& report);
// "Watching 3 containers: db, web, worker", or how to opt in when there is none.
LogLine WatchedLine(const Settings& settings, const std::vector<Status>& watched);

// "21-11-2026 15:04:05 ", local time.
std::string Stamp(WallTime time);
// Without line breaks and other control characters.
std::string OneLine(std::string text);

// What people are told after a heal; and when a container is given up, may not be touched, or recovered after all.
notices::Notice NoticeOf(const Heal& heal, bool succeeded);
std::optional<notices::Notice> NoticeOf(const Report& report);

// What the script gets after its own words: /NAME ID12 STATE TIMEOUT.
std::vector<std::string> ScriptArguments(const Heal& heal);

}  // namespace berth::watchdog::autoheal

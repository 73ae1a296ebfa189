// A report as a word to people, if it is one; pure.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "notices/notice.h"
#include "watchdog/policy.h"

namespace berth::watchdog {

// Hears every report, in order, and remembers what people know: they are told when a heal has worked or failed, when
// one is given up, left alone or well again, and when many are ill; nothing twice, and nothing that only the log needs.
class ReportNotices {
 public:
  // `host` is for the sender to fill in.
  std::optional<notices::Notice> Hear(const Report& report, WallTime now);

 private:
  // The last that was told of an illness which is not over.
  struct Told {
    std::string event;
    int attempt = 0;
  };

  std::optional<notices::Notice> HearOfContainer(const Report& report, WallTime now);
  std::optional<notices::Notice> HearEnd(const Report& report, WallTime now);
  std::optional<notices::Notice> Trouble(notices::Severity severity, std::string event, const Report& report,
                                         WallTime now);
  std::optional<notices::Notice> Relief(std::string event, const Report& report, WallTime now);

  std::map<std::string, Told> told_;  // by service key
};

}  // namespace berth::watchdog

// What people read, the same wherever it goes; pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "notices/notice.h"

namespace berth::notices {

std::string_view Name(Severity severity);  // "info", "warning", "critical", "resolved"

// Well-formed text without control characters but tabs and ends of lines, the output cut at 4 KiB.
Notice Clean(Notice notice);

// One notice, or several as one.
struct Message {
  Severity severity = Severity::kInfo;  // the worst
  std::string title;                    // "host1: web is given up", "host1: 12 notices"
  std::string body;                     // sentences, a line each
  std::string output;                   // of the health check; empty for several
};
// Body and output, in so many bytes.
std::string WithOutput(const Message& message, std::size_t limit);

// REQUIRES: `notices` is not empty.
Message MessageOf(const std::vector<Notice>& notices);

}  // namespace berth::notices

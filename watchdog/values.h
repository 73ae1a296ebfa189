// What people write into labels and environment variables, to values; pure. Nothing when it makes no sense.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace berth::watchdog {

// Without the blanks around it.
std::string_view Trimmed(std::string_view text);
// Trimmed, and in lower case.
std::string Lower(std::string_view text);

// True or false, in any letter case.
std::optional<bool> ParseBool(std::string_view text);
// "1.5", "500ms", "30s", "5m", "2h", "-1"; a year at the most. A number alone means seconds.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);
// The same, but never negative.
std::optional<std::chrono::milliseconds> ParseWait(std::string_view text);
// In whole seconds, rounded up; negative: never.
std::optional<std::chrono::seconds> ParseStopTimeout(std::string_view text);

// In quotes, as a sentence may hold it: short, and without control characters.
std::string Quoted(std::string_view value);

}  // namespace berth::watchdog

// The ways in which an instant is written; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/clock.h"

namespace berth::engine {

// RFC 3339 with up to nine digits of a second, "2024-05-01T10:20:30.123456789Z" or with an offset "+02:00". Go's zero
// time, the year 1, and whatever a 64-bit count of nanoseconds cannot hold is WallTime{}: "never". Nothing when `text`
// is no such time.
std::optional<WallTime> ParseTimestamp(std::string_view text);

// RFC 3339 in UTC to the second, "2024-05-01T10:20:30Z".
std::string FormatTimestamp(WallTime time);

// Seconds since 1970 with nanoseconds, "1714558830.123456789": what `since` and `until` want.
std::string UnixTimestamp(WallTime time);

}  // namespace berth::engine

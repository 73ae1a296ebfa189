// Durations and moments, read and written for people; pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include "engine/base/error.h"

namespace berth::cli {

using Milliseconds = std::chrono::milliseconds;
using WallTime = std::chrono::system_clock::time_point;

// "250ms", "30s", "5m", "1h30m", "2d"; a unit is needed, fractions and signs are not accepted. INVALID_ARGUMENT
// otherwise.
Result<Milliseconds> ParseDuration(std::string_view text);

// A moment: how long ago ("10m"), or RFC 3339 ("2025-03-01T12:00:00Z").
Result<WallTime> ParseMoment(std::string_view text, WallTime now);

// "312 ms", "4.2 s", "30 s", "1m 30s", "2h 5m", "3d 4h": the two largest units.
std::string FormatDuration(Milliseconds duration);

// "just now", "3 minutes ago", "2 weeks ago"; "in 5 minutes" when the clocks disagree.
std::string FormatAge(WallTime then, WallTime now);

WallTime FromProto(const google::protobuf::Timestamp& timestamp);
Milliseconds FromProto(const google::protobuf::Duration& duration);
google::protobuf::Timestamp ToProto(WallTime moment);
google::protobuf::Duration ToProto(Milliseconds duration);

}  // namespace berth::cli

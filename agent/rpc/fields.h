// One field of a request each: its value, or INVALID_ARGUMENT (BAD_FIELD) with its name; pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include "engine/base/clock.h"
#include "engine/base/error.h"

namespace berth::rpc {

inline constexpr std::chrono::hours kLongestDuration{24};

// "timeout: must be positive".
Error BadField(std::string_view field, std::string_view problem);
// The error of a parser that did not know which field it read.
Error InField(Error error, std::string_view field);

// From `least` to `most`, to the millisecond, rounded up.
Result<std::chrono::milliseconds> ToDuration(const google::protobuf::Duration& duration, std::string_view field,
                                             std::chrono::milliseconds least,
                                             std::chrono::hours most = kLongestDuration);
Result<WallTime> ToTime(const google::protobuf::Timestamp& time, std::string_view field);

// At most `limit` bytes without control characters. Empty is fine.
Result<> CheckText(const std::string& text, std::string_view field, std::size_t limit);
// Empty, or 8-4-4-4-12 hexadecimal digits.
Result<> CheckUuid(const std::string& text, std::string_view field);
// 16 lower-case hexadecimal digits.
bool IsOperationId(std::string_view text);

}  // namespace berth::rpc

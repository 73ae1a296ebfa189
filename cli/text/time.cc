#include "cli/text/time.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include <google/protobuf/util/time_util.h>

#include "cli/text/safe.h"

namespace berth::cli {
namespace {

using google::protobuf::util::TimeUtil;

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kLongest = 10'000 * kDay;

Error BadDuration(std::string_view text) {
  return {Code::kInvalidArgument, "BAD_DURATION",
          "\"" + Safe(text) + "\" is not a duration; write a number with a unit, such as 30s, 5m or 1h30m"};
}

std::optional<std::int64_t> UnitOf(std::string_view unit) {
  if (unit == "ms") return 1;
  if (unit == "s") return kSecond;
  if (unit == "m") return kMinute;
  if (unit == "h") return kHour;
  if (unit == "d") return kDay;
  return std::nullopt;
}

// Takes "90s" off the front, in milliseconds.
std::optional<std::int64_t> TakeTerm(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  const std::size_t length = std::min(text.find_first_of("0123456789"), text.size());
  const auto unit = UnitOf(text.substr(0, length));
  if (!unit || number > kLongest / *unit) return std::nullopt;
  text.remove_prefix(length);
  return number * *unit;
}

std::string TwoUnits(std::int64_t large, const char* large_unit, std::int64_t small, const char* small_unit) {
  std::string text = std::to_string(large) + large_unit;
  return small == 0 ? text : text + " " + std::to_string(small) + small_unit;
}

// "4.2 s", but "30 s".
std::string Seconds(std::int64_t milliseconds) {
  const std::int64_t tenths = milliseconds / 100;
  const std::string whole = std::to_string(tenths / 10);
  return tenths % 10 == 0 ? whole + " s" : whole + "." + std::to_string(tenths % 10) + " s";
}

struct AgeUnit {
  std::int64_t length;
  const char* name;
};
constexpr std::array kAgeUnits = {AgeUnit{365 * kDay, "year"}, AgeUnit{30 * kDay, "month"}, AgeUnit{7 * kDay, "week"},
                                  AgeUnit{kDay, "day"},        AgeUnit{kHour, "hour"},      AgeUnit{kMinute, "minute"},
                                  AgeUnit{kSecond, "second"}};

// "3 minutes", from one second on.
std::string RoundedDown(std::int64_t milliseconds) {
  for (const AgeUnit& unit : kAgeUnits) {
    const std::int64_t count = milliseconds / unit.length;
    if (count > 0) return std::to_string(count) + " " + unit.name + (count == 1 ? "" : "s");
  }
  return "";
}

}  // namespace

Result<Milliseconds> ParseDuration(std::string_view text) {
  if (text.empty()) return BadDuration(text);
  std::int64_t sum = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const auto term = TakeTerm(rest);
    if (!term || (sum += *term) > kLongest) return BadDuration(text);
  }
  return Milliseconds(sum);
}

Result<WallTime> ParseMoment(std::string_view text, WallTime now) {
  if (const auto ago = ParseDuration(text)) return now - *ago;
  google::protobuf::Timestamp timestamp;
  if (TimeUtil::FromString(std::string(text), &timestamp)) return FromProto(timestamp);
  return Error{Code::kInvalidArgument, "BAD_TIME",
               "\"" + Safe(text) + "\" is neither a duration such as 10m nor a time such as 2025-03-01T12:00:00Z"};
}

std::string FormatDuration(Milliseconds duration) {
  const std::int64_t milliseconds = duration.count();
  if (milliseconds < kSecond) return std::to_string(milliseconds) + " ms";
  if (milliseconds < kMinute) return Seconds(milliseconds);
  if (milliseconds < kHour) return TwoUnits(milliseconds / kMinute, "m", milliseconds % kMinute / kSecond, "s");
  if (milliseconds < kDay) return TwoUnits(milliseconds / kHour, "h", milliseconds % kHour / kMinute, "m");
  return TwoUnits(milliseconds / kDay, "d", milliseconds % kDay / kHour, "h");
}

std::string FormatAge(WallTime then, WallTime now) {
  const std::int64_t age = std::chrono::duration_cast<Milliseconds>(now - then).count();
  if (age >= kSecond) return RoundedDown(age) + " ago";
  return age > -kSecond ? "just now" : "in " + RoundedDown(-age);
}

WallTime FromProto(const google::protobuf::Timestamp& timestamp) {
  return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::seconds(timestamp.seconds()) +
                                                                 std::chrono::nanoseconds(timestamp.nanos())));
}

Milliseconds FromProto(const google::protobuf::Duration& duration) {
  return Milliseconds(TimeUtil::DurationToMilliseconds(duration));
}

google::protobuf::Timestamp ToProto(WallTime moment) {
  using std::chrono::microseconds;
  return TimeUtil::MicrosecondsToTimestamp(std::chrono::duration_cast<microseconds>(moment.time_since_epoch()).count());
}

google::protobuf::Duration ToProto(Milliseconds duration) { return TimeUtil::MillisecondsToDuration(duration.count()); }

}  // namespace berth::cli

#include "agent/rpc/fields.h"

#include <algorithm>
#include <cstdint>

namespace berth::rpc {
namespace {

using std::chrono::milliseconds;

constexpr std::int32_t kNanosPerSecond = 1'000'000'000;
constexpr std::size_t kOperationIdDigits = 16;
// 1970 to 2200: what fits into the nanoseconds of a WallTime, and nobody's log is older.
constexpr std::int64_t kLastSecond = 7'258'118'400;

bool IsLowerHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
bool IsHex(char c) { return IsLowerHex(c) || (c >= 'A' && c <= 'F'); }
bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

std::string InWords(milliseconds duration) {
  return duration.count() % 1000 == 0 ? std::to_string(duration.count() / 1000) + " s"
                                      : std::to_string(duration.count()) + " ms";
}

bool IsUuid(std::string_view text) {
  static constexpr std::string_view kPattern = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::equal(text.begin(), text.end(), kPattern.begin(), kPattern.end(),
                    [](char c, char wanted) { return wanted == 'x' ? IsHex(c) : c == wanted; });
}

}  // namespace

Error BadField(std::string_view field, std::string_view problem) {
  return InField({Code::kInvalidArgument, "BAD_FIELD", std::string(problem)}, field);
}

Error InField(Error error, std::string_view field) {
  error.metadata["field"] = field;
  return Annotate(std::move(error), field);
}

Result<milliseconds> ToDuration(const google::protobuf::Duration& duration, std::string_view field, milliseconds least,
                                std::chrono::hours most) {
  const std::int64_t seconds = duration.seconds();
  const std::int32_t nanos = duration.nanos();
  if (seconds < 0 || nanos < 0) return BadField(field, "must not be negative");
  if (nanos >= kNanosPerSecond) return BadField(field, "has more than 999999999 nanoseconds");
  const std::string too_long = "must be at most " + std::to_string(most.count()) + " hours";
  if (seconds > std::chrono::seconds(most).count()) return BadField(field, too_long);
  const auto value = std::chrono::ceil<milliseconds>(std::chrono::seconds(seconds) + std::chrono::nanoseconds(nanos));
  if (value > most) return BadField(field, too_long);
  if (value < least) return BadField(field, "must be at least " + InWords(least));
  return value;
}

Result<WallTime> ToTime(const google::protobuf::Timestamp& time, std::string_view field) {
  if (time.seconds() < 0 || time.seconds() >= kLastSecond)
    return BadField(field, "must be between the years 1970 and 2200");
  if (time.nanos() < 0 || time.nanos() >= kNanosPerSecond)
    return BadField(field, "has nanoseconds outside 0 to 999999999");
  const auto since_epoch = std::chrono::seconds(time.seconds()) + std::chrono::nanoseconds(time.nanos());
  return WallTime(std::chrono::duration_cast<WallTime::duration>(since_epoch));
}

Result<> CheckText(const std::string& text, std::string_view field, std::size_t limit) {
  if (text.size() > limit) return BadField(field, "must be at most " + std::to_string(limit) + " bytes");
  if (std::any_of(text.begin(), text.end(), IsControl)) return BadField(field, "must not have control characters");
  return {};
}

Result<> CheckUuid(const std::string& text, std::string_view field) {
  if (text.empty() || IsUuid(text)) return {};
  return BadField(field, "must be a UUID like 1b4e28ba-2fa1-41d2-883f-0016d3cca427, or empty");
}

bool IsOperationId(std::string_view text) {
  return text.size() == kOperationIdDigits && std::all_of(text.begin(), text.end(), IsLowerHex);
}

}  // namespace berth::rpc

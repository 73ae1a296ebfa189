#include "agent/operations/pull_retry.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string>
#include <utility>

#include "engine/base/backoff.h"

namespace berth::agent {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kTries = 6;
constexpr int kTriesWhenBusy = 8;
constexpr milliseconds kLongest{std::chrono::hours(24)};

milliseconds NthDelay(int n, milliseconds first, milliseconds ceiling) {
  Backoff backoff(first, ceiling);
  milliseconds delay = backoff.Next();
  for (int i = 1; i < n; ++i) delay = backoff.Next();
  return delay;
}

bool MayPass(const Error& error) { return error.code == Code::kUnavailable || error.code == Code::kDeadlineExceeded; }

bool IsUnit(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || (c & 0x80) != 0; }

// How many milliseconds it has; nothing for a word that is no unit. A number alone means seconds, as in HTTP.
std::optional<double> UnitOf(std::string_view word) {
  static constexpr std::pair<std::string_view, double> kUnits[] = {
      {"", 1e3},        {"ns", 1e-6},  {"us", 1e-3},    {"\xc2\xb5s", 1e-3}, {"ms", 1},  {"s", 1e3},
      {"sec", 1e3},     {"secs", 1e3}, {"second", 1e3}, {"seconds", 1e3},    {"m", 6e4}, {"minute", 6e4},
      {"minutes", 6e4}, {"h", 36e5},   {"hour", 36e5},  {"hours", 36e5}};
  const auto* found =
      std::find_if(std::begin(kUnits), std::end(kUnits), [&](const auto& it) { return it.first == word; });
  return found != std::end(kUnits) ? std::optional(found->second) : std::nullopt;
}

// The number and the unit in front of `text`, which are taken off it.
std::optional<double> TakePart(std::string_view& text) {
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (parsed.ec != std::errc() || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
  if (text.starts_with(' ') && text.size() > 1 && IsUnit(text[1])) text.remove_prefix(1);
  const auto end = std::find_if_not(text.begin(), text.end(), IsUnit);
  const auto unit = UnitOf({text.begin(), end});
  text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
  return unit ? std::optional(number * *unit) : std::nullopt;
}

}  // namespace

std::optional<milliseconds> RetryAfterIn(std::string_view message) {
  std::string lower(message);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return c < 0x80 ? std::tolower(c) : c; });
  std::size_t at = lower.find("retry-after");
  if (at == lower.npos) at = lower.find("retry after");
  if (at == lower.npos) return std::nullopt;
  std::string_view rest = std::string_view(lower).substr(at + 11);
  rest.remove_prefix(std::min(rest.find_first_not_of(":= \""), rest.size()));
  std::optional<double> sum;
  while (const auto part = TakePart(rest)) sum = sum.value_or(0) + *part;
  if (!sum) return std::nullopt;
  return milliseconds(static_cast<milliseconds::rep>(std::min(*sum, static_cast<double>(kLongest.count()))));
}

std::optional<milliseconds> RetryOf(const Error& error, int failures, milliseconds left) {
  if (!MayPass(error)) return std::nullopt;
  const bool busy = error.reason == "REGISTRY_BUSY";
  if (failures >= (busy ? kTriesWhenBusy : kTries)) return std::nullopt;
  milliseconds delay = busy ? NthDelay(failures, seconds(5), seconds(60)) : NthDelay(failures, seconds(1), seconds(16));
  // A registry that names a few microseconds names them to everybody.
  if (busy) delay = std::max(RetryAfterIn(error.message).value_or(delay), milliseconds(seconds(1)));
  return delay < left ? std::optional(delay) : std::nullopt;
}

}  // namespace berth::agent

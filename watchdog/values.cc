#include "watchdog/values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace berth::watchdog {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr double kLongestSeconds = 366.0 * 24 * 3600;

std::optional<double> SecondsPerUnit(std::string_view unit) {
  constexpr std::pair<std::string_view, double> kUnits[] = {{"", 1}, {"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}};
  for (const auto& [name, value] : kUnits) {
    if (name == unit) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string Lower(std::string_view text) {
  std::string lower(Trimmed(text));
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::optional<bool> ParseBool(std::string_view text) {
  const std::string word = Lower(text);
  if (word == "true") return true;
  if (word == "false") return false;
  return std::nullopt;
}

std::optional<milliseconds> ParseDuration(std::string_view text) {
  const std::string word = Lower(text);
  double number = 0;
  const auto parsed = std::from_chars(word.data(), word.data() + word.size(), number, std::chars_format::fixed);
  if (parsed.ec != std::errc()) return std::nullopt;
  const auto unit = SecondsPerUnit(std::string_view(parsed.ptr, word.data() + word.size()));
  if (!unit || !std::isfinite(number) || std::abs(number * *unit) > kLongestSeconds) return std::nullopt;
  return milliseconds(std::llround(number * *unit * 1000));
}

std::optional<milliseconds> ParseWait(std::string_view text) {
  const auto duration = ParseDuration(text);
  return duration && duration->count() >= 0 ? duration : std::nullopt;
}

std::optional<seconds> ParseStopTimeout(std::string_view text) {
  const auto duration = ParseDuration(text);
  if (!duration) return std::nullopt;
  return duration->count() < 0 ? seconds(-1) : std::chrono::ceil<seconds>(*duration);
}

std::string Quoted(std::string_view value) {
  std::string text(value.substr(0, 40));
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return "\"" + text + (value.size() > 40 ? "...\"" : "\"");
}

}  // namespace berth::watchdog

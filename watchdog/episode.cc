#include "watchdog/episode.h"

#include <algorithm>
#include <array>

namespace berth::watchdog {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 3> kIllnesses{"unhealthy", "probe_error", "stale"};
constexpr std::array<std::string_view, 7> kOutcomes{
    "open", "healed", "gave_up", "held", "vanished", "superseded", "stopped_by_operator"};

template <class Enum, std::size_t n>
std::optional<Enum> Parse(const std::array<std::string_view, n>& names, std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view Name(Class illness) { return kIllnesses[static_cast<std::size_t>(illness)]; }
std::string_view Name(Outcome outcome) { return kOutcomes[static_cast<std::size_t>(outcome)]; }
std::optional<Class> ParseClass(std::string_view text) { return Parse<Class>(kIllnesses, text); }
std::optional<Outcome> ParseOutcome(std::string_view text) { return Parse<Outcome>(kOutcomes, text); }

}  // namespace berth::watchdog

#include "watchdog/policy/words.h"

#include <array>

#include "engine/timestamp.h"

namespace berth::watchdog {

std::string_view Name(Remedy remedy) {
  constexpr std::array<std::string_view, 4> kNames{"restart", "recreate", "rollback", "stop"};
  return kNames.at(static_cast<std::size_t>(remedy));
}

std::string_view Name(Circuit circuit) {
  constexpr std::array<std::string_view, 3> kNames{"closed", "open", "trial"};
  return kNames.at(static_cast<std::size_t>(circuit));
}

namespace policy {

std::string Words(std::chrono::nanoseconds duration) {
  const auto tenths = std::chrono::round<std::chrono::duration<long long, std::deci>>(duration).count();
  if (tenths >= 36'000 && tenths % 36'000 == 0) return std::to_string(tenths / 36'000) + " h";
  if (tenths >= 1'200 && tenths % 600 == 0) return std::to_string(tenths / 600) + " min";
  const std::string whole = std::to_string(tenths / 10);
  return (tenths % 10 == 0 ? whole : whole + "." + std::to_string(tenths % 10)) + " s";
}

std::string Clock(WallTime time) { return engine::FormatTimestamp(time); }

std::string Plural(std::size_t count, std::string_view thing) {
  return std::to_string(count) + " " + std::string(thing) + (count == 1 ? "" : "s");
}

std::string Past(Remedy remedy) {
  constexpr std::array<std::string_view, 4> kNames{"restarted", "recreated", "rolled back", "stopped"};
  return std::string(kNames.at(static_cast<std::size_t>(remedy)));
}

}  // namespace policy
}  // namespace berth::watchdog

#include "cli/view/watchdog.h"

#include <chrono>

#include "cli/text/safe.h"
#include "cli/text/table.h"
#include "cli/view/words.h"

namespace berth::cli {
namespace {

// "40 s": in whole seconds, and never 0.
std::string Until(const google::protobuf::Timestamp& moment, WallTime now) {
  return FormatDuration(std::chrono::ceil<std::chrono::seconds>(FromProto(moment) - now));
}

std::string WhyHeldBack(const v1::Watchdog& watchdog, WallTime now, const Palette& palette) {
  std::string lines;
  const auto add = [&](const std::string& line) { lines += palette(Tone::kWarning, line) + "\n"; };
  if (watchdog.has_pause_end_time() && FromProto(watchdog.pause_end_time()) > now) {
    add("Paused for another " + Until(watchdog.pause_end_time(), now) +
        ": nothing is healed. End it with: berthctl health resume");
  }
  if (!watchdog.hold().empty()) add("Held: nothing is healed on this host: " + Safe(watchdog.hold()));
  if (watchdog.storm()) add("Storm: so many are unhealthy at once that only a few are healed at a time");
  return lines.empty() ? "" : lines + "\n";
}

std::string HealthOf(const v1::WatchedContainer& container, const Palette& palette) {
  const std::string health = HealthCell(container.health(), palette);
  return container.flapping() ? health + palette(Tone::kWarning, ", flapping") : health;
}

// "restart in 40 s"
std::string NextCell(const v1::WatchedContainer& container, WallTime now) {
  std::string action = Safe(container.next_action());
  if (action.empty() || action == "none") return "-";
  if (!container.has_next_action_time()) return action;
  const bool later = FromProto(container.next_action_time()) > now;
  return later ? action + " in " + Until(container.next_action_time(), now) : action + " now";
}

std::string RenderTable(const v1::Watchdog& watchdog, WallTime now, int width, const Palette& palette) {
  Table table({{"CONTAINER"}, {"STATE"}, {"HEALTH"}, {"LAST CHECK", true}, {"HEALS"}, {"CIRCUIT"}, {"NEXT", true}});
  for (const auto& container : watchdog.containers()) {
    table.Add({Safe(container.container()), palette(ToneOf(container.state()), Word(container.state())),
               HealthOf(container, palette), LastLine(container.health_output()),
               std::to_string(container.heals_in_window()),
               palette(ToneOf(container.circuit()), Word(container.circuit())), NextCell(container, now)});
  }
  return table.Render(width, palette);
}

std::string WhatToDo(const v1::Watchdog& watchdog) {
  std::string names;
  for (const auto& container : watchdog.containers()) {
    if (container.circuit() == v1::CIRCUIT_OPEN) names += " " + Safe(container.container());
  }
  if (names.empty()) return "";
  return "\nHealed too often in vain:" + names +
         ". berthctl health episodes --long says why; try again at once with: berthctl health reset" + names + "\n";
}

std::string NothingToShow(const v1::Watchdog& watchdog) {
  if (watchdog.watched() > 0) return "Nothing is unhealthy, of " + std::to_string(watchdog.watched()) + " watched\n";
  return "Nothing is watched: give a container a HEALTHCHECK and the label berth.heal=true\n";
}

}  // namespace

std::string RenderWatchdog(const v1::Watchdog& watchdog, WallTime now, int width, const Palette& palette) {
  if (!watchdog.enabled()) return "The watchdog is off: nothing is healed. The agent's configuration switches it on\n";
  const std::string held_back = WhyHeldBack(watchdog, now, palette);
  if (watchdog.containers().empty()) return held_back + NothingToShow(watchdog);
  return held_back + RenderTable(watchdog, now, width, palette) + WhatToDo(watchdog);
}

bool IsWell(const v1::WatchedContainer& container) {
  return container.health() != v1::HEALTH_UNHEALTHY && container.episode().empty() &&
         container.circuit() == v1::CIRCUIT_CLOSED;
}

}  // namespace berth::cli

#include "watchdog/watchdog_metrics.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <string>

namespace berth::watchdog {
namespace {

using engine::Health;
using metrics::Counter;
using metrics::Family;
using metrics::Gauge;
using metrics::Type;

constexpr std::array kHealths = {Health::kHealthy, Health::kUnhealthy, Health::kStarting, Health::kNone};
constexpr std::array kCircuits = {Circuit::kClosed, Circuit::kOpen, Circuit::kTrial};
constexpr std::array kOutcomes = {Outcome::kHealed,   Outcome::kGaveUp,     Outcome::kHeld,
                                  Outcome::kVanished, Outcome::kSuperseded, Outcome::kStoppedByOperator};

double Count(const std::vector<Status>& watched, const std::function<bool(const Status&)>& is_so) {
  return static_cast<double>(std::count_if(watched.begin(), watched.end(), is_so));
}

// One sample for each of `all`, whether it occurs or not: a figure that comes and goes can't be alerted on.
template <class Values, class ValueOf>
Family PerValue(Family family, const std::string& label, const Values& all, ValueOf value_of) {
  for (const auto each : all) family.samples.push_back({{{label, std::string(Name(each))}}, value_of(each)});
  return family;
}

Family Containers(const std::vector<Status>& watched) {
  return PerValue({"berth_watchdog_containers", Type::kGauge, "Containers that are watched, by their health.", {}},
                  "health", kHealths, [&](Health health) {
                    return Count(watched, [health](const Status& status) { return status.health == health; });
                  });
}

Family Circuits(const std::vector<Status>& watched) {
  return PerValue({"berth_watchdog_circuits",
                   Type::kGauge,
                   "Containers that are watched, by their circuit; open: given up until a later trial.",
                   {}},
                  "state", kCircuits, [&](Circuit circuit) {
                    return Count(watched, [circuit](const Status& status) { return status.circuit == circuit; });
                  });
}

Family EndedEpisodes(const Counters& counters) {
  return PerValue({"berth_watchdog_episodes_ended_total", Type::kCounter, "Illnesses that ended, by how.", {}},
                  "outcome", kOutcomes, [&](Outcome outcome) {
                    const auto found = counters.episodes_ended.find(outcome);
                    return found == counters.episodes_ended.end() ? 0.0 : static_cast<double>(found->second);
                  });
}

double LastResync(const Counters& counters) {
  return std::chrono::duration<double>(counters.last_resync.time_since_epoch()).count();
}

double Number(std::uint64_t count) { return static_cast<double>(count); }

}  // namespace

std::vector<Family> WatchdogFamilies(const Watcher& watcher) {
  const auto watched = watcher.Watched();
  const auto host = watcher.Host();
  const auto& counters = watcher.counters();
  return {
      Containers(watched),
      Circuits(watched),
      Gauge("berth_watchdog_flapping_containers", "Containers that keep falling ill again.",
            Count(watched, [](const Status& status) { return status.flapping; })),
      Gauge("berth_watchdog_open_episodes", "Illnesses that are under way.",
            Count(watched, [](const Status& status) { return status.episode.has_value(); })),
      Gauge("berth_watchdog_heals_in_flight", "Heals that are under way.", Number(host.in_flight)),
      Gauge("berth_watchdog_storm", "1 while so many are ill at once that few are healed at a time.", host.storm),
      Gauge("berth_watchdog_held", "1 while nothing is healed on this host, for whatever reason.", !host.hold.empty()),
      Gauge("berth_watchdog_paused", "1 while a person has paused all healing.", host.paused_until.has_value()),
      Counter("berth_watchdog_heals_total", "Heals that were tried.", Number(counters.heals_begun)),
      Counter("berth_watchdog_heals_failed_total", "Heals that the engine refused, or that took too long.",
              Number(counters.heals_failed)),
      EndedEpisodes(counters),
      Gauge("berth_watchdog_engine_seen", "1 while the engine answers and what it listed is fresh.",
            watcher.SeesTheEngine()),
      Gauge("berth_watchdog_event_stream_up", "1 while the engine's events come in.", watcher.StreamIsUp()),
      Counter("berth_watchdog_event_stream_losses_total", "Times that the engine's events broke off.",
              Number(counters.stream_losses)),
      Counter("berth_watchdog_events_total", "Events of the engine that came in.", Number(counters.events)),
      Counter("berth_watchdog_resyncs_total", "Complete lists of all containers.", Number(counters.resyncs)),
      Gauge("berth_watchdog_last_resync_timestamp_seconds",
            "When the last complete list came in, as Unix time; 0: none has.", LastResync(counters)),
  };
}

}  // namespace berth::watchdog

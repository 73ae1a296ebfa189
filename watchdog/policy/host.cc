#include "watchdog/policy/host.h"

#include <algorithm>

#include "watchdog/policy/register.h"
#include "watchdog/policy/restraint.h"
#include "watchdog/policy/story.h"
#include "watchdog/policy/words.h"

namespace berth::watchdog::policy {
namespace {

bool IsAhead(const std::optional<SteadyTime>& time, Now now) { return time && *time > now.steady; }

void EndPause(Deciding& d, std::optional<SteadyTime>& until, const std::string& what, bool at_once) {
  if (!until) return;
  if (!at_once && *until > d.now.steady) return d.WakeAt(*until);
  until.reset();
  TellOfHost(d, Report::Kind::kResumed, "healing of " + what + " goes on");
}

void EndPauses(Deciding& d) {
  EndPause(d, d.world.host.paused_until, "all containers", false);
  for (auto& [key, service] : d.world.services) EndPause(d, service.paused_until, key, false);
}

// Those that something would be done about if there were room.
std::size_t CountIll(const Deciding& d, bool recent) {
  return static_cast<std::size_t>(
      std::count_if(d.world.minded.begin(), d.world.minded.end(), [&](const Container* container) {
        if (!container->story || !IsIll(*container) || container->look_again || !container->unhealthy_since)
          return false;
        return !recent || d.now.steady - *container->unhealthy_since <= d.settings.storm_window;
      }));
}

// One that others wait for: they may recover with it, if it is not starved of the machine by their restarts.
bool AnyRootIsIll(const Deciding& d) {
  return std::any_of(d.world.minded.begin(), d.world.minded.end(),
                     [&](const Container* container) { return container->wanted == d.world.decision; });
}

Wait Paused(const Deciding& d, SteadyTime until, const std::string& by) {
  return {by + " until " + Clock(d.WallAt(until)), "held: paused", until};
}

}  // namespace

std::optional<Wait> HostHold(const Host& host, Now now) {
  if (host.engine_away) return Wait{"the engine does not answer", "held: the engine is away", std::nullopt};
  if (IsAhead(host.settle_until, now)) {
    return Wait{"the engine was just started", "held: the engine was just started", host.settle_until};
  }
  if (IsAhead(host.disk_full_until, now)) {
    return Wait{"the engine's disk is full: free some space on it", "held: the engine's disk is full",
                host.disk_full_until};
  }
  return std::nullopt;
}

std::optional<Wait> PausedNow(const Deciding& d, const Container& container) {
  if (IsAhead(d.world.host.paused_until, d.now)) return Paused(d, *d.world.host.paused_until, "healing is paused");
  const Service* service = FindService(d.world, container.key);
  if (service != nullptr && IsAhead(service->paused_until, d.now)) {
    return Paused(d, *service->paused_until, "healing of " + container.key + " is paused");
  }
  const auto& label = container.rules.paused_until;
  if (!label || *label <= d.now.wall) return std::nullopt;
  // A wall clock may be set, and a far future does not fit: look again every now and then.
  const auto wait = std::min<WallTime::duration>(*label - d.now.wall, std::chrono::hours(1));
  return Wait{"its label berth.heal.pause_until pauses healing until " + Clock(*label), "held: paused",
              d.now.steady + std::chrono::ceil<std::chrono::milliseconds>(wait)};
}

void Observe(Deciding& d, const EngineLost&) { d.world.host.engine_away = true; }

void Observe(Deciding& d, const EngineBack& back) {
  d.world.host.engine_away = false;
  if (!back.restarted) return;
  d.world.host.settle_until = d.now.steady + d.settings.engine_settle;
  // It stops everything as it ends, as a person would; and it does not go on with what people asked for before.
  for (auto& [id, container] : d.world.containers) container.stop_asked.reset();
}

void Observe(Deciding& d, const Leased& leased) {
  if (leased.holder.empty() && FindService(d.world, leased.service_key) == nullptr) return;
  ServiceOf(d.world, leased.service_key).holder = leased.holder;
  d.world.starts_changed = true;
  const auto named = d.world.named.find(leased.service_key);
  if (named == d.world.named.end()) return;
  for (Container* container : named->second) container->busy_until.reset();
}

void Observe(Deciding& d, const Pause& pause) {
  auto& until = pause.service_key ? ServiceOf(d.world, *pause.service_key).paused_until : d.world.host.paused_until;
  until = d.now.steady + pause.duration;
  TellOfHost(
      d, Report::Kind::kPaused,
      "healing of " + pause.service_key.value_or("all containers") + " is paused until " + Clock(d.WallAt(*until)));
}

void Observe(Deciding& d, const Resume& resume) {
  if (!resume.service_key) return EndPause(d, d.world.host.paused_until, "all containers", true);
  if (Service* service = FindService(d.world, *resume.service_key)) {
    EndPause(d, service->paused_until, *resume.service_key, true);
  }
}

void Observe(Deciding& d, const Reset& reset) {
  Service* service = FindService(d.world, reset.service_key);
  if (service == nullptr) return;
  Forget(*service);
  service->heals.clear();
  service->impossible.clear();
}

void UpdateHost(Deciding& d) {
  EndPauses(d);
  const auto hold = HostHold(d.world.host, d.now);
  if (hold && hold->until) d.WakeAt(*hold->until);
  if (hold.has_value() == std::exchange(d.world.host.held, hold.has_value())) return;
  if (hold) return TellOfHost(d, Report::Kind::kHostHeld, "nothing is healed: " + hold->reason);
  TellOfHost(d, Report::Kind::kHostFree, "healing goes on");
}

void UpdateStorm(Deciding& d) {
  bool& storm = d.world.host.storm;
  const std::size_t many = std::max({d.settings.storm_at_least, (d.world.watched + 1) / 2, d.settings.in_flight + 1});
  const std::size_t ill = CountIll(d, !storm);
  if ((ill >= many) == storm) return;
  storm = !storm;
  if (!storm) return TellOfHost(d, Report::Kind::kStormEnded, "few enough containers are unhealthy again");
  TellOfHost(d, Report::Kind::kStormBegan,
             std::to_string(ill) + " of " + Plural(d.world.watched, "watched container") +
                 " are unhealthy at once: whoever others depend on is healed first, " +
                 std::to_string(d.settings.storm_in_flight) + " at a time");
}

std::size_t MostInFlight(const Deciding& d) {
  const bool gently = d.world.host.storm && AnyRootIsIll(d);
  const std::size_t most = gently ? d.settings.storm_in_flight : d.settings.in_flight;
  return std::max<std::size_t>(most, 1);
}

}  // namespace berth::watchdog::policy

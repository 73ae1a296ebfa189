#include "watchdog/policy/waits.h"

#include <algorithm>

#include "watchdog/policy/dependencies.h"
#include "watchdog/policy/host.h"
#include "watchdog/policy/restraint.h"
#include "watchdog/policy/words.h"

namespace berth::watchdog::policy {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Beyond its stop timeout: then whoever asked for the stop did not get it.
constexpr seconds kStopMargin{30};

std::optional<Wait> Until(const Deciding& d, SteadyTime time, std::string reason, std::string phrase) {
  if (time <= d.now.steady) return std::nullopt;
  return Wait{std::move(reason), std::move(phrase), time};
}

std::optional<Wait> WaitForLease(const Deciding& d, const Container& container) {
  const Service* service = FindService(d.world, container.key);
  if (service != nullptr && !service->holder.empty()) {
    return Wait{"the operation " + service->holder + " is changing it", "wait for " + service->holder, std::nullopt};
  }
  if (!container.busy_until) return std::nullopt;
  return Until(d, *container.busy_until, "it can't be touched at the moment", "wait");
}

// Of the watchdog, the container and the illness.
std::optional<Wait> WaitForTime(const Deciding& d, const Container& container) {
  if (auto wait = Until(d, *d.world.host.began + d.settings.start_period,
                        "the watchdog was just started: it heals after " + Words(d.settings.start_period),
                        "wait for the start period")) {
    return wait;
  }
  if (container.follow || container.left_down) return std::nullopt;
  if (auto wait = Until(d, container.started + container.rules.grace,
                        "it has " + Words(container.rules.grace) + " of grace after its start", "wait for its grace")) {
    return wait;
  }
  return Until(d, container.unhealthy_since.value_or(d.now.steady) + container.rules.confirm,
               "it has to be unhealthy for " + Words(container.rules.confirm), "wait for confirmation");
}

std::optional<Wait> WaitForHost(const Deciding& d) {
  auto hold = HostHold(d.world.host, d.now);
  if (hold) hold->reason = "nothing is healed: " + hold->reason;
  return hold;
}

}  // namespace

bool WasStopped(Deciding& d, Container& container) {
  if (!container.stop_asked) return false;
  if (container.rules.stop_timeout < seconds(0)) return true;
  const auto end = *container.stop_asked + container.rules.stop_timeout + kStopMargin;
  if (end > d.now.steady) {
    d.WakeAt(end);
    return true;
  }
  container.stop_asked.reset();
  return false;
}

bool IsDoneWith(Deciding& d, const Container& container) {
  if (container.story || !container.last_story) return false;
  if (container.rules.action == Action::kNotify) return true;
  const Service* service = FindService(d.world, container.key);
  const bool given_up = container.last_story->outcome == Outcome::kGaveUp && service != nullptr &&
                        service->circuit == Circuit::kOpen && service->trial_at > d.now.steady;
  if (given_up) d.WakeAt(service->trial_at);
  return given_up;
}

std::optional<Wait> WaitBefore(Deciding& d, Container& container) {
  if (auto wait = WaitForHost(d)) return wait;
  if (auto wait = PausedNow(d, container)) return wait;
  if (auto wait = WaitForLease(d, container)) return wait;
  if (auto wait = WaitForTime(d, container)) return wait;
  if (container.look_again) {
    if (auto wait = Until(d, *container.look_again, container.wait.reason, container.wait.phrase)) return wait;
  }
  return WaitForRoot(d, container);
}

std::string WhySpent(Deciding& d, const Container& container) {
  const Service* found = FindService(d.world, container.key);
  const Service service = found != nullptr ? *found : Service{};
  const auto& settings = d.settings;
  if (service.circuit == Circuit::kTrial) return "the trial did not help";
  if (!NextRemedy(container, service, settings)) {
    const bool recreate = container.must_recreate || container.follow;
    return recreate ? "the container whose namespace it uses is gone, and it can't be made anew from here"
                    : "nothing has helped: " + Plural(service.heals.size(), "heal") + " in vain";
  }
  const int heals = HealsInWindow(service, d.now, settings);
  if (settings.budget == 0 || service.circuit == Circuit::kOpen || heals < settings.budget) return "";
  return "it was healed " + Plural(static_cast<std::size_t>(heals), "time") + " in " + Words(settings.budget_window);
}

std::optional<Wait> BackoffOf(Deciding& d, const Container& container) {
  const Service* service = FindService(d.world, container.key);
  if (service == nullptr) return std::nullopt;
  return Until(d, service->not_before,
               "it was healed " + Plural(static_cast<std::size_t>(service->in_row), "time") +
                   " in a row: the next heal comes at " + Clock(d.WallAt(service->not_before)),
               "wait for the backoff");
}

}  // namespace berth::watchdog::policy

#include "watchdog/policy/flap.h"

#include <algorithm>
#include <utility>

#include "watchdog/policy/story.h"
#include "watchdog/policy/words.h"

namespace berth::watchdog::policy {
namespace {

std::size_t Most(const Settings& settings) { return static_cast<std::size_t>(std::max(settings.flap_transitions, 1)); }

}  // namespace

bool IsFlapping(const Container& container, Now now, const Settings& settings) {
  const auto& times = container.transitions;
  return times.size() >= Most(settings) && now.steady - times.front() < settings.flap_window;
}

void CountTransition(Deciding& d, Container& container, engine::Health verdict) {
  const auto last = std::exchange(container.last_verdict, verdict);
  if (!last || *last == verdict) return;
  const bool before = IsFlapping(container, d.now, d.settings);
  auto& times = container.transitions;
  times.push_back(d.now.steady);
  while (times.size() > Most(d.settings)) times.pop_front();
  const bool told = container.rules.watched && container.rules.action != Action::kNone;
  if (before || !told || !IsFlapping(container, d.now, d.settings)) return;
  Tell(d, Report::Kind::kFlapping, container,
       container.seen.name + " has changed between healthy and unhealthy " + Plural(times.size(), "time") + " in " +
           Words(d.settings.flap_window));
  d.decisions.reports.back().flapping = container.seen;
}

}  // namespace berth::watchdog::policy

#include "watchdog/policy/remember.h"

#include <algorithm>

#include "watchdog/policy/host.h"
#include "watchdog/policy/register.h"
#include "watchdog/policy/restraint.h"
#include "watchdog/policy/story.h"

namespace berth::watchdog::policy {
namespace {

using Stories = std::vector<const Episode*>;

bool IsHeal(const Step& step) {
  return step.what == "restart" || step.what == "recreate" || step.what == "rollback" || step.what == "stop";
}

// A date that was set back must not put anything into the future.
SteadyTime SteadyAt(Now now, WallTime time) { return now.steady - std::max(now.wall - time, WallTime::duration(0)); }

void RememberHeal(Deciding& d, Service& service, SteadyTime time) {
  const bool long_ago = !service.heals.empty() && time - service.heals.back() >= d.settings.forget;
  service.in_row = long_ago ? 1 : service.in_row + 1;
  service.heals.push_back(time);
}

// Of the episodes in a row that were given up, up to now, those that opened the circuit: it was not open yet.
void RememberCircuit(Deciding& d, Service& service, const Stories& stories) {
  const auto other = std::find_if(stories.rbegin(), stories.rend(),
                                  [](const Episode* story) { return story->outcome != Outcome::kGaveUp; });
  for (auto story = other.base(); story != stories.end(); ++story) {
    const SteadyTime ended = SteadyAt(d.now, (**story).ended_at);
    if (service.circuit == Circuit::kOpen && ended < service.trial_at) continue;
    OpenCircuit(service, d.now, d.settings);
    service.trial_at = ended + service.open_for;
  }
}

void RememberService(Deciding& d, const std::string& key, const Stories& stories) {
  Service& service = ServiceOf(d.world, key);
  for (const Episode* story : stories) {
    for (const Step& step : story->steps) {
      if (IsHeal(step)) RememberHeal(d, service, SteadyAt(d.now, step.time));
    }
  }
  const Episode& last = *stories.back();
  const bool over = last.outcome != Outcome::kOpen && last.outcome != Outcome::kGaveUp;
  if (over && d.now.steady - SteadyAt(d.now, last.ended_at) >= d.settings.forget) service.in_row = 0;
  if (service.in_row > 0) service.not_before = service.heals.back() + Backoff(d.settings, key, service.in_row);
  if (last.outcome == Outcome::kOpen) {
    service.restarts_in_vain = static_cast<int>(std::count_if(last.steps.begin(), last.steps.end(), IsHeal));
  }
  RememberCircuit(d, service, stories);
}

void EndOfAnEarlierProcess(Deciding& d, Episode story) {
  story.outcome = Outcome::kSuperseded;
  story.ended_at = d.now.wall;
  story.reason = "the watchdog was stopped before this ended";
  d.decisions.reports.push_back({Report::Kind::kEnded, story.reason, story, std::nullopt});
}

}  // namespace

void Observe(Deciding& d, const Remembered& remembered) {
  std::map<std::string, Stories> of_key;
  for (const Episode& story : remembered.episodes) {
    d.world.episodes = std::max(d.world.episodes, story.id);
    of_key[story.service_key].push_back(&story);
    if (story.outcome == Outcome::kOpen) EndOfAnEarlierProcess(d, story);
  }
  for (auto& [key, stories] : of_key) {
    std::sort(stories.begin(), stories.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
    RememberService(d, key, stories);
  }
  for (const Pause& pause : remembered.pauses) Observe(d, pause);
}

}  // namespace berth::watchdog::policy

#include "watchdog/policy/story.h"

#include <algorithm>

namespace berth::watchdog::policy {
namespace {

constexpr std::size_t kMostSteps = 64;

void MakeRoom(std::vector<Step>& steps) {
  if (steps.size() < kMostSteps) return;
  const auto hold = std::find_if(steps.begin(), steps.end(), [](const Step& step) { return step.what == "hold"; });
  steps.erase(hold != steps.end() ? hold : steps.begin());
}

std::vector<Step>::iterator StepOf(Episode& story, const Flight& flight) {
  const auto found = std::find_if(story.steps.rbegin(), story.steps.rend(), [&](const Step& step) {
    return step.result.empty() && step.what == Name(flight.remedy);
  });
  return found == story.steps.rend() ? story.steps.end() : std::prev(found.base());
}

// The next story begins from nothing.
void Clear(Container& container) {
  container.story.reset();
  container.verify_until.reset();
  container.look_again.reset();
  container.busy_until.reset();
  container.may_be_down = container.left_down = container.must_recreate = false;
  container.wait = {};
  container.told.clear();
  container.heals = 0;
}

}  // namespace

void Begin(Deciding& d, Container& container, std::string reason) {
  container.story = Episode{.id = ++d.world.episodes,
                            .service_key = container.key,
                            .project = container.project,
                            .container = container.seen.name,
                            .container_id = container.seen.id,
                            .image = container.seen.image,
                            .began_at = d.now.wall};
  container.last_story.reset();
  Tell(d, Report::Kind::kBegan, container, std::move(reason));
}

void AddStep(Deciding& d, Container& container, std::string_view what, std::string reason) {
  if (!container.story) return;
  MakeRoom(container.story->steps);
  container.story->steps.push_back({d.now.wall, std::string(what), what == "hold" ? "ok" : "", std::move(reason)});
}

void FinishStep(Container& container, const Flight& flight, std::string result) {
  if (!container.story) return;
  const auto step = StepOf(*container.story, flight);
  if (step != container.story->steps.end()) step->result = std::move(result);
}

void TakeBackStep(Container& container, const Flight& flight) {
  if (!container.story) return;
  const auto step = StepOf(*container.story, flight);
  if (step != container.story->steps.end()) container.story->steps.erase(step);
}

void Tell(Deciding& d, Report::Kind kind, Container& container, std::string reason) {
  container.told = reason;
  if (container.story) container.story->reason = reason;
  d.decisions.reports.push_back({kind, std::move(reason), container.story, std::nullopt});
}

void TellOfHost(Deciding& d, Report::Kind kind, std::string reason) {
  d.decisions.reports.push_back({kind, std::move(reason), std::nullopt, std::nullopt});
}

void Hold(Deciding& d, Container& container, const Wait& wait) {
  container.wait = wait;
  if (wait.until) d.WakeAt(*wait.until);
  if (container.told == wait.reason) return;
  AddStep(d, container, "hold", wait.reason);
  Tell(d, Report::Kind::kHeld, container, wait.reason);
}

void End(Deciding& d, Container& container, Outcome outcome, std::string reason) {
  if (!container.story) return;
  container.story->outcome = outcome;
  container.story->ended_at = d.now.wall;
  Tell(d, Report::Kind::kEnded, container, std::move(reason));
  if (outcome == Outcome::kGaveUp || outcome == Outcome::kHeld) container.last_story = container.story;
  Clear(container);
}

}  // namespace berth::watchdog::policy

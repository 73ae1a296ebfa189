#include "cli/view/episode.h"

#include <algorithm>
#include <vector>

#include "cli/text/safe.h"
#include "cli/text/table.h"
#include "cli/view/facts.h"
#include "cli/view/words.h"

namespace berth::cli {
namespace {

// "stopped by operator"
template <class Enum>
std::string Phrase(Enum value) {
  std::string words = Word(value);
  std::ranges::replace(words, '-', ' ');
  return words;
}

std::string OutcomeCell(const v1::Episode& episode, const Palette& palette) {
  return palette(ToneOf(episode.outcome()), Phrase(episode.outcome()));
}

Milliseconds Between(const google::protobuf::Timestamp& begin, WallTime end) {
  return std::max(Milliseconds(0), std::chrono::duration_cast<Milliseconds>(end - FromProto(begin)));
}

// Until now while it is open.
std::string LastedOf(const v1::Episode& episode, WallTime now) {
  return FormatDuration(Between(episode.begin_time(), episode.has_end_time() ? FromProto(episode.end_time()) : now));
}

// The others tell what was not done.
bool IsHeal(const v1::EpisodeStep& step) { return step.action() != "hold" && step.action() != "notify"; }

// "after 140 ms: restart, ok: it was unhealthy"
std::string Line(const v1::Episode& episode, const v1::EpisodeStep& step) {
  std::string line = "after " + FormatDuration(Between(episode.begin_time(), FromProto(step.time()))) + ": ";
  line += Safe(step.action());
  if (!step.result().empty()) line += ", " + Safe(step.result());
  if (step.result().empty() && IsHeal(step)) line += ", under way";
  return step.reason().empty() ? line : line + ": " + Safe(step.reason());
}

std::string RenderInFull(const v1::Episode& episode, WallTime now, const Palette& palette) {
  Facts facts(palette);
  facts.Add("episode", Safe(episode.name()));
  facts.Add("container", Safe(episode.container()));
  facts.Add("id", Safe(episode.container_id()));
  facts.Add("service", Safe(episode.service_key()));
  facts.Add("image", Safe(episode.image()));
  facts.Add("illness", Phrase(episode.illness()));
  facts.Add("began", AgeOf(episode.begin_time(), now));
  facts.Add("lasted", LastedOf(episode, now));
  facts.Add("outcome", OutcomeCell(episode, palette));
  facts.Add("reason", Safe(episode.reason()));
  facts.AddList("last check", SafeLines(episode.health_output()));
  std::vector<std::string> steps;
  for (const auto& step : episode.steps()) steps.push_back(Line(episode, step));
  facts.AddList("steps", steps);
  return facts.Render();
}

}  // namespace

std::string RenderEpisodes(const v1::ListEpisodesResponse& list, WallTime now, int width, const Palette& palette) {
  Table table({{"BEGAN"}, {"CONTAINER"}, {"ILLNESS"}, {"OUTCOME"}, {"HEALS"}, {"LASTED"}, {"REASON", true}});
  for (const auto& episode : list.episodes()) {
    table.Add({AgeOf(episode.begin_time(), now), Safe(episode.container()), Phrase(episode.illness()),
               OutcomeCell(episode, palette), std::to_string(std::ranges::count_if(episode.steps(), IsHeal)),
               LastedOf(episode, now), Safe(episode.reason())});
  }
  return table.Render(width, palette);
}

std::string RenderEpisodesInFull(const v1::ListEpisodesResponse& list, WallTime now, const Palette& palette) {
  std::string text;
  for (const auto& episode : list.episodes()) {
    text += (text.empty() ? "" : "\n") + RenderInFull(episode, now, palette);
  }
  return text;
}

}  // namespace berth::cli

#include "agent/episode_json.h"

#include <boost/json/array.hpp>

#include "agent/json_values.h"
#include "agent/operations/json_access.h"

namespace berth::agent {
namespace {

using boost::json::array;
using boost::json::object;
using watchdog::Episode;
using watchdog::Step;

object ToJson(const Step& step) {
  return {{"time", Nanoseconds(step.time)}, {"what", step.what}, {"result", step.result}, {"reason", step.reason}};
}

Step StepFromJson(const object& json) {
  return {TimeAt(json, "time"), StringAt(json, "what"), StringAt(json, "result"), StringAt(json, "reason")};
}

}  // namespace

object ToJson(const Episode& episode) {
  array steps;
  for (const auto& step : episode.steps) steps.push_back(ToJson(step));
  return {{"project", episode.project},
          {"container_id", episode.container_id},
          {"image", episode.image},
          {"illness", watchdog::Name(episode.illness)},
          {"outcome", watchdog::Name(episode.outcome)},
          {"reason", episode.reason},
          {"health_output", episode.health_output},
          {"steps", std::move(steps)}};
}

Episode EpisodeFromJson(const object& json) {
  Episode episode;
  episode.project = StringAt(json, "project");
  episode.container_id = StringAt(json, "container_id");
  episode.image = StringAt(json, "image");
  episode.illness = watchdog::ParseClass(StringAt(json, "illness")).value_or(watchdog::Class::kUnhealthy);
  episode.outcome = watchdog::ParseOutcome(StringAt(json, "outcome")).value_or(watchdog::Outcome::kOpen);
  episode.reason = StringAt(json, "reason");
  episode.health_output = StringAt(json, "health_output");
  for (const auto& step : ArrayAt(json, "steps")) {
    if (const auto* found = step.if_object()) episode.steps.push_back(StepFromJson(*found));
  }
  return episode;
}

}  // namespace berth::agent

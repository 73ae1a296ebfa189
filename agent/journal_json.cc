#include "agent/journal_json.h"

#include <array>

#include <boost/json/array.hpp>

#include "agent/json_values.h"
#include "agent/operations/json_access.h"

namespace berth::agent {
namespace {

using boost::json::array;
using boost::json::object;

constexpr std::array<std::string_view, 10> kKinds = {"start",
                                                     "stop",
                                                     "restart",
                                                     "upgrade",
                                                     "rollback",
                                                     "recreate",
                                                     "upgrade_group",
                                                     "obtain_certificate",
                                                     "renew_certificate",
                                                     "deploy_certificate"};
constexpr std::array<std::string_view, 3> kOrigins = {"caller", "watchdog", "certificates"};
constexpr std::array<std::string_view, 6> kStates = {"queued", "running",   "succeeded",
                                                     "failed", "cancelled", "validated"};
constexpr std::array<std::string_view, 4> kPhases = {"preparing", "switching", "taking_over", "committed"};
constexpr std::array<std::string_view, 4> kHealths = {"none", "starting", "healthy", "unhealthy"};

array Texts(const std::vector<std::string>& texts) { return array(texts.begin(), texts.end()); }

std::vector<std::string> TextsAt(const object& json, std::string_view key) {
  std::vector<std::string> texts;
  for (const auto& text : ArrayAt(json, key)) texts.push_back(StringOf(text));
  return texts;
}

object ToJson(const FieldChange& change) {
  return {{"field", change.field}, {"old", change.old_value}, {"new", change.new_value}};
}

FieldChange FieldChangeFromJson(const object& json) {
  return {StringAt(json, "field"), StringAt(json, "old"), StringAt(json, "new")};
}

object ToJson(const LayerProgress& layer) {
  return {{"layer", layer.layer},
          {"status", layer.status},
          {"current_bytes", layer.current_bytes},
          {"total_bytes", layer.total_bytes}};
}

LayerProgress LayerFromJson(const object& json) {
  return {StringAt(json, "layer"), StringAt(json, "status"), NumberAt<std::uint64_t>(json, "current_bytes"),
          NumberAt<std::uint64_t>(json, "total_bytes")};
}

object ToJson(const HealthProgress& health) {
  return {{"probes", health.probes},
          {"health", Word(kHealths, health.health)},
          {"elapsed_ms", health.elapsed.count()},
          {"timeout_ms", health.timeout.count()},
          {"last_output", health.last_output}};
}

HealthProgress HealthProgressFromJson(const object& json) {
  return {NumberAt<std::uint32_t>(json, "probes"), FromWord(kHealths, StringAt(json, "health"), engine::Health::kNone),
          MillisecondsAt(json, "elapsed_ms"), MillisecondsAt(json, "timeout_ms"), StringAt(json, "last_output")};
}

object ToJson(const engine::HealthProbe& probe) {
  return {{"started_at", Nanoseconds(probe.started_at)},
          {"finished_at", Nanoseconds(probe.finished_at)},
          {"exit_code", probe.exit_code},
          {"output", probe.output}};
}

engine::HealthProbe ProbeFromJson(const object& json) {
  return {TimeAt(json, "started_at"), TimeAt(json, "finished_at"), NumberAt<int>(json, "exit_code"),
          StringAt(json, "output")};
}

object ToJson(const Contender& contender) {
  return {{"id", contender.id},
          {"side_name", contender.side_name},
          {"restart_policy", contender.restart_policy.name},
          {"restart_maximum", contender.restart_policy.maximum_retries}};
}

Contender ContenderFromJson(const object& json) {
  return {StringAt(json, "id"),
          StringAt(json, "side_name"),
          {StringAt(json, "restart_policy"), NumberAt<int>(json, "restart_maximum")}};
}

object ToJson(const SwapRecord& swap) {
  return {{"name", swap.name},
          {"serves", swap.serves},
          {"outgoing", ToJson(swap.outgoing)},
          {"incoming", ToJson(swap.incoming)},
          {"created", swap.created}};
}

SwapRecord SwapFromJson(const object& json) {
  return {StringAt(json, "name"), FlagAt(json, "serves", true), ContenderFromJson(ObjectAt(json, "outgoing")),
          ContenderFromJson(ObjectAt(json, "incoming")), FlagAt(json, "created", true)};
}

object ToJson(const Dependant& dependant) {
  return {{"id", dependant.id},
          {"name", dependant.name},
          {"service_key", dependant.service_key},
          {"ran", dependant.ran},
          {"depth", dependant.depth}};
}

Dependant DependantFromJson(const object& json) {
  return {StringAt(json, "id"), StringAt(json, "name"), StringAt(json, "service_key"), FlagAt(json, "ran", false),
          NumberAt<int>(json, "depth")};
}

}  // namespace

std::string_view KindWord(Kind kind) { return Word(kKinds, kind); }
std::string_view OriginWord(Origin origin) { return Word(kOrigins, origin); }
std::string_view StateWord(State state) { return Word(kStates, state); }
Kind KindFromWord(std::string_view word) { return FromWord(kKinds, word, Kind::kStart); }
Origin OriginFromWord(std::string_view word) { return FromWord(kOrigins, word, Origin::kCaller); }
State StateFromWord(std::string_view word) { return FromWord(kStates, word, State::kFailed); }

object ToJson(const Error& error) {
  object metadata;
  for (const auto& [key, text] : error.metadata) metadata[key] = text;
  return {{"code", CodeName(error.code)},
          {"reason", error.reason},
          {"message", error.message},
          {"metadata", std::move(metadata)}};
}

Error ErrorFromJson(const object& json) {
  Error error{Code::kUnknown, StringAt(json, "reason"), StringAt(json, "message")};
  const auto name = StringAt(json, "code");
  for (int code = 1; code <= static_cast<int>(Code::kUnauthenticated); ++code) {
    if (CodeName(static_cast<Code>(code)) == name) error.code = static_cast<Code>(code);
  }
  for (const auto& [key, text] : ObjectAt(json, "metadata")) error.metadata[key] = StringOf(text);
  return error;
}

object ToJson(const Plan& plan) {
  return {{"steps", Texts(plan.steps)},
          {"strategy", Word(kStrategies, plan.strategy)},
          {"strategy_reason", plan.strategy_reason},
          {"changes", List<FieldChange>(plan.changes, ToJson)},
          {"warnings", Texts(plan.warnings)},
          {"refusals", Texts(plan.refusals)}};
}

Plan PlanFromJson(const object& json) {
  return {TextsAt(json, "steps"),
          FromWord(kStrategies, StringAt(json, "strategy"), Strategy::kAuto),
          StringAt(json, "strategy_reason"),
          ListAt(json, "changes", FieldChangeFromJson),
          TextsAt(json, "warnings"),
          TextsAt(json, "refusals"),
          "",
          {}};
}

object ToJson(const Progress& progress) {
  object json = {{"sequence", progress.sequence},
                 {"time", Nanoseconds(progress.time)},
                 {"step", progress.step},
                 {"step_count", progress.step_count},
                 {"message", progress.message}};
  if (const auto* layers = std::get_if<std::vector<LayerProgress>>(&progress.detail)) {
    json["layers"] = List<LayerProgress>(*layers, ToJson);
  } else if (const auto* health = std::get_if<HealthProgress>(&progress.detail)) {
    json["health"] = ToJson(*health);
  }
  return json;
}

Progress ProgressFromJson(const object& json) {
  Progress progress{
      NumberAt<std::uint64_t>(json, "sequence"),   TimeAt(json, "time"),      NumberAt<std::uint32_t>(json, "step"),
      NumberAt<std::uint32_t>(json, "step_count"), StringAt(json, "message"), {}};
  if (json.contains("layers")) {
    progress.detail = ListAt(json, "layers", LayerFromJson);
  } else if (json.contains("health")) {
    progress.detail = HealthProgressFromJson(ObjectAt(json, "health"));
  }
  return progress;
}

object ToJson(const UpgradeRecord& record) {
  return {{"phase", Word(kPhases, record.phase)},
          {"swap", ToJson(record.swap)},
          {"keep_previous", record.keep.count},
          {"keep_previous_for_ms", record.keep.age.count()},
          {"image_cleanup", record.keep.image_cleanup},
          {"image", record.image},
          {"strategy", Word(kStrategies, record.strategy)},
          {"proxies", Texts(record.proxies)},
          {"drain_ms", record.drain.count()},
          {"dependants", List<Dependant>(record.dependants, ToJson)},
          {"owner_started_at", Nanoseconds(record.owner_started_at)}};
}

UpgradeRecord UpgradeRecordFromJson(const object& json) {
  UpgradeRecord record;
  record.phase = FromWord(kPhases, StringAt(json, "phase"), Phase::kSwitching);  // looks at both before it removes one
  record.swap = SwapFromJson(ObjectAt(json, "swap"));
  if (json.contains("keep_previous")) record.keep.count = NumberAt<int>(json, "keep_previous");
  record.keep.age = MillisecondsAt(json, "keep_previous_for_ms");
  record.keep.image_cleanup = FlagAt(json, "image_cleanup", false);
  record.image = StringAt(json, "image");
  record.strategy = FromWord(kStrategies, StringAt(json, "strategy"), Strategy::kStopFirst);
  record.proxies = TextsAt(json, "proxies");
  record.drain = MillisecondsAt(json, "drain_ms");
  record.dependants = ListAt(json, "dependants", DependantFromJson);
  record.owner_started_at = TimeAt(json, "owner_started_at");
  return record;
}

object ToJson(const UpgradeResult& result) {
  return {{"old_image", result.old_image},
          {"old_digest", result.old_digest},
          {"new_image", result.new_image},
          {"new_digest", result.new_digest},
          {"old_container_id", result.old_container_id},
          {"container_id", result.container_id},
          {"strategy", Word(kStrategies, result.strategy)},
          {"gap_ms", result.gap.count()},
          {"rolled_back", result.rolled_back},
          {"pulled", result.pulled},
          {"warnings", Texts(result.warnings)},
          {"failed_probes", List<engine::HealthProbe>(result.failed_probes, ToJson)},
          {"failed_output", result.failed_output}};
}

UpgradeResult UpgradeResultFromJson(const object& json) {
  UpgradeResult result;
  result.old_image = StringAt(json, "old_image");
  result.old_digest = StringAt(json, "old_digest");
  result.new_image = StringAt(json, "new_image");
  result.new_digest = StringAt(json, "new_digest");
  result.old_container_id = StringAt(json, "old_container_id");
  result.container_id = StringAt(json, "container_id");
  result.strategy = FromWord(kStrategies, StringAt(json, "strategy"), Strategy::kStopFirst);
  result.gap = MillisecondsAt(json, "gap_ms");
  result.rolled_back = FlagAt(json, "rolled_back", false);
  result.pulled = FlagAt(json, "pulled", false);
  result.warnings = TextsAt(json, "warnings");
  result.failed_probes = ListAt(json, "failed_probes", ProbeFromJson);
  result.failed_output = StringAt(json, "failed_output");
  return result;
}

}  // namespace berth::agent

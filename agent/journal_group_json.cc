#include "agent/journal_json.h"
#include "agent/json_values.h"
#include "agent/operations/json_access.h"

namespace berth::agent {
namespace {

using boost::json::object;

constexpr std::array<std::string_view, 4> kPulls = {"default", "always", "if_missing", "never"};

object ToJson(const GroupMember& member) {
  return {{"container", member.container}, {"service", member.service}, {"image", member.image},
          {"level", member.level},         {"upgrade", member.upgrade}, {"rollback", member.rollback},
          {"refused", member.refused}};
}

GroupMember MemberFromJson(const object& json) {
  return {StringAt(json, "container"),  StringAt(json, "service"), StringAt(json, "image"),
          NumberAt<int>(json, "level"), StringAt(json, "upgrade"), StringAt(json, "rollback"),
          StringAt(json, "refused")};
}

}  // namespace

object ToJson(const GroupRecord& record) {
  object json = {{"members", List<GroupMember>(record.members, ToJson)},
                 {"max_unavailable", record.max_unavailable.amount},
                 {"percent", record.max_unavailable.percent},
                 {"roll_back", record.roll_back},
                 {"cancelled", record.cancelled},
                 {"stable_for_ms", record.gate.stable_for.count()},
                 {"timeout_ms", record.timeout.count()},
                 {"strategy", Word(kStrategies, record.strategy)},
                 {"pull", Word(kPulls, record.pull)}};
  if (record.gate.timeout) json["health_timeout_ms"] = record.gate.timeout->count();
  if (record.stop_timeout) json["stop_timeout_s"] = record.stop_timeout->count();
  if (record.keep_previous) json["keep_previous"] = *record.keep_previous;
  return json;
}

GroupRecord GroupRecordFromJson(const object& json) {
  GroupRecord record;
  record.members = ListAt(json, "members", MemberFromJson);
  record.max_unavailable = {std::max(1, NumberAt<int>(json, "max_unavailable")), FlagAt(json, "percent", false)};
  record.roll_back = FlagAt(json, "roll_back", false);
  record.cancelled = FlagAt(json, "cancelled", false);
  if (json.contains("stable_for_ms")) record.gate.stable_for = MillisecondsAt(json, "stable_for_ms");
  if (json.contains("timeout_ms")) record.timeout = MillisecondsAt(json, "timeout_ms");
  record.strategy = FromWord(kStrategies, StringAt(json, "strategy"), Strategy::kAuto);
  record.pull = FromWord(kPulls, StringAt(json, "pull"), PullPolicy::kDefault);
  if (json.contains("health_timeout_ms")) record.gate.timeout = MillisecondsAt(json, "health_timeout_ms");
  if (json.contains("stop_timeout_s")) {
    record.stop_timeout = std::chrono::seconds(NumberAt<std::int64_t>(json, "stop_timeout_s"));
  }
  if (json.contains("keep_previous")) record.keep_previous = NumberAt<int>(json, "keep_previous");
  return record;
}

}  // namespace berth::agent

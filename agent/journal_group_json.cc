#include "agent/journal_json.h"
#include "agent/json_values.h"
#include "agent/operations/json_access.h"

namespace berth::agent {
namespace {

using boost::json::object;
using std::chrono::milliseconds;

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

std::optional<milliseconds> OptionalMillisecondsAt(const object& json, std::string_view key) {
  return json.contains(key) ? std::optional(MillisecondsAt(json, key)) : std::nullopt;
}

object ToJson(const Request& each) {
  object json = {{"stable_for_ms", each.gate.stable_for.count()},
                 {"timeout_ms", each.timeout.count()},
                 {"strategy", Word(kStrategies, each.strategy)},
                 {"pull", Word(kPulls, each.pull)}};
  if (each.gate.timeout) json["health_timeout_ms"] = each.gate.timeout->count();
  if (each.stop_timeout) json["stop_timeout_s"] = each.stop_timeout->count();
  if (each.keep_previous) json["keep_previous"] = *each.keep_previous;
  if (each.keep_previous_for) json["keep_previous_for_ms"] = each.keep_previous_for->count();
  if (each.image_cleanup) json["image_cleanup"] = *each.image_cleanup;
  if (each.drain) json["drain_ms"] = each.drain->count();
  return json;
}

Request EachFromJson(const object& json) {
  Request each;
  each.gate.stable_for = OptionalMillisecondsAt(json, "stable_for_ms").value_or(each.gate.stable_for);
  each.timeout = OptionalMillisecondsAt(json, "timeout_ms").value_or(each.timeout);
  each.strategy = FromWord(kStrategies, StringAt(json, "strategy"), Strategy::kAuto);
  each.pull = FromWord(kPulls, StringAt(json, "pull"), PullPolicy::kDefault);
  each.gate.timeout = OptionalMillisecondsAt(json, "health_timeout_ms");
  if (json.contains("stop_timeout_s")) {
    each.stop_timeout = std::chrono::seconds(NumberAt<std::int64_t>(json, "stop_timeout_s"));
  }
  if (json.contains("keep_previous")) each.keep_previous = NumberAt<int>(json, "keep_previous");
  each.keep_previous_for = OptionalMillisecondsAt(json, "keep_previous_for_ms");
  if (json.contains("image_cleanup")) each.image_cleanup = FlagAt(json, "image_cleanup", false);
  each.drain = OptionalMillisecondsAt(json, "drain_ms");
  return each;
}

}  // namespace

object ToJson(const GroupRecord& record) {
  return {{"members", List<GroupMember>(record.members, ToJson)},
          {"max_unavailable", record.max_unavailable.amount},
          {"percent", record.max_unavailable.percent},
          {"roll_back", record.roll_back},
          {"cancelled", record.cancelled},
          {"each", ToJson(record.each)}};
}

GroupRecord GroupRecordFromJson(const object& json) {
  GroupRecord record;
  record.members = ListAt(json, "members", MemberFromJson);
  record.max_unavailable = {std::max(1, NumberAt<int>(json, "max_unavailable")), FlagAt(json, "percent", false)};
  record.roll_back = FlagAt(json, "roll_back", false);
  record.cancelled = FlagAt(json, "cancelled", false);
  record.each = EachFromJson(ObjectAt(json, "each"));
  return record;
}

}  // namespace berth::agent

#include "agent/journal_rows.h"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "agent/journal_json.h"

namespace berth::agent {
namespace {

using boost::json::object;
using sqlite::Statement;

// Empty, which is bound as NULL, for what is not there.
template <class T>
std::string OptionalToRow(const std::optional<T>& value) {
  return value ? boost::json::serialize(ToJson(*value)) : std::string();
}

template <class T>
std::optional<T> OptionalFromRow(const Statement& row, int column, T (*from_json)(const object&)) {
  if (row.IsNull(column)) return std::nullopt;
  return from_json(ObjectFromRow(row.Text(column)));
}

// Empty, which is bound as NULL, for none.
std::string LabelsToRow(const engine::Labels& labels) {
  object json;
  for (const auto& [key, value] : labels) json[key] = value;
  return json.empty() ? std::string() : boost::json::serialize(json);
}

engine::Labels LabelsFromRow(const std::string& text) {
  engine::Labels labels;
  for (const auto& [key, value] : ObjectFromRow(text)) {
    if (value.is_string()) labels.emplace(key, value.get_string());
  }
  return labels;
}

std::vector<std::string> IdsFromRow(const std::string& text) {
  std::vector<std::string> ids;
  if (!text.empty()) boost::algorithm::split(ids, text, [](char c) { return c == ','; });
  return ids;
}

}  // namespace

WallTime TimeFromRow(std::int64_t nanoseconds) {
  return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::nanoseconds(nanoseconds)));
}

std::int64_t ToRow(WallTime time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

std::string ToRow(const Progress& progress) { return boost::json::serialize(ToJson(progress)); }
std::string ToRow(const UpgradeRecord& record) { return boost::json::serialize(ToJson(record)); }
std::string ToRow(const GroupRecord& record) { return boost::json::serialize(ToJson(record)); }

object ObjectFromRow(const std::string& text) {
  boost::json::parse_options options;
  options.allow_invalid_utf8 = true;
  boost::system::error_code failure;
  auto value = boost::json::parse(text, failure, {}, options);
  return !failure && value.is_object() ? std::move(value.get_object()) : object();
}

Progress ProgressFromRow(const std::string& text) { return ProgressFromJson(ObjectFromRow(text)); }

void BindFixed(Statement& statement, const JournalEntry& entry) {
  const auto& operation = entry.operation;
  statement.Bind(operation.id)
      .Bind(KindWord(operation.kind))
      .Bind(operation.container)
      .Bind(operation.container_id)
      .Bind(operation.service_key)
      .BindOrNull(operation.request_id)
      .Bind(entry.request_hash)
      .Bind(ToRow(operation.created_at))
      .BindOrNull(OptionalToRow(entry.upgrade))
      .Bind(OriginWord(operation.origin))
      .Bind(operation.parent)
      .BindOrNull(OptionalToRow(entry.group))
      .BindOrNull(LabelsToRow(operation.labels));
}

void BindChanging(Statement& statement, const Operation& operation) {
  statement.Bind(StateWord(operation.state));
  HasEnded(operation.state) ? statement.Bind(ToRow(operation.ended_at)) : statement.BindNull();
  statement.BindOrNull(OptionalToRow(operation.error))
      .Bind(ToRow(operation.progress))
      .BindOrNull(OptionalToRow(operation.plan))
      .BindOrNull(OptionalToRow(operation.upgrade_result));
}

JournalEntry EntryFromRow(const Statement& row) {
  JournalEntry entry;
  auto& operation = entry.operation;
  operation.id = row.Text(0);
  operation.kind = KindFromWord(row.Text(1));
  operation.container = row.Text(2);
  operation.container_id = row.Text(3);
  operation.service_key = row.Text(4);
  operation.request_id = row.Text(5);
  entry.request_hash = row.Text(6);
  operation.created_at = TimeFromRow(row.Integer(7));
  entry.upgrade = OptionalFromRow(row, 8, UpgradeRecordFromJson);
  operation.origin = OriginFromWord(row.Text(9));
  operation.parent = row.Text(10);
  entry.group = OptionalFromRow(row, 11, GroupRecordFromJson);
  operation.labels = LabelsFromRow(row.Text(12));
  operation.state = StateFromWord(row.Text(13));
  if (!row.IsNull(14)) operation.ended_at = TimeFromRow(row.Integer(14));
  operation.error = OptionalFromRow(row, 15, ErrorFromJson);
  operation.progress = ProgressFromRow(row.Text(16));
  operation.plan = OptionalFromRow(row, 17, PlanFromJson);
  operation.upgrade_result = OptionalFromRow(row, 18, UpgradeResultFromJson);
  operation.children = IdsFromRow(row.Text(19));
  return entry;
}

}  // namespace berth::agent

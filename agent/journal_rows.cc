#include "agent/journal_rows.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "agent/journal_json.h"

namespace berth::agent {
namespace {

using boost::json::object;
using sqlite::Statement;

WallTime TimeFromRow(std::int64_t nanoseconds) {
  return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::nanoseconds(nanoseconds)));
}

// Empty, which is bound as NULL, for what is not there.
template <class T>
std::string OptionalToRow(const std::optional<T>& value) {
  return value ? boost::json::serialize(ToJson(*value)) : std::string();
}

// What a container printed may be any bytes. Rubbish reads as an empty object.
object ParseRow(const std::string& text) {
  boost::json::parse_options options;
  options.allow_invalid_utf8 = true;
  boost::system::error_code failure;
  auto value = boost::json::parse(text, failure, {}, options);
  return !failure && value.is_object() ? std::move(value.get_object()) : object();
}

template <class T>
std::optional<T> OptionalFromRow(const Statement& row, int column, T (*from_json)(const object&)) {
  if (row.IsNull(column)) return std::nullopt;
  return from_json(ParseRow(row.Text(column)));
}

}  // namespace

std::int64_t ToRow(WallTime time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

std::string ToRow(const Progress& progress) { return boost::json::serialize(ToJson(progress)); }
std::string ToRow(const UpgradeRecord& record) { return boost::json::serialize(ToJson(record)); }

Progress ProgressFromRow(const std::string& text) { return ProgressFromJson(ParseRow(text)); }

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
      .BindOrNull(OptionalToRow(entry.upgrade));
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
  operation.state = StateFromWord(row.Text(9));
  if (!row.IsNull(10)) operation.ended_at = TimeFromRow(row.Integer(10));
  operation.error = OptionalFromRow(row, 11, ErrorFromJson);
  operation.progress = ProgressFromRow(row.Text(12));
  operation.plan = OptionalFromRow(row, 13, PlanFromJson);
  operation.upgrade_result = OptionalFromRow(row, 14, UpgradeResultFromJson);
  return entry;
}

}  // namespace berth::agent

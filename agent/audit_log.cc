// The audit's table.
#include "agent/audit.h"
#include "agent/journal_rows.h"

namespace berth::agent {
namespace {

using sqlite::Statement;

constexpr int kWritesBetweenPrunes = 256;
constexpr std::string_view kColumns =
    "id, time, identity, address, method, target, image, request_id, operation, outcome, reason";

// With the outcome, if it has ended; the numbers are those of AuditOutcome.
constexpr std::string_view kLink =
    "UPDATE audit SET operation = operations.id, "
    "target = CASE operations.container WHEN '' THEN target ELSE operations.container END, "
    "reason = coalesce(json_extract(operations.error, '$.reason'), ''), "
    "outcome = CASE operations.state WHEN 'succeeded' THEN 1 WHEN 'failed' THEN 2 WHEN 'cancelled' THEN 3 ELSE 0 END "
    "FROM operations ";

AuditOutcome OutcomeFromRow(std::int64_t number) {
  constexpr auto kLast = static_cast<std::int64_t>(AuditOutcome::kInterrupted);
  return number >= 0 && number <= kLast ? static_cast<AuditOutcome>(number) : AuditOutcome::kOpen;
}

std::int64_t NumberOf(AuditOutcome outcome) { return static_cast<std::int64_t>(outcome); }

AuditRecord FromRow(const Statement& row) {
  AuditRecord record;
  record.id = row.Integer(0);
  record.time = TimeFromRow(row.Integer(1));
  std::string* const texts[] = {&record.identity, &record.address,    &record.method,   &record.target,
                                &record.image,    &record.request_id, &record.operation};
  int column = 2;
  for (auto* text : texts) *text = row.Text(column++);
  record.outcome = OutcomeFromRow(row.Integer(9));
  record.reason = row.Text(10);
  return record;
}

Result<> Insert(sqlite::Database& database, const AuditRecord& record) {
  auto statement = Statement::Prepare(database,
                                      "INSERT INTO audit (time, identity, address, method, target, image, request_id, "
                                      "operation, outcome, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!statement) return statement.error();
  statement->Bind(ToRow(record.time));
  for (const auto* text : {&record.identity, &record.address, &record.method, &record.target, &record.image,
                           &record.request_id, &record.operation}) {
    statement->Bind(*text);
  }
  return statement->Bind(NumberOf(record.outcome)).Bind(record.reason).Run();
}

Result<std::int64_t> Put(sqlite::Database& database, AuditRecord record) {
  if (auto written = Insert(database, record); !written) return written.error();
  auto id = database.Integer("SELECT last_insert_rowid()");
  if (!id) return id;
  record.id = *id;
  TellJournald(record);
  return id;
}

}  // namespace

Result<std::int64_t> AuditLog::Write(const AuditRecord& record) {
  auto id = Put(*database_, record);
  if (id && ++written_ % kWritesBetweenPrunes == 0) static_cast<void>(Prune(record.time));  // tried again
  return id;
}

Result<> AuditLog::Close(std::int64_t id, AuditOutcome outcome, const std::string& reason) {
  auto statement =
      Statement::Prepare(*database_, "UPDATE audit SET outcome = ?, reason = ? WHERE id = ? AND operation = ''");
  if (!statement) return statement.error();
  if (auto done = statement->Bind(NumberOf(outcome)).Bind(reason).Bind(id).Run(); !done) return done;
  if (outcome == AuditOutcome::kSucceeded || database_->ChangedRows() == 0) return {};
  auto row = Statement::Prepare(*database_, "SELECT " + std::string(kColumns) + " FROM audit WHERE id = ?");
  if (!row) return row.error();
  const auto found = row->Bind(id).Next();
  if (found && *found) TellJournald(FromRow(*row));
  return {};
}

Result<std::vector<AuditRecord>> AuditLog::List(const AuditQuery& query) {
  auto statement = Statement::Prepare(
      *database_, "SELECT " + std::string(kColumns) +
                      " FROM audit WHERE (?1 IS NULL OR time >= ?1) AND (?2 IS NULL OR time < ?2) AND "
                      "(?3 = '' OR identity = ?3) AND (?4 = '' OR target = ?4) AND (?5 = '' OR method = ?5) AND "
                      "(?6 = 0 OR id < ?6) ORDER BY id DESC LIMIT ?7");
  if (!statement) return statement.error();
  query.since ? statement->Bind(ToRow(*query.since)) : statement->BindNull();
  query.until ? statement->Bind(ToRow(*query.until)) : statement->BindNull();
  statement->Bind(query.identity).Bind(query.target).Bind(query.method);
  statement->Bind(query.before_id).Bind(static_cast<std::int64_t>(query.limit));
  std::vector<AuditRecord> records;
  for (;;) {
    const auto row = statement->Next();
    if (!row) return row.error();
    if (!*row) return records;
    records.push_back(FromRow(*statement));
  }
}

// By its name, where a caller said its id.
Result<> AuditLog::Link(std::int64_t id, const std::string& operation) {
  auto statement = Statement::Prepare(*database_, std::string(kLink) + "WHERE audit.id = ?2 AND operations.id = ?1");
  if (!statement) return statement.error();
  return statement->Bind(operation).Bind(id).Run();
}

Result<> AuditLog::CloseInterrupted() {
  const std::string link = std::string(kLink) +
                           "WHERE audit.outcome = 0 AND audit.operation = '' AND audit.request_id <> '' AND "
                           "operations.request_id = audit.request_id";
  if (auto linked = database_->Execute(link); !linked) return linked;
  auto statement = Statement::Prepare(*database_, "UPDATE audit SET outcome = ? WHERE outcome = ? AND operation = ''");
  if (!statement) return statement.error();
  return statement->Bind(NumberOf(AuditOutcome::kInterrupted)).Bind(NumberOf(AuditOutcome::kOpen)).Run();
}

// What is under way stays: its outcome is still to come.
Result<> AuditLog::Prune(WallTime now) {
  auto statement = Statement::Prepare(*database_,
                                      "DELETE FROM audit WHERE outcome <> 0 AND (time < ?1 OR id IN "
                                      "(SELECT id FROM audit ORDER BY id DESC LIMIT -1 OFFSET ?2))");
  if (!statement) return statement.error();
  return statement->Bind(ToRow(now - limits_.age)).Bind(static_cast<std::int64_t>(limits_.count)).Run();
}

// Parts of an operation are what somebody asked for with the whole.
Result<> WriteOwn(sqlite::Database& database, const Operation& begun) {
  if (!begun.parent.empty() || begun.origin == Origin::kCaller) return {};
  auto written = Put(database, OwnRecord(begun));
  return written ? Result<>() : written.error();
}

Result<> CloseAudit(sqlite::Database& database, const Operation& ended) {
  auto statement =
      Statement::Prepare(database, "UPDATE audit SET outcome = ?, reason = ? WHERE operation = ? AND outcome = 0");
  if (!statement) return statement.error();
  statement->Bind(NumberOf(OutcomeOf(ended))).Bind(ended.error ? ended.error->reason : "");
  return statement->Bind(ended.id).Run();
}

}  // namespace berth::agent

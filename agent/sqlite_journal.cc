#include "agent/sqlite_journal.h"

#include <algorithm>
#include <map>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "agent/journal_rows.h"
#include "agent/journal_store.h"
#include "agent/sqlite.h"

namespace berth::agent {
namespace {

using sqlite::Statement;

// Nobody reads more of one operation, and a pull that never ends must not fill the disk.
constexpr std::uint64_t kMostProgress = 1000;

class SqliteJournal final : public Journal {
 public:
  explicit SqliteJournal(std::shared_ptr<sqlite::Database> database) : database_(std::move(database)) {}

  Result<> Begin(const JournalEntry& entry) override;
  Result<> Advance(const Operation& operation) override { return Store(operation); }
  Result<> Intend(const std::string& id, const UpgradeRecord& record) override;
  Result<> Intend(const std::string& id, const GroupRecord& record) override;
  Result<> Finish(const Operation& operation) override { return Store(operation); }

  Result<std::optional<JournalEntry>> Find(const std::string& id) override;
  Result<std::optional<JournalEntry>> FindByRequestId(const std::string& request_id) override;
  Result<std::vector<Operation>> List(const OperationQuery& query) override;
  Result<std::vector<JournalEntry>> Unfinished() override;
  Result<std::vector<Progress>> ProgressFrom(const std::string& id, std::uint64_t sequence, std::size_t limit) override;
  Result<> Prune(WallTime before, std::size_t keep) override;

  Result<> KeepSpec(const std::string& container_id, const std::string& spec, WallTime now) override;
  Result<std::optional<std::string>> FindSpec(const std::string& container_id) override;
  Result<> PruneSpecs(const std::set<std::string>& container_ids, WallTime before) override;

 private:
  // Prepared at its first use, then kept.
  Result<Statement*> Use(const std::string& sql);
  Result<Statement*> Select(const std::string& which);
  template <class Work>
  Result<> InOneTransaction(Work work);
  Result<> ChangeOne(Statement& statement, const std::string& id);
  Result<std::vector<JournalEntry>> Rows(Statement& statement);
  Result<std::optional<JournalEntry>> First(const std::string& which, const std::string& key);

  Result<> Insert(const JournalEntry& entry);
  Result<> Store(const Operation& operation);
  Result<> Update(const Operation& operation);
  Result<> Append(const Operation& operation);

  std::shared_ptr<sqlite::Database> database_;
  std::map<std::string, Statement> statements_;
};

Result<Statement*> SqliteJournal::Use(const std::string& sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    auto prepared = Statement::Prepare(*database_, sql);
    if (!prepared) return prepared.error();
    found = statements_.emplace(sql, std::move(*prepared)).first;
  }
  return &found->second;
}

Result<Statement*> SqliteJournal::Select(const std::string& which) {
  static const auto kSelect =
      std::string("SELECT ") + kFixedColumns + ", " + kChangingColumns + ", " + kChildren + " FROM operations ";
  return Use(kSelect + which);
}

template <class Work>
Result<> SqliteJournal::InOneTransaction(Work work) {
  auto transaction = sqlite::Transaction::Begin(*database_);
  if (!transaction) return transaction.error();
  if (auto done = work(); !done) return done;
  return transaction->Commit();
}

Result<> SqliteJournal::ChangeOne(Statement& statement, const std::string& id) {
  if (auto done = statement.Run(); !done) return done;
  if (database_->ChangedRows() == 1) return {};
  return Error{Code::kInternal, "JOURNAL_FAILED", "the journal has no operation " + id};
}

Result<std::vector<JournalEntry>> SqliteJournal::Rows(Statement& statement) {
  std::vector<JournalEntry> entries;
  for (;;) {
    const auto row = statement.Next();
    if (!row) return row.error();
    if (!*row) return entries;
    entries.push_back(EntryFromRow(statement));
  }
}

Result<std::optional<JournalEntry>> SqliteJournal::First(const std::string& which, const std::string& key) {
  const auto statement = Select(which);
  if (!statement) return statement.error();
  auto rows = Rows((**statement).Bind(key));
  if (!rows) return rows.error();
  return rows->empty() ? std::optional<JournalEntry>() : std::move(rows->front());
}

Result<> SqliteJournal::Begin(const JournalEntry& entry) {
  return InOneTransaction([&]() -> Result<> {
    if (auto inserted = Insert(entry); !inserted) return inserted;
    if (auto written = WriteOwn(*database_, entry.operation); !written) return written;
    return Append(entry.operation);
  });
}

Result<> SqliteJournal::Insert(const JournalEntry& entry) {
  static const auto kInsert = std::string("INSERT INTO operations (") + kFixedColumns + ", " + kChangingColumns +
                              ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  const auto statement = Use(kInsert);
  if (!statement) return statement.error();
  BindFixed(**statement, entry);
  BindChanging(**statement, entry.operation);
  return (**statement).Run();
}

Result<> SqliteJournal::Store(const Operation& operation) {
  return InOneTransaction([&]() -> Result<> {
    if (auto updated = Update(operation); !updated) return updated;
    if (HasEnded(operation.state)) {
      if (auto closed = CloseAudit(*database_, operation); !closed) return closed;
    }
    return Append(operation);
  });
}

Result<> SqliteJournal::Update(const Operation& operation) {
  static const auto kUpdate =
      std::string("UPDATE operations SET (") + kChangingColumns + ") = (?, ?, ?, ?, ?, ?) WHERE id = ?";
  const auto statement = Use(kUpdate);
  if (!statement) return statement.error();
  BindChanging(**statement, operation);
  (**statement).Bind(operation.id);
  return ChangeOne(**statement, operation.id);
}

Result<> SqliteJournal::Append(const Operation& operation) {
  const auto& progress = operation.progress;
  if (progress.sequence == 0 || progress.sequence > kMostProgress) return {};
  const auto statement = Use("INSERT OR REPLACE INTO progress (operation, sequence, json) VALUES (?, ?, ?)");
  if (!statement) return statement.error();
  (**statement).Bind(operation.id).Bind(static_cast<std::int64_t>(progress.sequence)).Bind(ToRow(progress));
  return (**statement).Run();
}

Result<> SqliteJournal::Intend(const std::string& id, const UpgradeRecord& record) {
  const auto statement = Use("UPDATE operations SET upgrade = ? WHERE id = ?");
  if (!statement) return statement.error();
  (**statement).Bind(ToRow(record)).Bind(id);
  return ChangeOne(**statement, id);
}

Result<> SqliteJournal::Intend(const std::string& id, const GroupRecord& record) {
  const auto statement = Use("UPDATE operations SET members = ? WHERE id = ?");
  if (!statement) return statement.error();
  (**statement).Bind(ToRow(record)).Bind(id);
  return ChangeOne(**statement, id);
}

Result<std::optional<JournalEntry>> SqliteJournal::Find(const std::string& id) { return First("WHERE id = ?", id); }

Result<std::optional<JournalEntry>> SqliteJournal::FindByRequestId(const std::string& request_id) {
  return First("WHERE request_id = ?", request_id);
}

Result<std::vector<Operation>> SqliteJournal::List(const OperationQuery& query) {
  const auto statement = Select(
      "WHERE (?1 = '' OR container = ?1) AND (NOT ?2 OR ended_at IS NULL) AND "
      "(NOT ?5 OR kind IN ('upgrade', 'rollback', 'recreate')) AND "
      "(?3 = '' OR number < (SELECT number FROM operations WHERE id = ?3)) ORDER BY number DESC LIMIT ?4");
  if (!statement) return statement.error();
  (**statement).Bind(query.container).Bind(std::int64_t{query.unfinished}).Bind(query.before_id);
  (**statement).Bind(static_cast<std::int64_t>(query.limit)).Bind(std::int64_t{query.replacing});
  auto rows = Rows(**statement);
  if (!rows) return rows.error();
  std::vector<Operation> operations;
  for (auto& entry : *rows) operations.push_back(std::move(entry.operation));
  return operations;
}

Result<std::vector<JournalEntry>> SqliteJournal::Unfinished() {
  const auto statement = Select("WHERE ended_at IS NULL ORDER BY number");
  if (!statement) return statement.error();
  return Rows(**statement);
}

Result<std::vector<Progress>> SqliteJournal::ProgressFrom(const std::string& id, std::uint64_t sequence,
                                                          std::size_t limit) {
  const auto found = Use("SELECT json FROM progress WHERE operation = ? AND sequence >= ? ORDER BY sequence LIMIT ?");
  if (!found) return found.error();
  auto& statement = **found;
  const auto first = std::min(sequence, kMostProgress + 1);
  statement.Bind(id).Bind(static_cast<std::int64_t>(first)).Bind(static_cast<std::int64_t>(limit));
  std::vector<Progress> all;
  for (;;) {
    const auto row = statement.Next();
    if (!row) return row.error();
    if (!*row) return all;
    all.push_back(ProgressFromRow(statement.Text(0)));
  }
}

Result<> SqliteJournal::Prune(WallTime before, std::size_t keep) {
  return InOneTransaction([&]() -> Result<> {
    const auto old =
        Use("DELETE FROM operations WHERE ended_at < ? AND parent NOT IN (SELECT id FROM operations WHERE ended_at IS "
            "NULL)");
    if (!old) return old.error();
    if (auto done = (**old).Bind(ToRow(before)).Run(); !done) return done;
    const auto many =
        Use("DELETE FROM operations WHERE number IN "
            "(SELECT number FROM operations WHERE ended_at IS NOT NULL ORDER BY number DESC LIMIT -1 OFFSET ?) "
            "AND parent NOT IN (SELECT id FROM operations WHERE ended_at IS NULL)");
    if (!many) return many.error();
    return (**many).Bind(static_cast<std::int64_t>(keep)).Run();
  });
}

Result<> SqliteJournal::KeepSpec(const std::string& container_id, const std::string& spec, WallTime now) {
  const auto statement = Use("INSERT OR REPLACE INTO specs (container_id, spec, kept_at) VALUES (?, ?, ?)");
  if (!statement) return statement.error();
  return (**statement).Bind(container_id).Bind(spec).Bind(ToRow(now)).Run();
}

Result<std::optional<std::string>> SqliteJournal::FindSpec(const std::string& container_id) {
  const auto statement = Use("SELECT spec FROM specs WHERE container_id = ?");
  if (!statement) return statement.error();
  const auto row = (**statement).Bind(container_id).Next();
  if (!row) return row.error();
  auto found = *row ? std::optional((**statement).Text(0)) : std::optional<std::string>();
  (**statement).Reset();
  return found;
}

Result<> SqliteJournal::PruneSpecs(const std::set<std::string>& container_ids, WallTime before) {
  const auto statement =
      Use("DELETE FROM specs WHERE kept_at < ? AND container_id NOT IN (SELECT value FROM json_each(?))");
  if (!statement) return statement.error();
  return (**statement)
      .Bind(ToRow(before))
      .Bind(boost::json::serialize(boost::json::array(container_ids.begin(), container_ids.end())))
      .Run();
}

}  // namespace

Result<OpenedJournal> OpenJournal(const std::filesystem::path& state_directory, WallTime now) {
  auto store = OpenJournalStore(state_directory, now);
  if (!store) return store.error();
  const auto database = std::make_shared<sqlite::Database>(std::move(store->database));
  return OpenedJournal{std::make_unique<SqliteJournal>(database), std::make_unique<EpisodeStore>(database),
                       std::make_unique<CertificateStore>(database), std::make_unique<AuditLog>(database),
                       std::move(store->set_aside)};
}

}  // namespace berth::agent

#include "agent/journal_schema.h"

#include <array>

namespace berth::agent {
namespace {

using sqlite::Database;

// "BRTH": tells a journal from any other SQLite file.
constexpr std::int64_t kApplicationId = 0x42525448;

// Step n leads from user_version n to n + 1. Steps that were released never change. Times are nanoseconds since 1970.
constexpr std::array kSteps = {
    R"sql(
      CREATE TABLE operations (
        number       INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order in which they began
        id           TEXT NOT NULL UNIQUE,
        kind         TEXT NOT NULL,
        state        TEXT NOT NULL,
        container    TEXT NOT NULL,
        container_id TEXT NOT NULL,
        service_key  TEXT NOT NULL,
        request_id   TEXT UNIQUE,  -- NULL when the caller gave none
        request_hash TEXT NOT NULL,
        created_at   INTEGER NOT NULL,
        ended_at     INTEGER,      -- NULL while it is under way
        error        TEXT,         -- JSON, as everything below
        progress     TEXT NOT NULL,
        plan         TEXT,
        result       TEXT,
        upgrade      TEXT          -- the intent
      );
      CREATE INDEX operations_by_container ON operations (container, number);
      CREATE INDEX operations_unfinished ON operations (number) WHERE ended_at IS NULL;
      CREATE INDEX operations_by_end ON operations (ended_at) WHERE ended_at IS NOT NULL;

      CREATE TABLE progress (
        operation TEXT NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
        sequence  INTEGER NOT NULL,
        json      TEXT NOT NULL,
        PRIMARY KEY (operation, sequence)
      ) WITHOUT ROWID;
    )sql",
    R"sql(
      ALTER TABLE operations ADD COLUMN origin TEXT NOT NULL DEFAULT 'caller';

      CREATE TABLE episodes (
        id          INTEGER PRIMARY KEY,
        service_key TEXT NOT NULL,
        container   TEXT NOT NULL,
        began_at    INTEGER NOT NULL,
        ended_at    INTEGER,  -- NULL while it is open
        story       TEXT NOT NULL
      );
      CREATE INDEX episodes_by_end ON episodes (ended_at);

      CREATE TABLE pauses (
        service_key TEXT PRIMARY KEY,  -- empty: all
        until       INTEGER NOT NULL
      );
    )sql",
    R"sql(
      CREATE TABLE specs (
        container_id TEXT PRIMARY KEY,
        spec         TEXT NOT NULL,  -- what it was created from
        kept_at      INTEGER NOT NULL
      ) WITHOUT ROWID;
    )sql",
    R"sql(
      ALTER TABLE operations ADD COLUMN parent TEXT NOT NULL DEFAULT '';
      CREATE INDEX operations_by_parent ON operations (parent, number);
    )sql",
    R"sql(
      ALTER TABLE operations ADD COLUMN members TEXT;  -- of a group: what is to be done, and how far it is
    )sql",
    R"sql(
      CREATE TABLE lineages (
        lineage  TEXT PRIMARY KEY,
        attempts TEXT NOT NULL
      ) WITHOUT ROWID;
    )sql",
    R"sql(
      ALTER TABLE operations ADD COLUMN labels TEXT;  -- of its container, those that scopes speak of
    )sql",
    R"sql(
      CREATE TABLE audit (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        time       INTEGER NOT NULL,
        identity   TEXT NOT NULL,
        address    TEXT NOT NULL,
        method     TEXT NOT NULL,
        target     TEXT NOT NULL,
        image      TEXT NOT NULL,
        request_id TEXT NOT NULL,
        operation  TEXT NOT NULL,     -- empty: none was begun
        outcome    INTEGER NOT NULL,  -- 0: open
        reason     TEXT NOT NULL
      );
      CREATE INDEX audit_by_operation ON audit (operation) WHERE operation <> '';
      CREATE INDEX audit_by_time ON audit (time);
    )sql",
};
constexpr std::int64_t kVersion = kSteps.size();

Result<> CheckOwner(Database& database, std::int64_t version) {
  const auto application = database.Integer("PRAGMA application_id");
  if (!application) return application.error();
  const auto tables = database.Integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  const bool is_new = *application == 0 && version == 0 && *tables == 0;
  if (*application != kApplicationId && !is_new) {
    return Error{Code::kDataLoss, "JOURNAL_FOREIGN", "the file is a database of another program"};
  }
  if (version > kVersion) {
    return Error{Code::kDataLoss, "JOURNAL_NEWER",
                 "the journal was written by a newer Berth (version " + std::to_string(version) + ", this one knows " +
                     std::to_string(kVersion) + ")"};
  }
  return {};
}

// Tables that don't fit their version are as good as none; a full disk is another matter.
Error CannotMigrate(Error error) {
  if (error.code != Code::kInternal) return error;
  return {Code::kDataLoss, "JOURNAL_CORRUPT", "the journal can't be brought up to date: " + error.message};
}

Result<> TakeStep(Database& database, std::size_t step) {
  auto transaction = sqlite::Transaction::Begin(database);
  if (!transaction) return transaction.error();
  const auto mark = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                    "; PRAGMA user_version = " + std::to_string(step + 1);
  for (const std::string& sql : {std::string(kSteps.at(step)), mark}) {
    if (const auto done = database.Execute(sql); !done) return CannotMigrate(done.error());
  }
  return transaction->Commit();
}

// Somebody may have dropped a table by hand: better found now than in the middle of an upgrade.
Result<> CheckTables(Database& database) {
  static constexpr const char* kOperations =
      "SELECT number, id, kind, state, container, container_id, service_key, request_id, request_hash, created_at, "
      "ended_at, error, progress, plan, result, upgrade, origin, parent, members, labels FROM operations LIMIT 0";
  static constexpr const char* kAudit =
      "SELECT id, time, identity, address, method, target, image, request_id, operation, outcome, reason FROM audit "
      "LIMIT 0";
  for (const char* sql :
       {kOperations, kAudit, "SELECT operation, sequence, json FROM progress LIMIT 0",
        "SELECT id, service_key, container, began_at, ended_at, story FROM episodes LIMIT 0",
        "SELECT service_key, until FROM pauses LIMIT 0", "SELECT container_id, spec, kept_at FROM specs LIMIT 0",
        "SELECT lineage, attempts FROM lineages LIMIT 0"}) {
    if (const auto done = database.Execute(sql); !done) {
      return Error{Code::kDataLoss, "JOURNAL_CORRUPT", done.error().message};
    }
  }
  return {};
}

}  // namespace

Result<> BringUpToDate(Database& database) {
  const auto version = database.Integer("PRAGMA user_version");
  if (!version) return version.error();
  if (const auto owned = CheckOwner(database, *version); !owned) return owned.error();
  for (auto step = static_cast<std::size_t>(*version); step < kSteps.size(); ++step) {
    if (const auto taken = TakeStep(database, step); !taken) return taken.error();
  }
  return CheckTables(database);
}

}  // namespace berth::agent

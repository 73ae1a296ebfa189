// A journal of an earlier release becomes one of today.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "agent/sqlite_journal.h"
#include "tests/agent/journal_samples.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace berth::agent {
namespace {

using testing::HasSubstr;

// As 0.1 made it, to the letter: this never changes.
constexpr const char* kVersion1 = R"sql(
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
      PRAGMA application_id = 1112691784;
      PRAGMA user_version = 1;
    )sql";

// An upgrade that was interrupted after it was committed, and a restart that ended; as 0.1 wrote them.
constexpr const char* kRows = R"sql(
      INSERT INTO operations (id, kind, state, container, container_id, service_key, request_id, request_hash, created_at,
                              ended_at, error, progress, plan, result, upgrade)
      VALUES ('a1', 'restart', 'failed', 'web', 'id-1', 'shop/web/1', 'request-1', 'hash-1', 1700000000000000000,
              1700000060000000000, '{"code":10,"reason":"INTERRUPTED","message":"ask again","metadata":{}}',
              '{"sequence":1,"time":1700000000000000000,"step":1,"step_count":1,"message":"Restart web"}', NULL, NULL,
              NULL),
             ('a2', 'upgrade', 'running', 'db', 'id-2', 'shop/db/1', NULL, 'hash-2', 1700000100000000000, NULL, NULL,
              '{"sequence":1,"time":1700000100000000000,"step":4,"step_count":5,"message":"Wait"}', '{"steps":["Pull"]}',
              NULL, '{"phase":"committed","swap":{"name":"db","serves":true,"created":true,
                      "outgoing":{"id":"id-2","side_name":"db.berth-a2-old","restart_policy":"always"},
                      "incoming":{"id":"id-3","side_name":"db.berth-a2-new","restart_policy":"always"}}}');
      INSERT INTO progress VALUES ('a2', 1, '{"sequence":1,"message":"Wait"}');
    )sql";

class JournalMigration : public testing::Test {
 protected:
  JournalMigration() {
    std::filesystem::permissions(temporary.path(), std::filesystem::perms::owner_all);
    Sql(kVersion1);
    Sql(kRows);
  }

  void Sql(const std::string& sql) {
    sqlite3* database = nullptr;
    sqlite3_open(file.c_str(), &database);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
    sqlite3_close(database);
  }
  OpenedJournal Open() { return OpenJournal(temporary.path(), At(0)).value(); }

  test::TemporaryDirectory temporary;
  std::filesystem::path file = temporary.path() / "journal.db";
};

TEST_F(JournalMigration, KeepsTheOperationsAndTakesThemForThoseOfCallers) {
  const auto opened = Open();
  EXPECT_EQ(opened.set_aside, "");
  const auto ended = opened.journal->Find("a1").value()->operation;
  EXPECT_EQ(ended.kind, Kind::kRestart);
  EXPECT_EQ(ended.origin, Origin::kCaller);
  EXPECT_EQ(ended.state, State::kFailed);
  EXPECT_EQ(ended.request_id, "request-1");
  EXPECT_EQ(ended.ended_at, At(60));
  EXPECT_EQ(ended.error->reason, "INTERRUPTED");
  EXPECT_EQ(ended.progress.message, "Restart web");
}

TEST_F(JournalMigration, KeepsTheIntentOfWhatWasInterrupted) {
  const auto opened = Open();
  const auto unfinished = opened.journal->Unfinished().value();
  ASSERT_EQ(unfinished.size(), 1u);
  EXPECT_EQ(unfinished[0].operation.kind, Kind::kUpgrade);
  EXPECT_EQ(unfinished[0].operation.origin, Origin::kCaller);
  EXPECT_EQ(unfinished[0].upgrade->phase, Phase::kCommitted);
  EXPECT_EQ(unfinished[0].upgrade->swap.incoming.id, "id-3");
  EXPECT_EQ(opened.journal->ProgressFrom("a2", 0, 10)->size(), 1u);
}

TEST_F(JournalMigration, TakesWhatIsNew) {
  {
    const auto opened = Open();
    auto entry = SampleEntry("a3");
    entry.operation.kind = Kind::kRecreate;
    entry.operation.origin = Origin::kWatchdog;
    ASSERT_OK(opened.journal->Begin(entry));
    ASSERT_OK(opened.episodes->Write({{.id = 1, .service_key = "web", .container = "web", .began_at = At(1)}}));
  }
  const auto again = Open();
  EXPECT_EQ(again.set_aside, "");
  const auto operations = again.journal->List({}).value();
  ASSERT_EQ(operations.size(), 3u);
  EXPECT_EQ(operations[0].kind, Kind::kRecreate);
  EXPECT_EQ(operations[0].origin, Origin::kWatchdog);
  EXPECT_EQ(again.episodes->List({})->size(), 1u);
}

TEST_F(JournalMigration, SetsAsideOneThatDoesNotFitItsVersion) {
  Sql("ALTER TABLE operations ADD COLUMN origin TEXT");
  const auto opened = Open();
  EXPECT_THAT(opened.set_aside, HasSubstr(".broken"));
  EXPECT_TRUE(opened.journal->List({})->empty());
}

TEST_F(JournalMigration, SetsAsideOneOfANewerBerthUntouched) {
  Sql("PRAGMA user_version = 99");
  const auto opened = Open();
  EXPECT_THAT(opened.set_aside, HasSubstr("newer Berth (version 99, this one knows"));
  EXPECT_TRUE(opened.journal->List({})->empty());
}

}  // namespace
}  // namespace berth::agent

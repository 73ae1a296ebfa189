#include "agent/sqlite_journal.h"

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "tests/agent/journal_samples.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace berth::agent {
namespace {

namespace fs = std::filesystem;
using test::FailsWith;

class SqliteJournalTest : public ::testing::Test {
 protected:
  std::unique_ptr<Journal> Open() {
    auto opened = OpenJournal(directory, At(0));
    if (!opened) throw std::runtime_error(opened.error().message);
    set_aside = opened->set_aside;
    return std::move(opened->journal);
  }
  std::vector<std::string> Ids(Journal& journal, OperationQuery query = {}) {
    std::vector<std::string> ids;
    for (const auto& operation : journal.List(query).value()) ids.push_back(operation.id);
    return ids;
  }
  // Of a database that is closed.
  void Sql(const std::string& sql) {
    sqlite3* database = nullptr;
    sqlite3_open(file.c_str(), &database);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
    sqlite3_close(database);
  }
  std::vector<std::string> Broken() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory)) {
      const auto name = entry.path().filename().string();
      if (name.find(".broken") != std::string::npos) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  test::TemporaryDirectory temporary;
  fs::path directory = temporary.path() / "state";
  fs::path file = directory / "journal.db";
  std::string set_aside;
};

// --- What it keeps ---

TEST_F(SqliteJournalTest, KeepsAnOperationFromBeginningToEnd) {
  auto entry = SampleEntry("a1");
  {
    const auto journal = Open();
    ASSERT_OK(journal->Begin(entry));
    entry.operation.progress = SampleProgress(2, "Start web");
    ASSERT_OK(journal->Advance(entry.operation));
    entry.upgrade = SampleRecord(Phase::kCommitted);
    ASSERT_OK(journal->Intend("a1", *entry.upgrade));
    entry.operation = Ended(entry.operation, State::kFailed, At(60));
    entry.operation.upgrade_result = SampleResult();
    ASSERT_OK(journal->Finish(entry.operation));
  }
  const auto found = Open()->Find("a1").value().value();
  EXPECT_EQ(set_aside, "");
  EXPECT_EQ(found.request_hash, "hash-a1");
  EXPECT_EQ(found.upgrade, entry.upgrade);
  const auto& operation = found.operation;
  EXPECT_EQ(operation.id, "a1");
  EXPECT_EQ(operation.kind, Kind::kUpgrade);
  EXPECT_EQ(operation.state, State::kFailed);
  EXPECT_EQ(operation.container, "web");
  EXPECT_EQ(operation.container_id, "id-of-web");
  EXPECT_EQ(operation.service_key, "project/web");
  EXPECT_EQ(operation.request_id, "request-a1");
  EXPECT_EQ(operation.created_at, entry.operation.created_at);
  EXPECT_EQ(operation.ended_at, At(60));
  EXPECT_EQ(operation.error->reason, "ETAG_MISMATCH");
  EXPECT_EQ(operation.progress.message, "Start web");
  EXPECT_EQ(operation.plan->steps, SamplePlan().steps);
  EXPECT_EQ(operation.upgrade_result->failed_output, SampleResult().failed_output);
}

TEST_F(SqliteJournalTest, KeepsWhoIsAPartOfWhom) {
  {
    const auto journal = Open();
    ASSERT_OK(journal->Begin(SampleEntry("p1")));
    for (const auto* id : {"c2", "c1"}) {
      auto child = SampleEntry(id);
      child.operation.parent = "p1";
      ASSERT_OK(journal->Begin(child));
    }
  }
  const auto journal = Open();
  const auto found = journal->Find("p1").value().value();
  EXPECT_EQ(found.operation.children, (std::vector<std::string>{"c2", "c1"}));
  EXPECT_EQ(journal->Find("c1").value()->operation.parent, "p1");
  EXPECT_EQ(journal->List({}).value().back().children.size(), 2u);
}

TEST_F(SqliteJournalTest, KeepsHowFarAGroupIs) {
  {
    const auto journal = Open();
    auto entry = SampleEntry("g1");
    entry.group = SampleGroup();
    ASSERT_OK(journal->Begin(entry));
    entry.group->cancelled = false;
    ASSERT_OK(journal->Intend("g1", *entry.group));
  }
  const auto found = Open()->Find("g1").value().value();
  EXPECT_EQ(found.group->members, SampleGroup().members);
  EXPECT_FALSE(found.group->cancelled);
}

TEST_F(SqliteJournalTest, KeepsWhatIsAbsentAbsent) {
  JournalEntry entry;
  entry.operation.id = "a1";
  const auto journal = Open();
  ASSERT_OK(journal->Begin(entry));
  const auto found = journal->Find("a1").value().value();
  EXPECT_FALSE(found.upgrade);
  EXPECT_FALSE(found.operation.error);
  EXPECT_FALSE(found.operation.plan);
  EXPECT_FALSE(found.operation.upgrade_result);
  EXPECT_EQ(found.operation.ended_at, WallTime{});
  EXPECT_EQ(found.operation.request_id, "");
}

TEST_F(SqliteJournalTest, DoesNotFindWhatIsNotThere) {
  const auto journal = Open();
  EXPECT_FALSE(journal->Find("a1").value());
  EXPECT_FALSE(journal->FindByRequestId("request-a1").value());
  EXPECT_TRUE(journal->Unfinished().value().empty());
  EXPECT_TRUE(journal->List({}).value().empty());
  EXPECT_TRUE(journal->ProgressFrom("a1", 0, 10).value().empty());
}

TEST_F(SqliteJournalTest, DoesNotChangeWhatIsNotThere) {
  const auto journal = Open();
  EXPECT_THAT(journal->Advance(SampleEntry("a1").operation), FailsWith(Code::kInternal, "JOURNAL_FAILED"));
  EXPECT_THAT(journal->Intend("a1", SampleRecord()), FailsWith(Code::kInternal, "JOURNAL_FAILED"));
  EXPECT_TRUE(journal->ProgressFrom("a1", 0, 10).value().empty());
}

TEST_F(SqliteJournalTest, TakesARequestIdOnce) {
  const auto journal = Open();
  ASSERT_OK(journal->Begin(SampleEntry("a1")));
  auto second = SampleEntry("a2");
  second.operation.request_id = "request-a1";
  EXPECT_THAT(journal->Begin(second), FailsWith(Code::kInternal, "JOURNAL_FAILED"));
  EXPECT_FALSE(journal->Find("a2").value());
  EXPECT_EQ(journal->FindByRequestId("request-a1").value()->operation.id, "a1");
}

TEST_F(SqliteJournalTest, TakesAnyNumberOfOperationsWithoutARequestId) {
  const auto journal = Open();
  for (const char* id : {"a1", "a2"}) {
    auto entry = SampleEntry(id);
    entry.operation.request_id.clear();
    EXPECT_OK(journal->Begin(entry));
  }
  EXPECT_FALSE(journal->FindByRequestId("").value());
}

TEST_F(SqliteJournalTest, ListsTheNewestFirstAndPageByPage) {
  const auto journal = Open();
  for (const char* id : {"a1", "a2", "a3"}) ASSERT_OK(journal->Begin(SampleEntry(id)));
  ASSERT_OK(journal->Begin(SampleEntry("b1", "db")));
  ASSERT_OK(journal->Finish(Ended(SampleEntry("a3").operation, State::kSucceeded, At(5))));
  using Ids_ = std::vector<std::string>;
  EXPECT_EQ(Ids(*journal), (Ids_{"b1", "a3", "a2", "a1"}));
  EXPECT_EQ(Ids(*journal, {.container = "web"}), (Ids_{"a3", "a2", "a1"}));
  EXPECT_EQ(Ids(*journal, {.container = "web", .unfinished = true}), (Ids_{"a2", "a1"}));
  EXPECT_EQ(Ids(*journal, {.limit = 2}), (Ids_{"b1", "a3"}));
  EXPECT_EQ(Ids(*journal, {.limit = 2, .before_id = "a3"}), (Ids_{"a2", "a1"}));
  EXPECT_EQ(Ids(*journal, {.before_id = "nobody"}), Ids_{});
}

TEST_F(SqliteJournalTest, NamesTheUnfinishedOldestFirst) {
  const auto journal = Open();
  for (const char* id : {"a1", "a2", "a3"}) ASSERT_OK(journal->Begin(SampleEntry(id)));
  ASSERT_OK(journal->Finish(Ended(SampleEntry("a2").operation, State::kCancelled, At(5))));
  const auto unfinished = journal->Unfinished().value();
  ASSERT_EQ(unfinished.size(), 2u);
  EXPECT_EQ(unfinished[0].operation.id, "a1");
  EXPECT_EQ(unfinished[1].operation.id, "a3");
}

TEST_F(SqliteJournalTest, GivesProgressFromASequenceOn) {
  const auto journal = Open();
  auto operation = SampleEntry("a1").operation;
  ASSERT_OK(journal->Begin(SampleEntry("a1")));
  for (std::uint64_t sequence = 2; sequence <= 5; ++sequence) {
    operation.progress = SampleProgress(sequence, "step " + std::to_string(sequence));
    ASSERT_OK(journal->Advance(operation));
  }
  const auto some = journal->ProgressFrom("a1", 3, 2).value();
  ASSERT_EQ(some.size(), 2u);
  EXPECT_EQ(some[0].message, "step 3");
  EXPECT_EQ(some[1].sequence, 4u);
  EXPECT_EQ(journal->ProgressFrom("a1", 0, 100).value().size(), 5u);
  EXPECT_TRUE(journal->ProgressFrom("a1", ~std::uint64_t{0}, 100).value().empty());
}

TEST_F(SqliteJournalTest, KeepsTheFirstThousandOfItsProgressAndTheLast) {
  const auto journal = Open();
  auto operation = SampleEntry("a1").operation;
  ASSERT_OK(journal->Begin(SampleEntry("a1")));
  for (const std::uint64_t sequence : {999u, 1000u, 1001u, 1002u}) {
    operation.progress = SampleProgress(sequence);
    ASSERT_OK(journal->Advance(operation));
  }
  EXPECT_EQ(journal->ProgressFrom("a1", 0, 9999).value().back().sequence, 1000u);
  EXPECT_EQ(journal->Find("a1").value()->operation.progress.sequence, 1002u);
}

// --- What it forgets ---

TEST_F(SqliteJournalTest, PrunesWhatIsOldAndWhatIsTooMuch) {
  const auto journal = Open();
  for (int i = 1; i <= 5; ++i) {
    const auto entry = SampleEntry("a" + std::to_string(i));
    ASSERT_OK(journal->Begin(entry));
    if (i != 2) ASSERT_OK(journal->Finish(Ended(entry.operation, State::kSucceeded, At(10 * i))));
  }
  ASSERT_OK(journal->Prune(At(15), 2));
  EXPECT_EQ(Ids(*journal), (std::vector<std::string>{"a5", "a4", "a2"}));
  EXPECT_TRUE(journal->ProgressFrom("a1", 0, 10).value().empty());
  EXPECT_FALSE(journal->ProgressFrom("a5", 0, 10).value().empty());
}

TEST_F(SqliteJournalTest, DoesNotPruneAPartOfWhatIsUnderWay) {
  const auto journal = Open();
  auto group = SampleEntry("g1");
  ASSERT_OK(journal->Begin(group));
  auto child = SampleEntry("c1");
  child.operation.parent = "g1";
  ASSERT_OK(journal->Begin(child));
  ASSERT_OK(journal->Finish(Ended(child.operation, State::kSucceeded, At(10))));
  ASSERT_OK(journal->Prune(At(1'000'000), 0));
  EXPECT_TRUE(journal->Find("c1").value());
  ASSERT_OK(journal->Finish(Ended(group.operation, State::kSucceeded, At(20))));
  ASSERT_OK(journal->Prune(At(1'000'000), 0));
  EXPECT_FALSE(journal->Find("c1").value());
}

TEST_F(SqliteJournalTest, DoesNotPruneWhatIsUnderWay) {
  const auto journal = Open();
  ASSERT_OK(journal->Begin(SampleEntry("a1")));
  ASSERT_OK(journal->Prune(At(1'000'000), 0));
  EXPECT_EQ(Ids(*journal), std::vector<std::string>{"a1"});
}

// --- Who may read it, and who may have it ---

TEST_F(SqliteJournalTest, LetsNobodyElseRead) {
  const auto journal = Open();
  ASSERT_OK(journal->Begin(SampleEntry("a1")));
  struct stat status = {};
  ASSERT_EQ(::stat(directory.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  for (const auto& entry : fs::directory_iterator(directory)) {
    ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << entry.path();
  }
}

TEST_F(SqliteJournalTest, IsForOneAgentAlone) {
  const auto journal = Open();
  int answer[2];
  ASSERT_EQ(::pipe(answer), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto opened = OpenJournal(directory, At(0));
    const std::string reason = opened ? "opened" : opened.error().reason;
    (void)!::write(answer[1], reason.data(), reason.size());
    ::_exit(0);
  }
  char reason[64] = {};
  EXPECT_GT(::read(answer[0], reason, sizeof reason - 1), 0);
  ::waitpid(child, nullptr, 0);
  EXPECT_STREQ(reason, "JOURNAL_IN_USE");
  EXPECT_TRUE(Broken().empty());
  EXPECT_OK(journal->Begin(SampleEntry("a1")));
}

TEST_F(SqliteJournalTest, SaysWhatToDoWhenTheDirectoryCannotBeWritten) {
  std::ofstream(temporary.path() / "file") << "no directory";
  const auto opened = OpenJournal(temporary.path() / "file" / "state", At(0));
  ASSERT_THAT(opened, FailsWith(Code::kFailedPrecondition, "STATE_DIR_UNUSABLE"));
  EXPECT_NE(opened.error().message.find("set state_dir to another one"), std::string::npos);
}

// --- What it survives ---

// Writes operations until it is killed, and says which ones Begin returned for.
[[noreturn]] void WriteUntilKilled(const fs::path& directory, int told) {
  const auto journal = std::move(OpenJournal(directory, At(0))->journal);
  for (std::uint32_t n = 0;; ++n) {
    auto entry = SampleEntry("op-" + std::to_string(n));
    if (!journal->Begin(entry)) ::_exit(1);
    entry.operation.progress = SampleProgress(2);
    if (!journal->Advance(entry.operation)) ::_exit(1);
    if (::write(told, &n, sizeof n) != sizeof n) ::_exit(1);
  }
}

TEST_F(SqliteJournalTest, KeepsWhatReturnedBeforeAKill) {
  for (int round = 0; round < 5; ++round) {
    directory = temporary.path() / ("round-" + std::to_string(round));
    int told[2];
    ASSERT_EQ(::pipe(told), 0);
    const pid_t child = ::fork();
    if (child == 0) WriteUntilKilled(directory, told[1]);
    ::close(told[1]);
    std::uint32_t last = 0;
    const std::uint32_t enough = 20u + 7u * static_cast<std::uint32_t>(round);
    while (last < enough && ::read(told[0], &last, sizeof last) == sizeof last) {
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(told[0], &last, sizeof last) == sizeof last) {
    }
    ::close(told[0]);
    ASSERT_GE(last, enough);

    const auto journal = Open();
    EXPECT_EQ(set_aside, "");
    for (std::uint32_t n = 0; n <= last; ++n) {
      const auto id = "op-" + std::to_string(n);
      ASSERT_TRUE(journal->Find(id).value()) << id;
      ASSERT_EQ(journal->ProgressFrom(id, 0, 10).value().size(), 2u) << id;
    }
  }
}

TEST_F(SqliteJournalTest, ReplaysTheLogOfACopyThatWasTakenWhileItWrote) {
  const auto journal = Open();
  for (int i = 0; i < 50; ++i) ASSERT_OK(journal->Begin(SampleEntry("a" + std::to_string(i))));
  ASSERT_GT(fs::file_size(directory / "journal.db-wal"), 0u);
  const auto copy = temporary.path() / "copy";
  fs::copy(directory, copy);
  const auto opened = OpenJournal(copy, At(0));
  ASSERT_OK(opened);
  EXPECT_EQ(opened->set_aside, "");
  EXPECT_EQ(opened->journal->Unfinished().value().size(), 50u);
}

TEST_F(SqliteJournalTest, KeepsWhatWasThereWhenTheEndOfItsLogIsLost) {
  const auto journal = Open();
  for (int i = 0; i < 50; ++i) ASSERT_OK(journal->Begin(SampleEntry("a" + std::to_string(i))));
  const auto copy = temporary.path() / "copy";
  fs::copy(directory, copy);
  fs::resize_file(copy / "journal.db-wal", fs::file_size(copy / "journal.db-wal") - 100);
  const auto opened = OpenJournal(copy, At(0));
  ASSERT_OK(opened);
  EXPECT_EQ(opened->set_aside, "");
  EXPECT_EQ(opened->journal->Unfinished().value().size(), 49u);
}

// --- What it sets aside ---

class BrokenJournal : public SqliteJournalTest {
 protected:
  void SetUp() override {
    const auto journal = Open();
    for (int i = 0; i < 50; ++i) ASSERT_OK(journal->Begin(SampleEntry("a" + std::to_string(i))));
  }
  void ExpectSetAside(const std::string& why) {
    const auto journal = Open();
    EXPECT_NE(set_aside.find(why), std::string::npos) << set_aside;
    EXPECT_NE(set_aside.find("journal.db.20231114T221320Z.broken"), std::string::npos) << set_aside;
    EXPECT_FALSE(Broken().empty());
    EXPECT_TRUE(journal->List({}).value().empty());
    EXPECT_OK(journal->Begin(SampleEntry("new")));
  }
};

TEST_F(BrokenJournal, IsSetAsideWhenItWasTruncated) {
  fs::resize_file(file, fs::file_size(file) / 2);
  ExpectSetAside("damaged");
}

TEST_F(BrokenJournal, IsSetAsideWhenItWasCutInsideItsFirstPage) {
  fs::resize_file(file, 50);
  ExpectSetAside("damaged");
}

TEST_F(BrokenJournal, IsSetAsideWhenItWasZeroed) {
  const auto size = fs::file_size(file);
  fs::resize_file(file, 0);
  fs::resize_file(file, size);
  ExpectSetAside("damaged");
}

TEST_F(BrokenJournal, IsSetAsideWhenAPageWasOverwritten) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(static_cast<std::streamoff>(fs::file_size(file) / 2));
  stream << std::string(8192, 'x');
  stream.close();
  ExpectSetAside("damaged");
}

TEST_F(BrokenJournal, IsSetAsideWhenItIsNoDatabase) {
  std::ofstream(file) << std::string(10000, 'x');
  ExpectSetAside("damaged");
}

TEST_F(BrokenJournal, IsSetAsideWhenItIsOfANewerBerth) {
  Sql("PRAGMA user_version = 1000");
  ExpectSetAside("newer Berth (version 1000");
}

TEST_F(BrokenJournal, IsSetAsideWhenItIsOfAnotherProgram) {
  Sql("PRAGMA application_id = 1");
  ExpectSetAside("another program");
}

TEST_F(BrokenJournal, IsSetAsideWhenATableIsMissing) {
  Sql("DROP TABLE progress");
  ExpectSetAside("progress");
}

TEST_F(BrokenJournal, IsSetAsideWhenItCannotBeOpened) {
  fs::remove(file);
  fs::create_directory(file);
  ExpectSetAside("can't be opened");
}

TEST_F(BrokenJournal, IsSetAsideWithItsLog) {
  std::ofstream(file) << std::string(10000, 'x');
  std::ofstream(file.string() + "-wal") << "log";
  ExpectSetAside("damaged");
  EXPECT_EQ(Broken(),
            (std::vector<std::string>{"journal.db.20231114T221320Z.broken", "journal.db.20231114T221320Z.broken-wal"}));
}

TEST_F(BrokenJournal, DoesNotReplaceOneThatWasSetAsideInTheSameSecond) {
  std::ofstream(file) << std::string(10000, 'x');
  Open();
  std::ofstream(file) << std::string(10000, 'y');
  Open();
  EXPECT_EQ(Broken(),
            (std::vector<std::string>{"journal.db.20231114T221320Z.2.broken", "journal.db.20231114T221320Z.broken"}));
}

TEST_F(SqliteJournalTest, KeepsSpecificationsUntilTheirContainersAreGone) {
  {
    const auto journal = Open();
    for (const auto* id : {"a1", "b2", "c3"}) ASSERT_OK(journal->KeepSpec(id, std::string("of ") + id, At(10)));
    ASSERT_OK(journal->KeepSpec("c3", "of c3", At(50)));
  }
  const auto journal = Open();
  EXPECT_EQ(journal->FindSpec("a1").value(), "of a1");
  EXPECT_EQ(journal->FindSpec("d4").value(), std::nullopt);
  ASSERT_OK(journal->PruneSpecs({"a1"}, At(40)));
  EXPECT_EQ(journal->FindSpec("a1").value(), "of a1");
  EXPECT_EQ(journal->FindSpec("b2").value(), std::nullopt);
  EXPECT_EQ(journal->FindSpec("c3").value(), "of c3") << "kept a moment ago: the list may be older";
}

TEST_F(SqliteJournalTest, TakesAnEmptyFileForANewJournal) {
  fs::create_directory(directory);
  std::ofstream(file).close();
  const auto journal = Open();
  EXPECT_EQ(set_aside, "");
  EXPECT_OK(journal->Begin(SampleEntry("a1")));
}

// --- A full disk ---

// No file of this process may grow beyond `bytes` while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    Set({bytes, before_.rlim_max});
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { Set(before_); }

 private:
  static void Set(const rlimit& limit) { ::setrlimit(RLIMIT_FSIZE, &limit); }
  rlimit before_ = {};
};

TEST_F(SqliteJournalTest, SaysSoWhenTheDiskIsFullAndGoesOnWhenThereIsSpace) {
  const auto journal = Open();
  ASSERT_OK(journal->Begin(SampleEntry("a1")));
  {
    const FileSizeLimit full(fs::file_size(directory / "journal.db-wal"));
    const auto refused = journal->Begin(SampleEntry("a2"));
    EXPECT_THAT(refused, FailsWith(Code::kResourceExhausted, "DISK_FULL"));
    EXPECT_NE(test::MessageOf(refused).find("free some space"), std::string::npos);
    EXPECT_THAT(journal->Intend("a1", SampleRecord(Phase::kCommitted)),
                FailsWith(Code::kResourceExhausted, "DISK_FULL"));
    EXPECT_TRUE(journal->Find("a1").value());
    EXPECT_FALSE(journal->Find("a2").value());
  }
  EXPECT_OK(journal->Begin(SampleEntry("a2")));
  EXPECT_EQ(journal->Unfinished().value().size(), 2u);
}

TEST_F(SqliteJournalTest, OpensOnAFullDisk) {
  ASSERT_OK(Open()->Begin(SampleEntry("a1")));
  const FileSizeLimit full(0);
  const auto journal = Open();
  EXPECT_EQ(set_aside, "");
  EXPECT_TRUE(journal->Find("a1").value());
  EXPECT_THAT(journal->Begin(SampleEntry("a2")), FailsWith(Code::kResourceExhausted, "DISK_FULL"));
}

}  // namespace
}  // namespace berth::agent

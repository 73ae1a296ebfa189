#include "agent/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/sqlite_journal.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const WallTime kNow = WallTime(1'700'000'000s);

AuditRecord Stop(const std::string& who, const std::string& target, WallTime time = kNow) {
  AuditRecord record;
  record.time = time;
  record.identity = who;
  record.address = "pid 7";
  record.method = "StopContainer";
  record.target = target;
  return record;
}

JournalEntry Entry(const std::string& id, const std::string& request_id = "") {
  JournalEntry entry;
  entry.operation.id = id;
  entry.operation.kind = Kind::kStop;
  entry.operation.container = "web";
  entry.operation.created_at = kNow;
  entry.operation.progress = {1, kNow, 0, 0, "Begin", {}};
  entry.operation.request_id = request_id;
  return entry;
}

class AuditTest : public testing::Test {
 protected:
  AuditTest() { Open(); }
  void Open() {
    opened = {};
    opened = OpenJournal(directory.path(), kNow).value();
  }
  AuditLog& log() { return *opened.audit; }
  AuditRecord Last() { return log().List({.limit = 1})->at(0); }
  void End(Operation operation, State state, const std::string& reason = "") {
    operation.state = state;
    operation.ended_at = kNow + 1s;
    if (!reason.empty()) operation.error = Error{Code::kInternal, reason, "it went wrong"};
    EXPECT_OK(opened.journal->Finish(operation));
  }

  test::TemporaryDirectory directory;
  OpenedJournal opened;
};

TEST_F(AuditTest, KeepsWhoAskedForWhat) {
  AuditRecord record = Stop("user:deploy(1000)", "web");
  record.image = "web:2";
  record.request_id = "2f1c9a34-6a0e-4a3b-9f0d-0a5a3d1c7b11";
  EXPECT_EQ(*log().Write(record), 1);
  Open();
  const auto kept = Last();
  EXPECT_EQ(kept.id, 1);
  EXPECT_EQ(kept.time, kNow);
  EXPECT_EQ(kept.identity, "user:deploy(1000)");
  EXPECT_EQ(kept.address, "pid 7");
  EXPECT_EQ(kept.method, "StopContainer");
  EXPECT_EQ(kept.target, "web");
  EXPECT_EQ(kept.image, "web:2");
  EXPECT_EQ(kept.request_id, record.request_id);
}

TEST_F(AuditTest, SaysWhyItWasRefused) {
  const auto id = *log().Write(Stop("a", "web"));
  EXPECT_OK(log().Close(id, AuditOutcome::kRefused, "LOCKED"));
  EXPECT_EQ(Last().outcome, AuditOutcome::kRefused);
  EXPECT_EQ(Last().reason, "LOCKED");
}

TEST_F(AuditTest, GetsItsOutcomeFromTheOperationThatItBegan) {
  const auto id = *log().Write(Stop("a", "0123456789ab"));
  const auto entry = Entry("0123456789abcdef");
  EXPECT_OK(opened.journal->Begin(entry));
  EXPECT_OK(log().Link(id, "0123456789abcdef"));
  EXPECT_EQ(Last().outcome, AuditOutcome::kOpen);
  EXPECT_EQ(Last().target, "web") << "by its name";
  EXPECT_EQ(Last().operation, "0123456789abcdef");
  End(entry.operation, State::kFailed, "HEALTH_GATE_FAILED");
  EXPECT_EQ(Last().outcome, AuditOutcome::kFailed);
  EXPECT_EQ(Last().reason, "HEALTH_GATE_FAILED");
  EXPECT_THAT(*log().List({}), SizeIs(1));
}

TEST_F(AuditTest, GetsItAlsoFromOneThatHasEndedAlready) {
  const auto id = *log().Write(Stop("a", "web"));
  const auto entry = Entry("0123456789abcdef");
  EXPECT_OK(opened.journal->Begin(entry));
  End(entry.operation, State::kFailed, "ENGINE_ERROR");
  EXPECT_OK(log().Link(id, "0123456789abcdef"));
  EXPECT_EQ(Last().outcome, AuditOutcome::kFailed);
  EXPECT_EQ(Last().reason, "ENGINE_ERROR");
}

// Killed between the operation's begin and the answer.
TEST_F(AuditTest, GetsItAlsoWhenTheAgentWasKilledMeanwhile) {
  AuditRecord record = Stop("a", "web");
  record.request_id = "2f1c9a34-6a0e-4a3b-9f0d-0a5a3d1c7b11";
  EXPECT_OK(log().Write(record));
  const auto entry = Entry("0123456789abcdef", record.request_id);
  EXPECT_OK(opened.journal->Begin(entry));
  EXPECT_OK(log().Write(Stop("b", "db")));
  Open();
  EXPECT_OK(log().CloseInterrupted());
  EXPECT_EQ(Last().outcome, AuditOutcome::kInterrupted) << "it was never begun";
  End(entry.operation, State::kSucceeded);
  EXPECT_EQ(log().List({.target = "web"})->at(0).outcome, AuditOutcome::kSucceeded);
}

TEST_F(AuditTest, RecordsWhatTheAgentDoesByItself) {
  auto entry = Entry("0123456789abcdef");
  entry.operation.origin = Origin::kWatchdog;
  EXPECT_OK(opened.journal->Begin(entry));
  EXPECT_EQ(Last().identity, "berthd");
  EXPECT_EQ(Last().method, "watchdog stop");
  EXPECT_EQ(Last().target, "web");
}

TEST_F(AuditTest, DoesNotRecordThePartsOfAnOperation) {
  auto entry = Entry("0123456789abcdef");
  entry.operation.origin = Origin::kWatchdog;
  entry.operation.parent = "fedcba9876543210";
  EXPECT_OK(opened.journal->Begin(entry));
  EXPECT_THAT(*log().List({}), IsEmpty());
}

TEST_F(AuditTest, ListsTheNewestFirstAndOnlyWhatIsWanted) {
  EXPECT_OK(log().Write(Stop("a", "web", kNow)));
  EXPECT_OK(log().Write(Stop("b", "db", kNow + 1h)));
  EXPECT_OK(log().Write(Stop("a", "db", kNow + 2h)));
  const auto ids = [&](const AuditQuery& query) {
    std::vector<std::int64_t> ids;
    for (const auto& record : *log().List(query)) ids.push_back(record.id);
    return ids;
  };
  EXPECT_THAT(ids({}), ElementsAre(3, 2, 1));
  EXPECT_THAT(ids({.identity = "a"}), ElementsAre(3, 1));
  EXPECT_THAT(ids({.target = "db"}), ElementsAre(3, 2));
  EXPECT_THAT(ids({.method = "StartContainer"}), IsEmpty());
  EXPECT_THAT(ids({.since = kNow + 1h}), ElementsAre(3, 2));
  EXPECT_THAT(ids({.until = kNow + 1h}), ElementsAre(1));
  EXPECT_THAT(ids({.limit = 1, .before_id = 3}), ElementsAre(2));
}

TEST_F(AuditTest, IsBoundedByAgeAndCountAndKeepsWhatIsOpen) {
  log().Keep({.age = 24h, .count = 10});
  const auto open = *log().Write(Stop("a", "open", kNow - 48h));
  EXPECT_OK(opened.journal->Begin(Entry("0123456789abcdef")));
  EXPECT_OK(log().Link(open, "0123456789abcdef"));
  for (int i = 0; i < 512; ++i) {
    const auto id = *log().Write(Stop("a", "web", kNow));
    EXPECT_OK(log().Close(id, AuditOutcome::kSucceeded, ""));
  }
  EXPECT_LT(log().List({.limit = 1000})->size(), 300u);
  EXPECT_EQ(log().List({.until = kNow - 1h})->at(0).operation, "0123456789abcdef");
}

TEST(AuditSentence, IsOneLineWhateverACallerIsCalled) {
  AuditRecord record = Stop("user:a\nforged", "web");
  EXPECT_EQ(SentenceOf(record), "user:a forged asks for StopContainer of web");
  record.outcome = AuditOutcome::kRefused;
  record.reason = "LOCKED";
  EXPECT_EQ(SentenceOf(record), "user:a forged asks for StopContainer of web: refused (LOCKED)");
}

}  // namespace
}  // namespace berth::agent

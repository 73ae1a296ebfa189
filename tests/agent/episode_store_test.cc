#include "agent/episode_store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "agent/sqlite_journal.h"
#include "tests/agent/journal_samples.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace berth::agent {
namespace {

using watchdog::Class;
using watchdog::Episode;
using watchdog::Outcome;
using Ids = std::vector<std::uint64_t>;

// Ended unless `ended_at` is 0.
Episode Sample(std::uint64_t id, std::int64_t ended_at = 0, const std::string& container = "web") {
  Episode episode;
  episode.id = id;
  episode.service_key = "shop/" + container + "/1";
  episode.project = "shop";
  episode.container = container;
  episode.container_id = "id-of-" + container;
  episode.image = "web:1";
  episode.illness = Class::kProbeError;
  episode.began_at = At(static_cast<std::int64_t>(id)) + std::chrono::microseconds(5);
  if (ended_at != 0) episode.ended_at = At(ended_at);
  episode.outcome = ended_at != 0 ? Outcome::kGaveUp : Outcome::kOpen;
  episode.reason = "nothing has helped";
  episode.health_output = "not UTF-8: \xff, a \"quote\"\n";
  episode.steps = {{At(1), "restart", "ok", "web is unhealthy"}, {At(2), "hold", "", "the engine is away"}};
  return episode;
}

class EpisodeStoreTest : public testing::Test {
 protected:
  EpisodeStoreTest() { Open(); }

  void Open() {
    opened.reset();
    opened.emplace(OpenJournal(temporary.path(), At(0)).value());
    store = opened->episodes.get();
  }
  void Sql(const std::string& sql) {
    sqlite3* database = nullptr;
    sqlite3_open((temporary.path() / "journal.db").c_str(), &database);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
    sqlite3_close(database);
  }
  static Ids IdsOf(const Result<std::vector<Episode>>& episodes) {
    Ids ids;
    for (const auto& episode : episodes.value()) ids.push_back(episode.id);
    return ids;
  }
  Ids List(const EpisodeQuery& query = {}) { return IdsOf(store->List(query)); }

  test::TemporaryDirectory temporary;
  std::optional<OpenedJournal> opened;
  EpisodeStore* store = nullptr;
};

TEST_F(EpisodeStoreTest, KeepsEverythingOfAnEpisodeAcrossARestart) {
  const Episode wrote = Sample(7, 60);
  ASSERT_OK(store->Write({wrote}));
  Open();
  const Episode read = store->List({})->front();
  EXPECT_EQ(read.id, 7u);
  EXPECT_EQ(read.service_key, wrote.service_key);
  EXPECT_EQ(read.project, wrote.project);
  EXPECT_EQ(read.container, wrote.container);
  EXPECT_EQ(read.container_id, wrote.container_id);
  EXPECT_EQ(read.image, wrote.image);
  EXPECT_EQ(read.illness, wrote.illness);
  EXPECT_EQ(read.began_at, wrote.began_at);
  EXPECT_EQ(read.ended_at, wrote.ended_at);
  EXPECT_EQ(read.outcome, wrote.outcome);
  EXPECT_EQ(read.reason, wrote.reason);
  EXPECT_EQ(read.health_output, wrote.health_output);
  ASSERT_EQ(read.steps.size(), 2u);
  EXPECT_EQ(read.steps[0].time, At(1));
  EXPECT_EQ(read.steps[0].what, "restart");
  EXPECT_EQ(read.steps[0].result, "ok");
  EXPECT_EQ(read.steps[0].reason, "web is unhealthy");
  EXPECT_EQ(read.steps[1].result, "");
}

TEST_F(EpisodeStoreTest, ReplacesWhatAnEpisodeWasBefore) {
  ASSERT_OK(store->Write({Sample(1), Sample(2)}));
  ASSERT_OK(store->Write({Sample(1, 60)}));
  EXPECT_EQ(List(), (Ids{2, 1}));
  EXPECT_EQ(store->List({})->back().outcome, Outcome::kGaveUp);
}

TEST_F(EpisodeStoreTest, HasNothingToWriteForNoEpisodes) {
  ASSERT_OK(store->Write({}));
  EXPECT_EQ(List(), Ids());
}

TEST_F(EpisodeStoreTest, ListsTheNewestFirstPageByPage) {
  ASSERT_OK(store->Write({Sample(1), Sample(2), Sample(3), Sample(4), Sample(5)}));
  EXPECT_EQ(List({.limit = 2}), (Ids{5, 4}));
  EXPECT_EQ(List({.limit = 2, .before_id = 4}), (Ids{3, 2}));
  EXPECT_EQ(List({.limit = 2, .before_id = 2}), Ids{1});
}

TEST_F(EpisodeStoreTest, ListsThoseOfOneContainerByItsNameOrItsServiceKey) {
  ASSERT_OK(store->Write({Sample(1), Sample(2, 0, "db"), Sample(3)}));
  EXPECT_EQ(List({.container = "web"}), (Ids{3, 1}));
  EXPECT_EQ(List({.container = "shop/db/1"}), Ids{2});
  EXPECT_EQ(List({.container = "nobody"}), Ids());
}

TEST_F(EpisodeStoreTest, ListsTheOpenOnesAlone) {
  ASSERT_OK(store->Write({Sample(1, 60), Sample(2), Sample(3, 60)}));
  EXPECT_EQ(List({.open = true}), Ids{2});
  EXPECT_EQ(List({.open = false}), (Ids{3, 2, 1}));
}

TEST_F(EpisodeStoreTest, GoesOnFromTheOpenAndTheRecentOnesOldestFirst) {
  ASSERT_OK(store->Write({Sample(1), Sample(2, 60), Sample(3, 100), Sample(4, 200)}));
  EXPECT_EQ(IdsOf(store->Recent(At(60), 10)), (Ids{1, 3, 4}));
  EXPECT_EQ(IdsOf(store->Recent(At(60), 2)), (Ids{3, 4}));
}

TEST_F(EpisodeStoreTest, ForgetsWhatIsOldAndWhatIsTooMuch) {
  ASSERT_OK(store->Write({Sample(1), Sample(2, 50), Sample(3, 60), Sample(4, 70), Sample(5, 80)}));
  ASSERT_OK(store->Prune(At(55), 2));
  EXPECT_EQ(List(), (Ids{5, 4, 1}));
}

TEST_F(EpisodeStoreTest, DoesNotForgetWhatIsOpen) {
  ASSERT_OK(store->Write({Sample(1)}));
  ASSERT_OK(store->Prune(At(1'000'000), 0));
  EXPECT_EQ(List(), Ids{1});
}

TEST_F(EpisodeStoreTest, ReadsARowThatMakesNoSenseAsFarAsItGoes) {
  ASSERT_OK(store->Write({Sample(1, 60), Sample(2)}));
  opened.reset();
  Sql("UPDATE episodes SET story = 'rubbish' WHERE id = 1");
  Sql(R"(UPDATE episodes SET story = '{"illness": 3, "outcome": "new", "steps": [1, {}]}' WHERE id = 2)");
  Open();
  EXPECT_EQ(List(), (Ids{2, 1}));
  const auto episodes = store->List({}).value();
  EXPECT_EQ(episodes[1].container, "web");
  EXPECT_EQ(episodes[1].ended_at, At(60));
  EXPECT_TRUE(episodes[1].steps.empty());
  EXPECT_EQ(episodes[0].outcome, Outcome::kOpen);
  EXPECT_EQ(episodes[0].steps.size(), 1u);
}

TEST_F(EpisodeStoreTest, LivesBesideTheOperations) {
  ASSERT_OK(store->Write({Sample(1)}));
  ASSERT_OK(opened->journal->Begin(SampleEntry("a1")));
  Open();
  EXPECT_EQ(List(), Ids{1});
  EXPECT_TRUE(opened->journal->Find("a1").value());
}

}  // namespace
}  // namespace berth::agent

#include "agent/service_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/journal.h"
#include "tests/support/fake_engine.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class ServiceReportsTest : public ::testing::Test {
 protected:
  void Begin(std::optional<std::chrono::microseconds> timeout) {
    reports.emplace(
        host.loop.executor(), host.clock, [this] { return state; },
        ServiceVoice{.alive = [this] { ++alive; },
                     .status = [this](const std::string& line) { lines.push_back(line); },
                     .timeout = timeout});
    host.loop.RunReady();
  }

  test::FakeHost host;
  ServiceState state{.operations = 0, .watched = 2, .engine_answers = true};
  int alive = 0;
  std::vector<std::string> lines;
  std::optional<ServiceReports> reports;
};

TEST_F(ServiceReportsTest, SaysThreeTimesInSystemdsTimeoutThatTheLoopGoesRound) {
  Begin(9s);
  EXPECT_EQ(alive, 1);
  host.loop.RunFor(9s);
  EXPECT_EQ(alive, 4);
}

TEST_F(ServiceReportsTest, SaysNothingMoreOnceItIsGone) {
  Begin(9s);
  reports.reset();
  host.loop.RunFor(1min);
  EXPECT_EQ(alive, 1);
}

TEST_F(ServiceReportsTest, TellsWhatIsNewAndNothingTwice) {
  Begin(std::nullopt);
  host.loop.RunFor(1min);
  state.operations = 1;
  host.loop.RunFor(1min);
  EXPECT_THAT(lines, ElementsAre("0 operations under way, 2 containers watched",
                                 "1 operation under way, 2 containers watched"));
}

TEST_F(ServiceReportsTest, TellsOfARefusedConfigurationAtOnceAndUntilAnotherIsTaken) {
  Begin(9s);
  for (const bool refused : {true, false}) {
    state.configuration_refused = refused;
    reports->Tell();
  }
  EXPECT_THAT(lines, ElementsAre("0 operations under way, 2 containers watched",
                                 "0 operations under way, 2 containers watched; the new configuration was refused, "
                                 "the old one stays",
                                 "0 operations under way, 2 containers watched"));
}

TEST(StatusLine, SaysWhatIsNotAsItShouldBe) {
  EXPECT_EQ(StatusLine({.operations = 3}), "3 operations under way; the engine does not answer");
}

TEST(JournalFields, HaveNamesThatJournalctlCanBeAskedFor) {
  EXPECT_EQ(journal::FieldName("container"), "CONTAINER_NAME");
  EXPECT_EQ(journal::FieldName("operation"), "BERTH_OPERATION");
  EXPECT_EQ(journal::FieldName("episode"), "BERTH_EPISODE");
  EXPECT_EQ(journal::FieldName("exit-code 2"), "BERTH_EXIT_CODE_2");
}

TEST(JournalFields, AreNotSentWhereStandardErrorIsNotTheJournals) {
  ::setenv("JOURNAL_STREAM", "1:2", 1);
  EXPECT_FALSE(journal::IsOurs());
  ::unsetenv("JOURNAL_STREAM");
  EXPECT_FALSE(journal::IsOurs());
}

}  // namespace
}  // namespace berth::agent

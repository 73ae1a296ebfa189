#include "agent/operations/group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;
using test::FailsWith;
using testing::ElementsAre;
using testing::IsEmpty;
using Needs = std::vector<std::vector<std::size_t>>;

ContainerDetails Service(const std::string& service, const std::string& depends_on = "",
                         const std::string& project = "shop") {
  ContainerDetails container;
  container.name = project + "_" + service + "_1";
  container.id = "id-of-" + container.name;
  container.labels = {{"com.docker.compose.project", project}, {"com.docker.compose.service", service}};
  if (!depends_on.empty()) container.labels["com.docker.compose.depends_on"] = depends_on;
  return container;
}

ContainerDetails Plain(const std::string& name, boost::json::object host_config = {}) {
  ContainerDetails container;
  container.name = name;
  container.id = "id-of-" + name;
  container.raw["HostConfig"] = std::move(host_config);
  return container;
}

// --- who needs whom

TEST(GroupOrder, FollowsDependsOnAsComposeWritesIt) {
  const auto needs = NeedsOf({Service("web", "db:service_healthy:false,redis:service_started:true"), Service("db"),
                              Service("redis"), Service("mail")});
  EXPECT_EQ(needs, (Needs{{1, 2}, {}, {}, {}}));
}

TEST(GroupOrder, TakesServicesOfTheSameNameInOtherProjectsForOthers) {
  EXPECT_EQ(NeedsOf({Service("web", "db:service_started:true"), Service("db", "", "blog")}), (Needs{{}, {}}));
}

TEST(GroupOrder, FollowsNamespacesVolumesAndLinks) {
  const auto needs = NeedsOf({Plain("sidecar", {{"NetworkMode", "container:id-of-web"}}),
                              Plain("backup", {{"VolumesFrom", {"web:ro"}}}),
                              Plain("proxy", {{"Links", {"/web:/proxy/app"}}}), Plain("web"), Plain("webby")});
  EXPECT_EQ(needs, (Needs{{3}, {3}, {3}, {}, {}}));
}

TEST(GroupOrder, PutsEachAfterAllThatItNeeds) {
  const auto levels = LevelsOf({{1, 2}, {2}, {}, {}}, {"web", "api", "db", "mail"});
  EXPECT_THAT(levels.value(), ElementsAre(2, 1, 0, 0));
}

TEST(GroupOrder, RefusesACircleAndNamesThoseInIt) {
  const auto levels = LevelsOf({{1}, {2}, {1}, {3, 0}, {}}, {"before", "a", "b", "itself", "free"});
  EXPECT_THAT(levels, FailsWith(Code::kFailedPrecondition, "DEPENDENCY_CYCLE"));
  EXPECT_THAT(levels.error().message, testing::HasSubstr("a, b"));
  EXPECT_THAT(levels.error().message, testing::Not(testing::HasSubstr("free")));
}

// --- what comes next

class GroupDecisionTest : public testing::Test {
 protected:
  // db first; then three of web and two of worker.
  GroupDecisionTest() {
    record.members = {Member("db", 0),  Member("web", 1),    Member("web", 1),
                      Member("web", 1), Member("worker", 1), Member("worker", 1)};
    stages.assign(record.members.size(), Stage::kWaiting);
  }
  static GroupMember Member(const std::string& service, int level) { return {service, service, "", level, "", "", ""}; }
  GroupDecision Next(bool stop = false) const { return Decide(record, stages, stop); }
  void Set(std::initializer_list<std::size_t> places, Stage stage) {
    for (const auto place : places) stages[place] = stage;
  }

  GroupRecord record;
  std::vector<Stage> stages;
};

TEST_F(GroupDecisionTest, BeginsWithWhatOthersNeed) { EXPECT_THAT(Next().upgrade, ElementsAre(0)); }

TEST_F(GroupDecisionTest, WaitsForWhatIsUnderWay) {
  record.max_unavailable = {5, false};
  Set({0}, Stage::kUpgrading);
  EXPECT_THAT(Next().upgrade, IsEmpty());
  EXPECT_FALSE(Next().finished);
}

TEST_F(GroupDecisionTest, GoesOnWithTheNextLevelOnlyWhenAllOfTheLastOneAreDone) {
  record.members.insert(record.members.begin(), Member("redis", 0));
  stages.insert(stages.begin(), Stage::kUpgraded);
  record.max_unavailable = {1, false};
  EXPECT_THAT(Next().upgrade, ElementsAre(1));
  Set({1}, Stage::kUnchanged);
  EXPECT_THAT(Next().upgrade, ElementsAre(2));
}

TEST_F(GroupDecisionTest, BeginsAsManyAtATimeAsMayBeUnavailable) {
  Set({0}, Stage::kUpgraded);
  record.max_unavailable = {2, false};
  EXPECT_THAT(Next().upgrade, ElementsAre(1, 2));
  Set({1}, Stage::kUpgrading);
  EXPECT_THAT(Next().upgrade, ElementsAre(2));
}

TEST_F(GroupDecisionTest, TakesAShareOfTheLevelAndOfEachService) {
  Set({0}, Stage::kUpgraded);
  record.max_unavailable = {50, true};  // 2 of 5; 1 of 3 web, 1 of 2 worker
  EXPECT_THAT(Next().upgrade, ElementsAre(1, 4));
  record.max_unavailable = {1, true};
  EXPECT_THAT(Next().upgrade, ElementsAre(1));
  record.max_unavailable = {100, true};
  EXPECT_THAT(Next().upgrade, ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(GroupDecisionTest, EndsWhenAllAreDone) {
  Set({0, 1, 2, 3, 4, 5}, Stage::kUpgraded);
  EXPECT_TRUE(Next().finished);
}

TEST_F(GroupDecisionTest, StopsAtTheFirstFailureWhenWhatIsUnderWayHasEnded) {
  Set({0}, Stage::kUpgraded);
  Set({1}, Stage::kFailed);
  Set({2}, Stage::kUpgrading);
  EXPECT_THAT(Next().upgrade, IsEmpty());
  EXPECT_FALSE(Next().finished);
  Set({2}, Stage::kUpgraded);
  EXPECT_TRUE(Next().finished);
}

TEST_F(GroupDecisionTest, RollsBackTheLastOneFirstAndOneAfterTheOther) {
  record.roll_back = true;
  Set({0, 2}, Stage::kUpgraded);
  Set({1}, Stage::kFailed);
  Set({3}, Stage::kUnchanged);
  EXPECT_EQ(Next().roll_back, 2u);
  Set({2}, Stage::kGoingBack);
  EXPECT_EQ(Next().roll_back, std::nullopt);
  EXPECT_FALSE(Next().finished);
  Set({2}, Stage::kStuck);
  EXPECT_EQ(Next().roll_back, 0u);
  Set({0}, Stage::kBack);
  EXPECT_TRUE(Next().finished);
}

TEST_F(GroupDecisionTest, DoesNotRollBackWhenNothingFailed) {
  record.roll_back = true;
  Set({0}, Stage::kUpgraded);
  EXPECT_EQ(Next().roll_back, std::nullopt);
}

TEST_F(GroupDecisionTest, BeginsNothingMoreWhenItIsToStop) {
  Set({0}, Stage::kUpgraded);
  EXPECT_TRUE(Next(true).finished);
  record.roll_back = true;
  EXPECT_EQ(Next(true).roll_back, 0u);
}

TEST_F(GroupDecisionTest, CountsWhatBecameOfThem) {
  Set({0, 1}, Stage::kUpgraded);
  Set({2}, Stage::kFailed);
  EXPECT_EQ(Tally(stages), "of 6: 2 upgraded, 1 failed, 3 not begun");
}

}  // namespace
}  // namespace berth::agent

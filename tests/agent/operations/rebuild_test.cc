#include "agent/operations/rebuild.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/operations/upgrade_plan.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using engine::ContainerDetails;
using engine::ContainerState;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kLost = "00000000000000ff";
const std::string kEarlier = "00000000000000ee";
const std::string kFresh = "0000000000000001";
const WallTime kNow{std::chrono::hours(1000)};
const WallTime kMade = kNow - 60s;  // when the new one was

class Rebuild : public testing::Test {
 protected:
  // The one that the service began with; the agent did not make it.
  ContainerDetails& Old(const std::string& name, ContainerState state) { return Add("old", name, state, kMade - 1h); }
  // What the lost operation made to take its place.
  ContainerDetails& New(const std::string& name, ContainerState state) {
    auto& container = Add("new", name, state, kMade);
    container.labels = OwnLabels(kLost, "old", "web:2", {"always", 0});
    return container;
  }
  ContainerDetails& Add(const std::string& id, const std::string& name, ContainerState state, WallTime made) {
    ContainerDetails container;
    container.id = id;
    container.name = name;
    container.image_id = "image of " + id;
    container.state = state;
    container.created_at = made;
    if (state != ContainerState::kCreated) container.started_at = made + 1s;
    if (state == ContainerState::kExited) container.finished_at = kMade + 2s;
    container.restart_policy = {state == ContainerState::kRunning ? "always" : "no", 0};
    containers.reserve(8);
    return containers.emplace_back(std::move(container));
  }

  Rebuilt All() {
    return RebuildOperations(
        containers, [this](const std::string& id) { return id == known; }, [] { return kFresh; }, kNow);
  }
  // The only one.
  JournalEntry One() {
    auto rebuilt = All();
    EXPECT_THAT(rebuilt.operations, SizeIs(1));
    return rebuilt.operations.empty() ? JournalEntry{} : rebuilt.operations.front();
  }
  Step Next() {
    const auto entry = One();
    Seen seen;
    for (const auto& container : containers) {
      if (container.id == entry.upgrade->swap.outgoing.id) seen.outgoing = container;
      if (container.id == entry.upgrade->swap.incoming.id) seen.incoming = container;
    }
    return NextStep(entry.upgrade->swap, seen,
                    entry.upgrade->phase == Phase::kCommitted ? Goal::kIncoming : Goal::kOutgoing);
  }

  std::vector<ContainerDetails> containers;
  std::string known;
};

const std::string kNew = NewSideName("web", kLost);
const std::string kOld = OldSideName("web", kLost);

TEST_F(Rebuild, FindsNothingToDoWhereNothingIsAside) {
  Old("web", ContainerState::kRunning);
  EXPECT_THAT(All().operations, IsEmpty());
}

TEST_F(Rebuild, LeavesWhatTheJournalKnows) {
  Old("web", ContainerState::kRunning);
  New(kNew, ContainerState::kCreated);
  known = kLost;
  EXPECT_THAT(All().operations, IsEmpty());
}

TEST_F(Rebuild, TellsTheOperationAndTheServiceByNamesAndLabels) {
  Old("web", ContainerState::kRunning);
  New(kNew, ContainerState::kCreated);
  const auto entry = One();
  EXPECT_EQ(entry.operation.id, kLost);
  EXPECT_EQ(entry.operation.kind, Kind::kUpgrade);
  EXPECT_EQ(entry.operation.state, State::kRunning);
  EXPECT_EQ(entry.operation.service_key, "web");
  EXPECT_EQ(entry.upgrade->phase, Phase::kSwitching);
  EXPECT_EQ(entry.upgrade->swap.outgoing, (Contender{"old", kOld, {"always", 0}}));
  EXPECT_EQ(entry.upgrade->swap.incoming, (Contender{"new", kNew, {"always", 0}}));
  EXPECT_TRUE(entry.upgrade->swap.created);
}

TEST_F(Rebuild, RemovesANewOneThatNeverRan) {
  Old("web", ContainerState::kRunning);
  New(kNew, ContainerState::kCreated).restart_policy = {"always", 0};
  ASSERT_TRUE(std::holds_alternative<RemoveIt>(Next()));
  EXPECT_EQ(std::get<RemoveIt>(Next()).id, "new");
}

TEST_F(Rebuild, StartsTheOldOneAgainThatWasStoppedForTheNewOne) {
  Old("web", ContainerState::kExited);
  New(kNew, ContainerState::kCreated);
  ASSERT_TRUE(std::holds_alternative<StartIt>(Next()));
  EXPECT_EQ(std::get<StartIt>(Next()).id, "old");
}

TEST_F(Rebuild, DoesNotStartAnOldOneThatWasStoppedToBeginWith) {
  Old("web", ContainerState::kExited).finished_at = kMade - 1s;
  New(kNew, ContainerState::kCreated);
  EXPECT_FALSE(One().upgrade->swap.serves);
}

TEST_F(Rebuild, GoesBackFromANewOneThatRunsButHasNotTheNameYet) {
  Old(kOld, ContainerState::kExited);
  New(kNew, ContainerState::kRunning);
  EXPECT_TRUE(One().upgrade->swap.serves);
  EXPECT_TRUE(std::holds_alternative<DisableRestart>(Next()));
}

TEST_F(Rebuild, GivesTheNameToTheNewOneWhenItIsAllThatIsLeft) {
  New(kNew, ContainerState::kRunning);
  ASSERT_TRUE(std::holds_alternative<RenameIt>(Next()));
  EXPECT_EQ(std::get<RenameIt>(Next()).to, "web");
}

TEST_F(Rebuild, DoesNotTouchANewOneThatIsNotOurs) {
  Old("web", ContainerState::kRunning);
  New(kNew, ContainerState::kRunning).labels.clear();
  EXPECT_THAT(All().operations, IsEmpty());
}

TEST_F(Rebuild, DoesNotRemoveOneThatRanWhenSomebodyElseHasTheName) {
  Add("stranger", "web", ContainerState::kRunning, kNow);
  New(kNew, ContainerState::kExited);
  EXPECT_THAT(All().operations, IsEmpty());
  EXPECT_THAT(All().left_alone, SizeIs(1));
}

TEST_F(Rebuild, RemovesOneThatNeverRanWhenSomebodyElseHasTheName) {
  Add("stranger", "web", ContainerState::kRunning, kNow);
  New(kNew, ContainerState::kCreated);
  EXPECT_EQ(One().upgrade->phase, Phase::kPreparing);
  EXPECT_EQ(One().upgrade->swap.incoming.id, "new");
}

// --- the new one has the name ---

TEST_F(Rebuild, LeavesANewOneThatServesAndTheOneThatIsKept) {
  Old(kOld, ContainerState::kExited);
  New("web", ContainerState::kRunning);
  EXPECT_THAT(All().operations, IsEmpty());
}

TEST_F(Rebuild, LeavesAServiceThatAPersonStopped) {
  Old(kOld, ContainerState::kExited);
  auto& stopped = New("web", ContainerState::kExited);
  stopped.restart_policy = {"always", 0};
  stopped.finished_at = kNow;
  EXPECT_THAT(All().operations, IsEmpty());
}

TEST_F(Rebuild, GoesOnWithAWayBackAndKeepsTheOneThatMayHaveServed) {
  Old(kOld, ContainerState::kExited);
  New("web", ContainerState::kExited).finished_at = kNow - 5s;
  const auto entry = One();
  EXPECT_EQ(entry.operation.id, kFresh);
  EXPECT_FALSE(entry.upgrade->swap.created);
  EXPECT_EQ(entry.upgrade->swap.incoming.side_name, OldSideName("web", kFresh));
  EXPECT_EQ(std::get<StartIt>(Next()).id, "old");
}

TEST_F(Rebuild, DoesNotGoOnWithAWayBackALongTimeAfterwards) {
  Old(kOld, ContainerState::kExited);
  New("web", ContainerState::kExited).finished_at = kNow - 1h;
  EXPECT_THAT(All().operations, IsEmpty());
}

TEST_F(Rebuild, GivesANewOneItsRestartPolicyBackThatWasAboutToBeStopped) {
  Old(kOld, ContainerState::kExited);
  New("web", ContainerState::kRunning).restart_policy = {"no", 0};
  EXPECT_EQ(std::get<RestoreRestart>(Next()).policy.name, "always");
}

TEST_F(Rebuild, LeavesARestartPolicyThatAPersonTookAway) {
  Old(kOld, ContainerState::kExited);
  auto& serves = New("web", ContainerState::kRunning);
  serves.restart_policy = {"no", 0};
  serves.created_at = kNow - 1h;
  EXPECT_THAT(All().operations, IsEmpty());
}

TEST_F(Rebuild, StopsTheOldOneThatHasRunSinceBeforeTheNewOneWasMade) {
  Old(kOld, ContainerState::kRunning).restart_policy = {"no", 0};
  New("web", ContainerState::kRunning);
  EXPECT_EQ(std::get<StopIt>(Next()).id, "old");
}

TEST_F(Rebuild, LeavesAnOldOneThatAPersonStartedBesideTheNewOne) {
  Old(kOld, ContainerState::kRunning).started_at = kNow;
  New("web", ContainerState::kRunning);
  EXPECT_THAT(All().operations, IsEmpty());
}

// --- nobody has it ---

TEST_F(Rebuild, GivesTheNameToTheOneThatRunsInTheMiddleOfARollback) {
  Old(OldSideName("web", kLost), ContainerState::kRunning).restart_policy = {"no", 0};
  New(OldSideName("web", kEarlier), ContainerState::kExited);
  const auto entry = One();
  EXPECT_EQ(entry.upgrade->phase, Phase::kCommitted);
  EXPECT_EQ(entry.upgrade->swap.incoming.restart_policy.name, "always") << "as the other one's label says";
  EXPECT_EQ(std::get<RenameIt>(Next()).to, "web");
}

TEST_F(Rebuild, LeavesKeptOnesWhoseServiceWasRemoved) {
  Old(kOld, ContainerState::kExited);
  New(OldSideName("web", kEarlier), ContainerState::kExited);
  EXPECT_THAT(All().operations, IsEmpty());
}

TEST(RestartLabel, KeepsThePolicyThatAServiceHadToBeginWith) {
  for (const engine::RestartPolicy& policy :
       {engine::RestartPolicy{"always", 0}, engine::RestartPolicy{"on-failure", 3}, engine::RestartPolicy{"no", 0}}) {
    EXPECT_EQ(RestartPolicyIn(OwnLabels(kLost, "old", "web:2", policy)), policy);
  }
}

TEST(RestartLabel, IsNotBelievedWhenItCannotBeRead) {
  EXPECT_FALSE(RestartPolicyIn({}));
  EXPECT_FALSE(RestartPolicyIn({{std::string(kRestartLabel), "on-failure:many"}}));
  EXPECT_FALSE(RestartPolicyIn({{std::string(kRestartLabel), "on-failure:"}}));
}

}  // namespace
}  // namespace berth::agent

#include "agent/operations/swap.h"

#include <gtest/gtest.h>

namespace berth::agent {
namespace {

using engine::ContainerDetails;
using engine::ContainerState;
using engine::RestartPolicy;

const RestartPolicy kAlways{"always", 0};
const RestartPolicy kNo{"no", 0};

ContainerDetails Container(std::string id, std::string name, ContainerState state, RestartPolicy policy) {
  ContainerDetails container;
  container.id = std::move(id);
  container.name = std::move(name);
  container.state = state;
  container.restart_policy = std::move(policy);
  return container;
}

// A little machine with two containers: performs steps and remembers the worst that happened on the way.
class Pair {
 public:
  SwapRecord record{"web", true, {"old", "web.old", kAlways}, {"new", "web.new", kAlways}, true};
  Seen seen{Container("old", "web", ContainerState::kRunning, kAlways),
            Container("new", "web.new", ContainerState::kCreated, kAlways)};
  bool both_ran = false;
  bool nobody_ran = false;
  std::vector<std::string> steps;

  // Walks until the walk has arrived, or `limit` steps were taken; true when it arrived.
  bool Walk(Goal goal, int limit = 20, Reach reach = Reach::kAlone) {
    for (; limit > 0; --limit) {
      const Step step = NextStep(record, seen, goal, reach);
      if (std::holds_alternative<Arrived>(step)) return true;
      if (std::holds_alternative<Lost>(step)) return false;
      Perform(step);
    }
    return false;
  }

 private:
  std::optional<ContainerDetails>& At(const std::string& id) { return id == "old" ? seen.outgoing : seen.incoming; }

  static bool Runs(const std::optional<ContainerDetails>& container) {
    return container && container->state == ContainerState::kRunning;
  }

  void Perform(const Step& step) {
    steps.push_back(Describe(step, record));
    if (const auto* it = std::get_if<DisableRestart>(&step)) At(it->id)->restart_policy = kNo;
    if (const auto* it = std::get_if<StopIt>(&step)) At(it->id)->state = ContainerState::kExited;
    if (const auto* it = std::get_if<StartIt>(&step)) At(it->id)->state = ContainerState::kRunning;
    if (const auto* it = std::get_if<RenameIt>(&step)) At(it->id)->name = it->to;
    if (const auto* it = std::get_if<RestoreRestart>(&step)) At(it->id)->restart_policy = it->policy;
    if (const auto* it = std::get_if<RemoveIt>(&step)) At(it->id).reset();
    nobody_ran = nobody_ran || (!Runs(seen.outgoing) && !Runs(seen.incoming));
    both_ran = both_ran || (Runs(seen.outgoing) && Runs(seen.incoming));
  }
};

TEST(Swap, GivesTheNewContainerTheNameAndKeepsTheOldOne) {
  Pair pair;
  ASSERT_TRUE(pair.Walk(Goal::kIncoming));
  EXPECT_EQ(pair.seen.incoming->name, "web");
  EXPECT_EQ(pair.seen.incoming->state, ContainerState::kRunning);
  EXPECT_EQ(pair.seen.outgoing->name, "web.old");
  EXPECT_EQ(pair.seen.outgoing->state, ContainerState::kExited);
}

TEST(Swap, StartsTheNewContainerRightAfterTheOldOneStopped) {
  Pair pair;
  pair.Walk(Goal::kIncoming);
  const std::vector<std::string> expected = {"Keep the old web from restarting by itself", "Stop the old web",
                                             "Start the new web", "Rename the old web to web.old",
                                             "Rename the new web to web"};
  EXPECT_EQ(pair.steps, expected);
}

TEST(Swap, LeavesTheOldContainerUnableToComeBackAfterAReboot) {
  Pair pair;
  pair.Walk(Goal::kIncoming);
  EXPECT_EQ(pair.seen.outgoing->restart_policy, kNo);
  EXPECT_EQ(pair.seen.incoming->restart_policy, kAlways);
}

TEST(Swap, GoesBackFromAnyPointOfTheWayThere) {
  for (int limit = 0; limit < 8; ++limit) {
    Pair pair;
    pair.Walk(Goal::kIncoming, limit);
    ASSERT_TRUE(pair.Walk(Goal::kOutgoing)) << "after " << limit << " steps";
    EXPECT_EQ(pair.seen.outgoing->name, "web");
    EXPECT_EQ(pair.seen.outgoing->state, ContainerState::kRunning);
    EXPECT_EQ(pair.seen.outgoing->restart_policy, kAlways);
    EXPECT_FALSE(pair.seen.incoming) << "what was created for nothing is left over";
  }
}

TEST(Swap, GoesOnFromAnyPointOfTheWayBack) {
  for (int limit = 0; limit < 8; ++limit) {
    Pair pair;
    pair.record.created = false;
    pair.Walk(Goal::kIncoming);
    pair.Walk(Goal::kOutgoing, limit);
    ASSERT_TRUE(pair.Walk(Goal::kIncoming)) << "after " << limit << " steps";
    EXPECT_EQ(pair.seen.incoming->name, "web");
    EXPECT_EQ(pair.seen.incoming->state, ContainerState::kRunning);
  }
}

TEST(Swap, NeverLetsBothRun) {
  for (int limit = 0; limit < 8; ++limit) {
    Pair pair;
    pair.Walk(Goal::kIncoming, limit);
    pair.Walk(Goal::kOutgoing);
    EXPECT_FALSE(pair.both_ran) << "after " << limit << " steps";
  }
}

TEST(Swap, DoesNothingWhenItHasArrived) {
  Pair pair;
  pair.Walk(Goal::kIncoming);
  pair.steps.clear();
  EXPECT_TRUE(pair.Walk(Goal::kIncoming));
  EXPECT_TRUE(pair.steps.empty());
}

TEST(Swap, DoesNotStartAContainerThatWasStoppedToBeginWith) {
  Pair pair;
  pair.record.serves = false;
  pair.seen.outgoing->state = ContainerState::kExited;
  ASSERT_TRUE(pair.Walk(Goal::kIncoming));
  EXPECT_EQ(pair.seen.incoming->name, "web");
  EXPECT_EQ(pair.seen.incoming->state, ContainerState::kCreated);
}

TEST(Swap, DoesNotRemoveAKeptContainerThatLost) {
  Pair pair;
  pair.record.created = false;
  pair.Walk(Goal::kIncoming);
  ASSERT_TRUE(pair.Walk(Goal::kOutgoing));
  ASSERT_TRUE(pair.seen.incoming);
  EXPECT_EQ(pair.seen.incoming->name, "web.new");
  EXPECT_EQ(pair.seen.incoming->restart_policy, kNo);
}

TEST(Swap, SaysThatTheWinnerIsLostAndTouchesNothing) {
  Pair pair;
  pair.seen.outgoing.reset();
  EXPECT_FALSE(pair.Walk(Goal::kOutgoing));
  EXPECT_TRUE(pair.steps.empty());
}

TEST(Swap, StopsALoserThatKeepsRestarting) {
  Pair pair;
  pair.seen.outgoing->state = ContainerState::kRestarting;
  ASSERT_TRUE(pair.Walk(Goal::kIncoming));
  EXPECT_EQ(pair.seen.outgoing->state, ContainerState::kExited);
}

// --- START_FIRST ---

TEST(SwapBeside, StartsTheNewOneAndLeavesTheOldOneAsItIs) {
  Pair pair;
  ASSERT_TRUE(pair.Walk(Goal::kIncoming, 20, Reach::kBeside));
  EXPECT_EQ(pair.seen.incoming->state, ContainerState::kRunning);
  EXPECT_EQ(pair.seen.incoming->name, "web.new");
  EXPECT_EQ(pair.seen.incoming->restart_policy, kNo) << "a reboot brings back the old one alone";
  EXPECT_EQ(pair.seen.outgoing->state, ContainerState::kRunning);
  EXPECT_EQ(pair.seen.outgoing->name, "web");
  EXPECT_EQ(pair.seen.outgoing->restart_policy, kAlways);
}

TEST(SwapBeside, GivesTheNameAwayWhileBothRun) {
  Pair pair;
  ASSERT_TRUE(pair.Walk(Goal::kIncoming, 20, Reach::kBeside));
  ASSERT_TRUE(pair.Walk(Goal::kIncoming, 20, Reach::kNamed));
  EXPECT_EQ(pair.seen.incoming->name, "web");
  EXPECT_EQ(pair.seen.incoming->restart_policy, kAlways);
  EXPECT_EQ(pair.seen.outgoing->name, "web.old");
  EXPECT_EQ(pair.seen.outgoing->state, ContainerState::kRunning);
  ASSERT_TRUE(pair.Walk(Goal::kIncoming));
  EXPECT_EQ(pair.seen.outgoing->state, ContainerState::kExited);
  EXPECT_EQ(pair.seen.outgoing->restart_policy, kNo);
}

TEST(SwapBeside, NeverLeavesNobodyRunningOnItsWayThereAndBack) {
  for (int forward = 0; forward < 12; ++forward) {
    Pair pair;
    for (const Reach reach : {Reach::kBeside, Reach::kNamed}) pair.Walk(Goal::kIncoming, forward, reach);
    ASSERT_TRUE(pair.Walk(Goal::kOutgoing, 20, Reach::kNamed)) << forward;
    EXPECT_EQ(pair.seen.outgoing->name, "web") << forward;
    ASSERT_TRUE(pair.Walk(Goal::kOutgoing)) << forward;
    EXPECT_FALSE(pair.seen.incoming) << forward;
    EXPECT_EQ(pair.seen.outgoing->restart_policy, kAlways) << forward;
    EXPECT_FALSE(pair.nobody_ran) << forward;
  }
}

}  // namespace
}  // namespace berth::agent

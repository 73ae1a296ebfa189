#include "agent/operations/operations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/operations/agent_host.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using engine::ContainerState;
using test::FailsWith;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kRequestId = "2f1c9a34-6a0e-4a3b-9f0d-0a5a3d1c7b11";

class OperationsTest : public testing::Test {
 protected:
  OperationsTest() { host.RunWeb(); }

  AgentHost host;
};

TEST_F(OperationsTest, CountsHowOperationsEnded) {
  host.Do(Ask(Kind::kStop, "web")).value();
  host.engine.calls.Add({.call = "start web", .error = test::EngineError("no space")});
  host.Do(Ask(Kind::kStart, "web")).value();
  host.Do(Ask(Kind::kStart, "web")).value();
  const EndedOperations expected = {{{Kind::kStop, State::kSucceeded}, 1},
                                    {{Kind::kStart, State::kFailed}, 1},
                                    {{Kind::kStart, State::kSucceeded}, 1}};
  EXPECT_EQ(host.operations->Ended(), expected);
}

TEST_F(OperationsTest, DoesNotCountWhatWasOnlyValidated) {
  auto request = Ask(Kind::kStop, "web");
  request.validate_only = true;
  host.Submit(std::move(request)).value();
  EXPECT_THAT(host.operations->Ended(), IsEmpty());
}

// --- start, stop, restart ---

TEST_F(OperationsTest, StopsAContainer) {
  const auto stopped = host.Do(Ask(Kind::kStop, "web"));
  ASSERT_OK(stopped);
  EXPECT_EQ(stopped->state, State::kSucceeded);
  EXPECT_EQ(host.At("web").state, ContainerState::kExited);
}

TEST_F(OperationsTest, StartsAContainerThatIsStopped) {
  host.Do(Ask(Kind::kStop, "web")).value();
  EXPECT_EQ(host.Do(Ask(Kind::kStart, "web"))->state, State::kSucceeded);
  EXPECT_EQ(host.At("web").state, ContainerState::kRunning);
}

TEST_F(OperationsTest, SucceedsWithoutARestartWhenTheContainerRunsAlready) {
  const int run = host.At("web").run;
  EXPECT_EQ(host.Do(Ask(Kind::kStart, "web"))->state, State::kSucceeded);
  EXPECT_EQ(host.At("web").run, run);
}

TEST_F(OperationsTest, SucceedsWhenTheContainerIsStoppedAlready) {
  host.Do(Ask(Kind::kStop, "web")).value();
  EXPECT_EQ(host.Do(Ask(Kind::kStop, "web"))->state, State::kSucceeded);
}

TEST_F(OperationsTest, ResumesAPausedContainerInsteadOfStartingIt) {
  host.At("web").state = ContainerState::kPaused;
  EXPECT_EQ(host.Do(Ask(Kind::kStart, "web"))->state, State::kSucceeded);
  EXPECT_THAT(host.engine.calls.Mutations(), ElementsAre("unpause web"));
}

TEST_F(OperationsTest, GivesTheContainerItsOwnStopTimeout) {
  host.At("web").config["StopTimeout"] = 60;
  host.At("web").behaviour.ignores_sigterm = true;
  const SteadyTime begin = host.clock.Now();
  EXPECT_EQ(host.Do(Ask(Kind::kStop, "web"))->state, State::kSucceeded);
  EXPECT_GE(host.clock.Now() - begin, 60s);
}

TEST_F(OperationsTest, PrefersTheStopTimeoutOfTheRequest) {
  host.At("web").config["StopTimeout"] = 60;
  host.At("web").behaviour.ignores_sigterm = true;
  Request request = Ask(Kind::kStop, "web");
  request.stop_timeout = 2s;
  const SteadyTime begin = host.clock.Now();
  host.Do(request).value();
  EXPECT_LT(host.clock.Now() - begin, 3s);
}

TEST_F(OperationsTest, SaysWhyTheEngineRefused) {
  host.engine.calls.Add({.call = "restart web", .error = test::EngineError("no space left on device")});
  const auto ended = host.Do(Ask(Kind::kRestart, "web"));
  EXPECT_EQ(ended->state, State::kFailed);
  EXPECT_EQ(ended->error->message, "restart web: no space left on device");
}

TEST_F(OperationsTest, RefusesAContainerThatIsNotThere) {
  EXPECT_THAT(host.Submit(Ask(Kind::kStop, "nobody")), FailsWith(Code::kNotFound, "CONTAINER_NOT_FOUND"));
}

TEST_F(OperationsTest, SaysThatTheEngineIsAway) {
  host.engine.GoDown();
  EXPECT_THAT(host.Submit(Ask(Kind::kStop, "web")), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  host.engine.ComeBack();
  EXPECT_EQ(host.Do(Ask(Kind::kStop, "web"))->state, State::kSucceeded);
}

// --- one at a time ---

TEST_F(OperationsTest, RefusesASecondOperationOnTheSameContainerAndNamesTheFirst) {
  const auto first = host.Submit(Ask(Kind::kRestart, "web"));
  const auto second = host.Submit(Ask(Kind::kStop, "web"));
  ASSERT_THAT(second, FailsWith(Code::kAborted, "OPERATION_IN_PROGRESS"));
  EXPECT_EQ(second.error().metadata.at("operation"), "operations/" + first->id);
}

TEST_F(OperationsTest, DoesNotHoldUpOtherContainers) {
  host.engine.Run("db", "db:1");
  host.Submit(Ask(Kind::kRestart, "web")).value();
  EXPECT_OK(host.Submit(Ask(Kind::kRestart, "db")));
}

TEST_F(OperationsTest, QueuesASecondOperationWhenAskedTo) {
  const auto first = host.Submit(Ask(Kind::kStop, "web"));
  Request request = Ask(Kind::kStart, "web");
  request.queue = true;
  const auto second = host.Submit(request);
  ASSERT_OK(second);
  EXPECT_EQ(second->state, State::kQueued);
  EXPECT_EQ(host.End(second->id)->state, State::kSucceeded);
  EXPECT_EQ(host.At("web").state, ContainerState::kRunning);
}

TEST_F(OperationsTest, CancelsAnOperationThatIsStillQueued) {
  const auto first = host.Submit(Ask(Kind::kRestart, "web"));
  Request request = Ask(Kind::kStop, "web");
  request.queue = true;
  const auto second = host.Submit(request);
  EXPECT_EQ(host.operations->Cancel(second->id)->state, State::kCancelled);
  host.UntilIdle();
  EXPECT_EQ(host.At("web").state, ContainerState::kRunning);
}

TEST_F(OperationsTest, DoesNotCancelWhatCannotGoBackOrHasEnded) {
  const auto running = host.Submit(Ask(Kind::kStop, "web"));
  EXPECT_THAT(host.operations->Cancel(running->id), FailsWith(Code::kFailedPrecondition, "PAST_POINT_OF_NO_RETURN"));
  host.UntilIdle();
  EXPECT_THAT(host.operations->Cancel(running->id), FailsWith(Code::kFailedPrecondition, "OPERATION_ENDED"));
  EXPECT_THAT(host.operations->Cancel("0000000000000000"), FailsWith(Code::kNotFound, "OPERATION_NOT_FOUND"));
}

TEST_F(OperationsTest, RefusesMoreThanItCanHold) {
  host.settings.maximum_unfinished = 1;
  host.Begin();
  host.engine.Run("db", "db:1");
  host.Submit(Ask(Kind::kRestart, "web")).value();
  EXPECT_THAT(host.Submit(Ask(Kind::kRestart, "db")), FailsWith(Code::kResourceExhausted, "TOO_MANY_OPERATIONS"));
}

// --- the same request twice ---

TEST_F(OperationsTest, GivesTheSameOperationForTheSameRequestId) {
  Request request = Ask(Kind::kRestart, "web");
  request.request_id = kRequestId;
  const auto first = host.Do(request);
  const auto again = host.Submit(request);
  EXPECT_EQ(again->id, first->id);
  EXPECT_EQ(host.engine.calls.Count("restart web"), 1u);
}

TEST_F(OperationsTest, GivesTheSameOperationAfterARestartOfTheAgent) {
  Request request = Ask(Kind::kRestart, "web");
  request.request_id = kRequestId;
  const auto first = host.Do(request);
  host.Restart();
  EXPECT_EQ(host.Submit(request)->id, first->id);
  EXPECT_EQ(host.engine.calls.Count("restart web"), 1u);
}

TEST_F(OperationsTest, RefusesTheSameRequestIdForAnotherRequest) {
  Request request = Ask(Kind::kRestart, "web");
  request.request_id = kRequestId;
  host.Do(request).value();
  request.kind = Kind::kStop;
  EXPECT_THAT(host.Submit(request), FailsWith(Code::kAlreadyExists, "REQUEST_ID_REUSED"));
  EXPECT_EQ(host.At("web").state, ContainerState::kRunning);
}

TEST_F(OperationsTest, BeginsOneOperationForTwoEqualRequestsAtTheSameTime) {
  Request request = Ask(Kind::kRestart, "web");
  request.request_id = kRequestId;
  auto left = host.loop.Spawn(host.operations->Submit(request));
  auto right = host.loop.Spawn(host.operations->Submit(request));
  ASSERT_TRUE(host.loop.RunUntil([&] { return left.Done() && right.Done(); }));
  EXPECT_EQ(left.Get()->id, right.Get()->id);
  host.UntilIdle();
  EXPECT_EQ(host.engine.calls.Count("restart web"), 1u);
}

// --- looking first ---

TEST_F(OperationsTest, RefusesWhenTheContainerHasChangedSinceItWasLookedAt) {
  Request request = Ask(Kind::kStop, "web");
  request.etag = EtagOf(*host.loop.Await(host.engine.Inspect("web")));
  host.Do(Ask(Kind::kRestart, "web")).value();
  EXPECT_THAT(host.Submit(request), FailsWith(Code::kAborted, "ETAG_MISMATCH"));
}

TEST_F(OperationsTest, GoesAheadWhenTheContainerIsAsItWasLookedAt) {
  Request request = Ask(Kind::kStop, "web");
  request.etag = EtagOf(*host.loop.Await(host.engine.Inspect("web")));
  EXPECT_OK(host.Submit(request));
}

TEST_F(OperationsTest, OnlyTellsWhatItWouldDoWhenAskedToValidate) {
  for (const Kind kind : {Kind::kStart, Kind::kStop, Kind::kRestart, Kind::kUpgrade}) {
    Request request = kind == Kind::kUpgrade ? AskUpgrade("web", "web:2") : Ask(kind, "web");
    request.validate_only = true;
    const auto validated = host.Submit(request);
    ASSERT_OK(validated);
    EXPECT_EQ(validated->state, State::kValidated);
    EXPECT_FALSE(validated->plan->steps.empty());
  }
  EXPECT_THAT(host.engine.calls.Mutations(), IsEmpty());
  EXPECT_THAT(*host.operations->List({}), IsEmpty());
}

TEST_F(OperationsTest, RefusesWhatSomebodyStoppedOrPausedWhenItShallRun) {
  Request request = Ask(Kind::kRestart, "web");
  request.if_running = true;
  host.At("web").state = ContainerState::kPaused;
  EXPECT_THAT(host.Submit(request), FailsWith(Code::kFailedPrecondition, "NOT_RUNNING"));
  host.Do(Ask(Kind::kStop, "web")).value();
  EXPECT_THAT(host.Submit(request), FailsWith(Code::kFailedPrecondition, "NOT_RUNNING"));
  EXPECT_EQ(host.engine.calls.Count("restart"), 0u);
}

TEST_F(OperationsTest, GoesAheadWhenItRunsOrIsAboutTo) {
  Request request = Ask(Kind::kRestart, "web");
  request.if_running = true;
  EXPECT_EQ(host.Do(request)->state, State::kSucceeded);
  host.At("web").state = ContainerState::kRestarting;
  EXPECT_OK(host.Submit(request));
}

TEST_F(OperationsTest, RefusesAContainerThatIsWellAgainWhenItShallBeUnhealthy) {
  Request request = Ask(Kind::kRestart, "web");
  request.if_unhealthy = true;
  for (const auto health : {engine::Health::kHealthy, engine::Health::kStarting}) {
    host.engine.machine.SetHealth(host.At("web"), health);
    EXPECT_THAT(host.Submit(request), FailsWith(Code::kFailedPrecondition, "NOT_UNHEALTHY"));
  }
  host.engine.machine.SetHealth(host.At("web"), engine::Health::kUnhealthy);
  EXPECT_OK(host.Submit(request));
}

TEST_F(OperationsTest, LooksAgainWhenItsTurnHasCome) {
  host.Submit(Ask(Kind::kStop, "web")).value();
  Request request = Ask(Kind::kRestart, "web");
  request.queue = request.if_running = true;
  const auto queued = host.Submit(request);
  EXPECT_EQ(host.End(queued->id)->error->reason, "NOT_RUNNING");
  EXPECT_EQ(host.At("web").state, ContainerState::kExited);
}

TEST_F(OperationsTest, RemembersWhoWantedIt) {
  Request request = Ask(Kind::kRestart, "web");
  const auto by_caller = host.Do(request).value();
  request.origin = Origin::kWatchdog;
  const auto by_watchdog = host.Do(request).value();
  host.Restart();
  EXPECT_EQ(host.operations->Get(by_caller.id)->origin, Origin::kCaller);
  EXPECT_EQ(host.operations->Get(by_watchdog.id)->origin, Origin::kWatchdog);
}

// --- leases ---

class LeaseTest : public OperationsTest {
 protected:
  void Watch() {
    host.operations->OnLease([this](const LeaseChange& change) {
      const std::string by = change.origin == Origin::kWatchdog ? " by the watchdog" : "";
      told.push_back(change.service_key + ": " + (change.operation.empty() ? "free" : change.operation + by));
    });
  }

  std::vector<std::string> told;
};

TEST_F(LeaseTest, IsToldOfWhenItIsTakenAndWhenItIsGivenBack) {
  Watch();
  EXPECT_THAT(told, IsEmpty());
  const auto ended = host.Do(Ask(Kind::kRestart, "web"));
  EXPECT_THAT(told, ElementsAre("web: " + ended->id, "web: free"));
}

TEST_F(LeaseTest, IsToldOfToOneWhoComesLater) {
  const auto begun = host.Submit(Ask(Kind::kRestart, "web"));
  Watch();
  EXPECT_THAT(told, ElementsAre("web: " + begun->id));
}

TEST_F(LeaseTest, GoesFromOneOperationToTheNextWithoutBeingFree) {
  Watch();
  const auto first = host.Submit(Ask(Kind::kStop, "web"));
  Request request = Ask(Kind::kStart, "web");
  request.queue = true;
  const auto second = host.Submit(request);
  host.UntilIdle();
  EXPECT_THAT(told, ElementsAre("web: " + first->id, "web: " + second->id, "web: free"));
}

TEST_F(LeaseTest, IsNotToldOfForWhatIsCancelledInTheQueue) {
  const auto first = host.Submit(Ask(Kind::kRestart, "web"));
  Request request = Ask(Kind::kStop, "web");
  request.queue = true;
  const auto second = host.Submit(request);
  Watch();
  EXPECT_OK(host.operations->Cancel(second->id));
  EXPECT_THAT(told, testing::Each("web: " + first->id));
}

TEST_F(LeaseTest, IsNotToldOfWhenTheRequestIsRefusedOrOnlyValidated) {
  Watch();
  Request request = Ask(Kind::kRestart, "web");
  request.validate_only = true;
  EXPECT_OK(host.Submit(request));
  request.validate_only = false;
  request.etag = "another";
  EXPECT_FALSE(host.Submit(request));
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(LeaseTest, OfAnInterruptedOperationIsToldOfWithTheOneWhoWantedIt) {
  Request request = Ask(Kind::kRecreate, "web");
  request.origin = Origin::kWatchdog;
  const auto begun = host.Submit(request);
  host.loop.RunFor(500ms);
  host.Restart();
  Watch();
  EXPECT_THAT(told, ElementsAre("web: " + begun->id + " by the watchdog"));
  host.UntilIdle();
  EXPECT_EQ(told.back(), "web: free");
}

// --- following ---

TEST_F(OperationsTest, TellsAFollowerEveryProgressInOrderAndThenTheEnd) {
  const auto begun = host.Submit(AskUpgrade("web", "web:2"));
  auto watch = host.operations->Watch(begun->id, 1);
  std::uint64_t sequence = 0;
  while (true) {
    const auto item = host.loop.Await((*watch)->Next());
    ASSERT_OK(item);
    ASSERT_TRUE(*item);
    if ((*item)->operation) break;
    EXPECT_EQ((*item)->progress->sequence, ++sequence);
  }
  EXPECT_GT(sequence, 5u);
  EXPECT_FALSE(*host.loop.Await((*watch)->Next()));
}

TEST_F(OperationsTest, GoesOnFromTheSequenceNumberThatAFollowerAsksFor) {
  const auto ended = host.Do(AskUpgrade("web", "web:2"));
  auto watch = host.operations->Watch(ended->id, 4);
  EXPECT_EQ((*host.loop.Await((*watch)->Next()))->progress->sequence, 4u);
}

TEST_F(OperationsTest, TellsALateFollowerOnlyTheEnd) {
  const auto ended = host.Do(AskUpgrade("web", "web:2"));
  auto watch = host.operations->Watch(ended->id, 10'000);
  EXPECT_TRUE((*host.loop.Await((*watch)->Next()))->operation);
}

TEST_F(OperationsTest, WaitsNoLongerThanItIsToldTo) {
  host.At("web").behaviour.ignores_sigterm = true;
  const auto begun = host.Submit(Ask(Kind::kStop, "web"));
  const auto waited = host.loop.Await(host.operations->Wait(begun->id, 1s));
  EXPECT_EQ(waited->state, State::kRunning);
}

// --- the agent's own end ---

TEST_F(OperationsTest, RefusesWhatIsNewWhileItDrains) {
  host.loop.Await(host.operations->Drain(1s));
  EXPECT_THAT(host.Submit(Ask(Kind::kStop, "web")), FailsWith(Code::kUnavailable, "DRAINING"));
}

TEST_F(OperationsTest, LetsWhatRunsEndWhileItDrains) {
  const auto begun = host.Submit(Ask(Kind::kRestart, "web"));
  host.loop.Await(host.operations->Drain(60s));
  EXPECT_EQ(host.operations->Get(begun->id)->state, State::kSucceeded);
}

TEST_F(OperationsTest, GoesBackFromAnUpgradeThatTakesTooLongToDrain) {
  host.engine.machine.registry.Publish("web:2", {.behaviour = {.healthy_after = std::nullopt}});
  Request request = AskUpgrade("web", "web:2");
  request.gate.timeout = 10min;
  const auto begun = host.Submit(request);
  host.loop.RunFor(5s);
  host.loop.Await(host.operations->Drain(30s));
  EXPECT_EQ(host.operations->Get(begun->id)->state, State::kCancelled);
  EXPECT_EQ(host.At("web").Image(), "web:1");
  EXPECT_TRUE(host.At("web").Runs());
}

// --- a disk that is full ---

TEST_F(OperationsTest, DoesNothingThatItCannotWriteDown) {
  host.journal.FillDiskAt(1);
  EXPECT_THAT(host.Submit(Ask(Kind::kStop, "web")), FailsWith(Code::kResourceExhausted, "DISK_FULL"));
  EXPECT_THAT(host.engine.calls.Mutations(), IsEmpty());
  host.journal.FreeDisk();
  EXPECT_EQ(host.Do(Ask(Kind::kStop, "web"))->state, State::kSucceeded);
}

TEST_F(OperationsTest, TellsAnEndThatItCannotWriteDownYetAndDoesSoLater) {
  const OperationQuery all{};
  const OperationQuery unfinished{.unfinished = true};
  Request request = Ask(Kind::kStop, "web");
  request.request_id = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
  const auto begun = host.Submit(request);
  host.journal.FillDiskAt(1);
  EXPECT_EQ(host.End(begun->id)->state, State::kSucceeded);
  host.UntilIdle();
  EXPECT_EQ(host.journal.Find(begun->id)->value().operation.state, State::kRunning);
  EXPECT_EQ(host.operations->Get(begun->id)->state, State::kSucceeded);
  EXPECT_EQ(host.operations->List(all)->front().state, State::kSucceeded);
  EXPECT_THAT(*host.operations->List(unfinished), IsEmpty());
  EXPECT_EQ(host.Submit(request)->state, State::kSucceeded);
  EXPECT_THAT(host.operations->Cancel(begun->id), FailsWith(Code::kFailedPrecondition, "OPERATION_ENDED"));
  host.journal.FreeDisk();
  EXPECT_EQ(host.operations->Get(begun->id)->state, State::kSucceeded);
  EXPECT_EQ(host.journal.Find(begun->id)->value().operation.state, State::kSucceeded);
}

}  // namespace
}  // namespace berth::agent

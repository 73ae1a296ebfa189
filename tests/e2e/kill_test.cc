// kill -9 of the agent, and what is told of it afterwards; crash/ has every point of it. And SIGTERM.
#include "tests/e2e/host.h"

namespace berth::test {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

constexpr auto kRecoveryLimit = 10s;

class KilledAgent : public RunningHost {
 protected:
  // An upgrade of a fresh kWeb, and the agent is killed as soon as it says so.
  v1::Operation KilledAt(const std::string& point) {
    RunWeb();
    auto begun = Submit(AskUpgrade("web:2")).value();
    EXPECT_TRUE(Says(begun.name(), point)) << point;
    agent.Kill();
    return begun;
  }

  // It has its end on record, and what runs is what the record says.
  void ExpectRecovered(const v1::Operation& begun) {
    const auto ended = End(begun.name(), kRecoveryLimit);
    const auto outcome = OutcomeOf(ended);
    if (!outcome) EXPECT_THAT(outcome, FailsWith(Code::kAborted, "INTERRUPTED"));
    EXPECT_TRUE(ended.has_end_time());
    EXPECT_EQ(docker.Inspect(kWeb).id, ended.upgrade_result().container_id());
    EXPECT_THAT(docker.Names(), SizeIs(outcome ? 2 : 1));
    ExpectOneServes(outcome ? "2" : "1");
    EXPECT_EQ(GetHost().agent().running_operations(), 0u);
  }
};

TEST_F(KilledAgent, IsKilledAgainWhileItRecovers) {
  const auto begun = KilledAt("Wait until the new");
  for (const auto* point : {"Go back", "Start the old"}) {
    agent.Start();
    EXPECT_TRUE(Says(begun.name(), point)) << point;
    agent.Kill();
  }
  agent.Start();
  ExpectRecovered(begun);
}

TEST_F(KilledAgent, RecoversWhenTheEngineIsBackWhereThatWentAwayMeanwhile) {
  const auto begun = KilledAt("Start the new");
  PrivateEngine::Stop();
  agent.Start();
  EXPECT_EQ(Get(begun.name())->state(), v1::OPERATION_STATE_RUNNING);
  PrivateEngine::Start();
  ExpectRecovered(begun);
}

TEST_F(KilledAgent, TellsTheWholeStoryAcrossItsRestart) {
  const auto begun = KilledAt("Start the new");
  agent.Start();
  End(begun.name(), kRecoveryLimit);
  v1::WatchOperationRequest request;
  request.set_name(begun.name());
  request.set_from_sequence(2);
  Following<v1::WatchOperationResponse> watch(agent.Connect(), &Operations::WatchOperation, request);
  std::uint64_t sequence = 1;
  const auto end = watch.Until([&](const v1::WatchOperationResponse& item) {
    if (item.has_progress()) EXPECT_EQ(item.progress().sequence(), ++sequence);
    return item.has_operation();
  });
  ASSERT_TRUE(end);
  EXPECT_THAT(end->operation().error().message(), HasSubstr("everything is as it was before"));
  EXPECT_EQ(end->operation().progress().sequence(), sequence);
}

TEST_F(KilledAgent, KnowsWhatBecameOfAStop) {
  docker.Run(kWeb, {{"Image", Image("stubborn:1")}});
  docker.AwaitOutput(kWeb, "stubborn runs");
  auto request = Ask<v1::StopContainerRequest>(kWeb);
  *request.mutable_stop_timeout() = Lasting(2s);
  const auto begun = Submit(request).value();
  docker.AwaitOutput(kWeb, "SIGTERM ignored");
  agent.Kill();
  agent.Start();
  const auto outcome = OutcomeOf(End(begun.name(), kRecoveryLimit));
  const auto state = docker.Inspect(kWeb).state;
  if (outcome) EXPECT_EQ(state, engine::ContainerState::kExited);
  if (!outcome) EXPECT_THAT(outcome, FailsWith(Code::kAborted, "INTERRUPTED"));
  EXPECT_OK(OutcomeOf(Do(request)));
}

// --- SIGTERM ---

TEST_F(KilledAgent, LetsAnUpgradeEndWhenItIsOnlyAskedToStop) {
  RunWeb();
  const auto begun = Submit(AskUpgrade("web:2")).value();
  EXPECT_TRUE(Says(begun.name(), "Stop the old"));
  agent.Stop();
  EXPECT_EQ(agent.End(), 0);
  ExpectOneServes("2");
  agent.Start();
  EXPECT_OK(OutcomeOf(Get(begun.name()).value()));
}

TEST_F(KilledAgent, TakesAnUpgradeBackThatDoesNotEndInTime) {
  agent.Stop();
  agent.End();
  agent.Configure("[operations]\ndrain_timeout = \"4s\"\n");
  agent.Start();
  const std::string id = RunWeb({{"Healthcheck", {{"Interval", 200'000'000}, {"Retries", 1000}}}});
  const auto begun = Submit(AskUpgrade("web:broken")).value();
  EXPECT_TRUE(Says(begun.name(), "Wait until the new"));
  agent.Stop();
  EXPECT_TRUE(Within(2s, [&] {
    return Submit(Ask<v1::StopContainerRequest>(kWeb)).error().code == Code::kUnavailable;
  })) << "nothing new is begun";
  EXPECT_EQ(agent.End(), 0);
  ExpectUntouched(id);
  agent.Start();
  EXPECT_EQ(Get(begun.name())->state(), v1::OPERATION_STATE_CANCELLED);
}

}  // namespace
}  // namespace berth::test

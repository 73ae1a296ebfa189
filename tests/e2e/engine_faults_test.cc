// The engine is away, is killed or freezes: what is told of it. crash/ has every point of an upgrade.
#include "tests/e2e/host.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kEngineHealth[] = "berth.v1.ContainerService";

class EngineFaults : public RunningHost {
 protected:
  // However a test ends, the next one wants an engine.
  void TearDown() override {
    if (!engine_runs_) StartEngine();
    Host::TearDown();
  }

  void KillEngine() {
    PrivateEngine::Kill();
    engine_runs_ = false;
  }
  void StartEngine() {
    PrivateEngine::Start();
    engine_runs_ = true;
  }

  bool engine_runs_ = true;
};

TEST_F(EngineFaults, AreSaidClearlyAndOverWhenTheEngineIsBack) {
  RunWeb();
  EXPECT_TRUE(Within(2s, [&] { return agent.Serves(kEngineHealth); }));
  KillEngine();
  const auto looked = GetContainer();
  EXPECT_THAT(looked, FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_THAT(MessageOf(looked), AllOf(HasSubstr(private_engine.endpoint), HasSubstr("is docker.service running?")));
  EXPECT_THAT(Submit(Ask<v1::StopContainerRequest>(kWeb)), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_THAT(Submit(AskUpgrade("web:2")), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  const auto host = GetHost();
  EXPECT_FALSE(host.has_engine());
  EXPECT_THAT(host.degraded_reasons(), Contains(HasSubstr("engine")));
  EXPECT_TRUE(Within(8s, [&] { return !agent.Serves(kEngineHealth); }));
  EXPECT_TRUE(agent.Serves(""));

  StartEngine();
  EXPECT_OK(GetContainer());
  EXPECT_THAT(GetHost().degraded_reasons(), IsEmpty());
  EXPECT_TRUE(Within(8s, [&] { return agent.Serves(kEngineHealth); }));
  EXPECT_THAT(agent.Call(&Operations::ListOperations, v1::ListOperationsRequest())->operations(), IsEmpty())
      << "what was refused is no operation";
  ExpectOneServes("1");
}

TEST_F(EngineFaults, DoNotKeepTheAgentFromStarting) {
  RunWeb();
  agent.Kill();
  KillEngine();
  agent.Start();
  EXPECT_THAT(GetHost().degraded_reasons(), Contains(HasSubstr("engine")));
  EXPECT_FALSE(agent.Serves(kEngineHealth));
  StartEngine();
  EXPECT_OK(GetContainer());
}

TEST_F(EngineFaults, EndAStopThatWasUnderWay) {
  docker.Run(kWeb, {{"Image", Image("stubborn:1")}, {"StopTimeout", 1}});  // an engine that starts stops it, too
  docker.AwaitOutput(kWeb, "stubborn runs");
  auto request = Ask<v1::StopContainerRequest>(kWeb);
  *request.mutable_stop_timeout() = Lasting(60s);
  const auto begun = Submit(request).value();
  docker.AwaitOutput(kWeb, "SIGTERM ignored");
  KillEngine();
  const auto ended = End(begun.name(), 10s);
  EXPECT_THAT(OutcomeOf(ended), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_THAT(ended.error().message(), HasSubstr("stop " + kWeb));
  StartEngine();
  EXPECT_EQ(GetContainer()->container().name(), kWeb) << "and nothing is lost";
  *request.mutable_stop_timeout() = Lasting(0s);
  EXPECT_OK(OutcomeOf(Do(request)));
}

TEST_F(EngineFaults, OnlyDelayAnUpgradeWhenTheEngineFreezesForSomeSeconds) {
  RunWeb();
  const auto begun = Submit(AskUpgrade("web:2")).value();
  EXPECT_TRUE(Says(begun.name(), "Start the new"));
  PrivateEngine::Freeze();
  const auto host = GetHost();  // waits for 3 s
  PrivateEngine::Thaw();
  EXPECT_FALSE(host.has_engine());
  EXPECT_EQ(host.agent().running_operations(), 1u);
  EXPECT_THAT(host.degraded_reasons(), Contains(HasSubstr("engine")));
  EXPECT_OK(OutcomeOf(End(begun.name())));
  ExpectOneServes("2");
}

TEST_F(EngineFaults, AreWaitedForWhenTheyKeepAnUpgradeFromGoingBack) {
  RunWeb();
  const auto begun = Submit(AskUpgrade("web:crash")).value();
  EXPECT_TRUE(Says(begun.name(), "Go back"));
  KillEngine();
  EXPECT_TRUE(Within(1s, [&] { return Get(begun.name())->state() == v1::OPERATION_STATE_RUNNING; }));
  StartEngine();
  EXPECT_THAT(OutcomeOf(End(begun.name(), 40s)), FailsWith(Code::kFailedPrecondition, "HEALTH_GATE_FAILED"));
  ExpectOneServes("1");
}

}  // namespace
}  // namespace berth::test

#include "agent/operations/errand.h"

#include <gtest/gtest.h>

#include "tests/agent/operations/agent_host.h"
#include "tests/support/gate.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;

const std::string kRequestId = "2f1c9a34-6a0e-4a3b-9f0d-0a5a3d1c7b11";

class ErrandTest : public testing::Test {
 protected:
  ErrandTest() { host.RunWeb(); }

  // Waits for `gate`, then ends well.
  Errand Renewal() {
    Errand errand;
    errand.kind = Kind::kRenewCertificate;
    errand.origin = Origin::kCertificates;
    errand.service_key = LineageKey("example.org");
    errand.work = [this](std::shared_ptr<ActiveOperation> active) -> ResultTask<> {
      active->SetStepCount(1);
      active->Report(1, "Renew example.org");
      ++begun;
      co_await gate.Wait();
      co_return Result<>();
    };
    return errand;
  }
  Errand OnWeb() {
    Errand errand = Renewal();
    errand.kind = Kind::kDeployCertificate;
    errand.service_key = "web";
    errand.container = "web";
    errand.queue = true;
    return errand;
  }
  void LetGo() {
    host.loop.RunReady();
    gate.Open();
  }
  Operation EndOf(const std::string& id) { return host.End(id).value(); }

  test::Gate gate;  // outlives who waits at it
  AgentHost host;
  int begun = 0;
};

TEST_F(ErrandTest, IsFollowedAsEveryOperationIs) {
  const auto operation = host.operations->Submit(Renewal()).value();
  EXPECT_EQ(LineageOf(operation), "example.org");
  EXPECT_EQ(operation.origin, Origin::kCertificates);
  LetGo();
  const auto ended = EndOf(operation.id);
  EXPECT_EQ(ended.state, State::kSucceeded);
  EXPECT_EQ(ended.progress.message, "Renew example.org");
}

TEST_F(ErrandTest, FailsWithWhatItsWorkSays) {
  Errand errand = Renewal();
  errand.work = [](const std::shared_ptr<ActiveOperation>&) -> ResultTask<> {
    co_return Error{Code::kUnavailable, "CERTBOT_FAILED", "the CA is away"};
  };
  const auto ended = EndOf(host.operations->Submit(std::move(errand))->id);
  EXPECT_EQ(ended.state, State::kFailed);
  EXPECT_EQ(ended.error->reason, "CERTBOT_FAILED");
}

TEST_F(ErrandTest, IsRefusedWhileAnotherWorksOnTheLineage) {
  const auto first = host.operations->Submit(Renewal()).value();
  EXPECT_THAT(host.operations->Submit(Renewal()), FailsWith(Code::kAborted, "OPERATION_IN_PROGRESS"));
  EXPECT_EQ(host.operations->HolderOf(LineageKey("example.org")), first.id);
  LetGo();
  EndOf(first.id);
  EXPECT_EQ(host.operations->HolderOf(LineageKey("example.org")), std::nullopt);
}

TEST_F(ErrandTest, IsNotRefusedForAnotherLineage) {
  host.operations->Submit(Renewal()).value();
  Errand other = Renewal();
  other.service_key = LineageKey("example.net");
  EXPECT_OK(host.operations->Submit(std::move(other)));
  host.loop.RunReady();
  EXPECT_EQ(begun, 2);
}

TEST_F(ErrandTest, WaitsForAnOperationOnItsContainer) {
  host.At("web").behaviour.ignores_sigterm = true;
  const auto restart = host.Submit(Ask(Kind::kRestart, "web")).value();
  const auto errand = host.operations->Submit(OnWeb()).value();
  EXPECT_EQ(errand.state, State::kQueued);
  host.loop.RunReady();
  EXPECT_EQ(begun, 0);
  EndOf(restart.id);
  LetGo();
  EXPECT_EQ(EndOf(errand.id).state, State::kSucceeded);
  EXPECT_EQ(begun, 1);
}

TEST_F(ErrandTest, KeepsOthersAwayFromItsContainer) {
  const auto errand = host.operations->Submit(OnWeb()).value();
  EXPECT_THAT(host.Submit(Ask(Kind::kStop, "web")), FailsWith(Code::kAborted, "OPERATION_IN_PROGRESS"));
  LetGo();
  EndOf(errand.id);
  EXPECT_OK(host.Submit(Ask(Kind::kStop, "web")));
}

TEST_F(ErrandTest, DoesNotBeginWhenItIsCancelledInTheQueue) {
  host.At("web").behaviour.ignores_sigterm = true;
  const auto restart = host.Submit(Ask(Kind::kRestart, "web")).value();
  const auto errand = host.operations->Submit(OnWeb()).value();
  EXPECT_OK(host.operations->Cancel(errand.id));
  EndOf(restart.id);
  host.loop.RunReady();
  EXPECT_EQ(begun, 0);
  EXPECT_EQ(EndOf(errand.id).state, State::kCancelled);
}

TEST_F(ErrandTest, IsCancelledInTheMiddle) {
  const auto errand = host.operations->Submit(Renewal()).value();
  host.loop.RunReady();
  EXPECT_OK(host.operations->Cancel(errand.id));
  EXPECT_EQ(EndOf(errand.id).state, State::kCancelled);
}

TEST_F(ErrandTest, EndsWhenItsTimeIsOver) {
  Errand errand = Renewal();
  errand.timeout = 5s;
  const SteadyTime begin = host.clock.Now();
  const auto ended = EndOf(host.operations->Submit(std::move(errand))->id);
  EXPECT_EQ(ended.error->reason, "OPERATION_TIMEOUT");
  EXPECT_LT(host.clock.Now() - begin, 6s);
}

TEST_F(ErrandTest, IsTheSameForTheSameRequestId) {
  Errand first = Renewal();
  first.request_id = kRequestId;
  Errand again = first;
  Errand other = first;
  other.details = "force";
  const auto operation = host.operations->Submit(std::move(first)).value();
  EXPECT_EQ(host.operations->Submit(std::move(again))->id, operation.id);
  EXPECT_THAT(host.operations->Submit(std::move(other)), FailsWith(Code::kAlreadyExists, "REQUEST_ID_REUSED"));
  host.loop.RunReady();
  EXPECT_EQ(begun, 1);
}

TEST_F(ErrandTest, IsClosedAsInterruptedAfterACrash) {
  const auto errand = host.operations->Submit(Renewal()).value();
  host.loop.RunReady();
  host.Restart();
  const auto ended = host.operations->Get(errand.id).value();
  EXPECT_EQ(ended.state, State::kFailed);
  EXPECT_EQ(ended.error->reason, "INTERRUPTED");
  EXPECT_EQ(LineageOf(ended), "example.org");
}

}  // namespace
}  // namespace berth::agent

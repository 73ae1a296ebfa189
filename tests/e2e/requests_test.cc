// The same request twice, two requests at once, and callers that hang up.
#include <future>
#include <set>

#include "tests/e2e/host.h"

namespace berth::test {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

constexpr char kRequestId[] = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";

class RequestsToAHost : public RunningHost {
 protected:
  v1::UpgradeContainerRequest AskOnce(const std::string& image = "web:2") const {
    auto request = AskUpgrade(image);
    request.set_request_id(kRequestId);
    return request;
  }

  int OperationCount() const {
    return agent.Call(&Operations::ListOperations, v1::ListOperationsRequest())->operations_size();
  }
};

// --- the same one again ---

TEST_F(RequestsToAHost, BeginOneOperationHoweverOftenTheyAreSent) {
  RunWeb();
  const auto first = Submit(AskOnce()).value();
  EXPECT_EQ(Submit(AskOnce())->name(), first.name()) << "while it runs";
  EXPECT_OK(OutcomeOf(End(first.name())));
  EXPECT_EQ(Submit(AskOnce())->name(), first.name()) << "when it has ended";
  EXPECT_EQ(Submit(AskOnce())->state(), v1::OPERATION_STATE_SUCCEEDED);
  EXPECT_EQ(OperationCount(), 1);
}

TEST_F(RequestsToAHost, BeginOneOperationWhenTheyComeAtTheSameTime) {
  RunWeb();
  std::vector<std::future<Result<v1::Operation>>> answers;
  for (int i = 0; i < 16; ++i) answers.push_back(std::async(std::launch::async, [&] { return Submit(AskOnce()); }));
  std::set<std::string> names;
  for (auto& answer : answers) names.insert(answer.get().value().name());
  EXPECT_THAT(names, SizeIs(1));
  EXPECT_OK(OutcomeOf(End(*names.begin())));
  EXPECT_EQ(OperationCount(), 1);
  ExpectOneServes("2");
}

TEST_F(RequestsToAHost, AreRememberedAcrossARestartOfTheAgent) {
  RunWeb();
  const auto first = Do(AskOnce());
  agent.Kill();
  agent.Start();
  const auto again = Submit(AskOnce()).value();
  EXPECT_EQ(again.name(), first.name());
  EXPECT_EQ(again.upgrade_result().new_digest(), first.upgrade_result().new_digest());
  EXPECT_THAT(docker.Names(), SizeIs(2));
}

TEST_F(RequestsToAHost, DoNotShareTheirId) {
  RunWeb();
  const auto first = Submit(AskOnce()).value();
  const auto other = Submit(AskOnce("web:3"));
  EXPECT_THAT(other, FailsWith(Code::kAlreadyExists, "REQUEST_ID_REUSED"));
  EXPECT_EQ(other.error().metadata.at("operation"), first.name());
  EXPECT_OK(OutcomeOf(End(first.name())));
  ExpectOneServes("2");
}

// --- two at once ---

TEST_F(RequestsToAHost, AreRefusedWhileAnotherOneIsUnderWayAndLearnWhich) {
  RunWeb();
  const auto first = Submit(AskUpgrade("web:2")).value();
  const auto second = Submit(AskUpgrade("web:3"));
  EXPECT_THAT(second, FailsWith(Code::kAborted, "OPERATION_IN_PROGRESS"));
  EXPECT_EQ(second.error().metadata.at("operation"), first.name());
  EXPECT_THAT(MessageOf(second), HasSubstr(first.name()));
  EXPECT_THAT(Submit(Ask<v1::StopContainerRequest>(kWeb)), FailsWith(Code::kAborted, "OPERATION_IN_PROGRESS"));
  EXPECT_OK(OutcomeOf(End(first.name())));
  ExpectOneServes("2");
}

TEST_F(RequestsToAHost, WaitForTheirTurnWhenTheyMay) {
  RunWeb();
  const auto first = Submit(AskUpgrade("web:2")).value();
  auto request = AskUpgrade("web:3");
  request.set_queue(true);
  const auto second = Submit(request).value();
  EXPECT_EQ(second.state(), v1::OPERATION_STATE_QUEUED);
  EXPECT_OK(OutcomeOf(End(first.name())));
  EXPECT_OK(OutcomeOf(End(second.name())));
  ExpectOneServes("3");
}

TEST_F(RequestsToAHost, DoNotWaitForAnotherContainersOperation) {
  RunWeb();
  docker.Run("e2e-other", {{"Image", Image("web:plain")}});
  const auto first = Submit(AskUpgrade("web:broken")).value();
  EXPECT_TRUE(Says(first.name(), "Wait until the new"));
  EXPECT_OK(OutcomeOf(Do(Ask<v1::StopContainerRequest>("e2e-other"))));
  EXPECT_EQ(Get(first.name())->state(), v1::OPERATION_STATE_RUNNING);
  End(first.name());
}

// --- callers that hang up ---

TEST_F(RequestsToAHost, GoOnWhenTheirCallerHangsUp) {
  RunWeb();
  const auto stub = v1::ContainerService::NewStub(agent.Connect());
  for (const auto patience : {1ms, 2ms, 4ms, 8ms, 16ms}) {  // it hangs up earlier or later in the call
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + patience);
    v1::Operation ignored;
    static_cast<void>(stub->UpgradeContainer(&context, AskOnce(), &ignored));
  }
  EXPECT_OK(OutcomeOf(Do(AskOnce())));
  EXPECT_EQ(OperationCount(), 1);
  ExpectOneServes("2");
}

TEST_F(RequestsToAHost, GoOnWhenNobodyWatchesAnyMore) {
  RunWeb();
  const auto begun = Submit(AskUpgrade("web:2")).value();
  EXPECT_TRUE(Says(begun.name(), "Stop the old"));  // and hangs up
  EXPECT_OK(OutcomeOf(End(begun.name())));
  ExpectOneServes("2");
}

TEST_F(RequestsToAHost, AreListedFromTheNewestToTheOldestPageByPage) {
  docker.Run(kWeb, {{"Image", Image("web:plain")}});
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) names.insert(names.begin(), Do(Ask<v1::StartContainerRequest>(kWeb)).name());
  v1::ListOperationsRequest request;
  request.set_page_size(2);
  request.set_container(kWeb);
  const auto first = agent.Call(&Operations::ListOperations, request).value();
  ASSERT_THAT(first.operations(), SizeIs(2));
  EXPECT_EQ(first.operations(0).name(), names[0]);
  EXPECT_EQ(first.operations(1).name(), names[1]);
  request.set_page_token(first.next_page_token());
  const auto second = agent.Call(&Operations::ListOperations, request).value();
  ASSERT_THAT(second.operations(), SizeIs(1));
  EXPECT_EQ(second.operations(0).name(), names[2]);
  EXPECT_EQ(second.next_page_token(), "");
  request.set_container("e2e-other");
  request.clear_page_token();
  EXPECT_THAT(agent.Call(&Operations::ListOperations, request)->operations(), SizeIs(0));
}

}  // namespace
}  // namespace berth::test

// OperationService as a client sees it: a real gRPC client over a real socket, scripted operations behind.
#include "agent/rpc/operation_service.h"

#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/rpc/server_fixture.h"

namespace berth::rpc {
namespace {

using testing::ElementsAre;

class OperationServiceTest : public ServerTest {};

TEST_F(OperationServiceTest, AnswersForOperations) {
  OnLoop([this] { Remember({"000000000000000a", "000000000000000b", "000000000000000c"}); });
  v1::GetOperationRequest request;
  request.set_name("operations/000000000000000b");
  v1::Operation operation;
  EXPECT_TRUE(Call(&Outcomes::GetOperation, request, operation).ok());
  EXPECT_EQ(operation.name(), request.name());

  request.set_name("operations/ffffffffffffffff");
  EXPECT_EQ(ReasonOf(Call(&Outcomes::GetOperation, request, operation)), "OPERATION_NOT_FOUND");
}

TEST_F(OperationServiceTest, ListsOperationsPageByPage) {
  OnLoop([this] { Remember({"000000000000000a", "000000000000000b", "000000000000000c"}); });
  v1::ListOperationsRequest request;
  request.set_page_size(2);
  v1::ListOperationsResponse page;
  ASSERT_TRUE(Call(&Outcomes::ListOperations, request, page).ok());
  EXPECT_EQ(page.operations_size(), 2);
  request.set_page_token(page.next_page_token());
  ASSERT_TRUE(Call(&Outcomes::ListOperations, request, page).ok());
  ASSERT_EQ(page.operations_size(), 1);
  EXPECT_EQ(page.operations(0).name(), "operations/000000000000000c");
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(OperationServiceTest, WatchesAnOperationFromASequenceNumberOn) {
  OnLoop([this] {
    Remember({"000000000000000a"});
    for (std::uint64_t i = 1; i <= 5; ++i) operations.progress.push_back({.sequence = i, .message = "step"});
  });
  v1::WatchOperationRequest request;
  request.set_name("operations/000000000000000a");
  request.set_from_sequence(4);
  grpc::ClientContext context;
  auto reader = outcomes->WatchOperation(&context, request);
  const auto sequence = [](const auto& item) { return item.has_operation() ? 0 : item.progress().sequence(); };
  EXPECT_THAT(ReadAll(*reader, sequence), ElementsAre(4u, 5u, 0u));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(OperationServiceTest, WaitsForAnOperation) {
  OnLoop([this] { Remember({"000000000000000a"}); });
  v1::WaitOperationRequest request;
  request.set_name("operations/000000000000000a");
  std::thread ender([this] {
    EXPECT_TRUE(test::Eventually([this] { return server->LiveCalls() == 1; }));
    // The call may be there before its coroutine waits, so the gate is opened until it has been seen.
    EXPECT_TRUE(test::Eventually([this] {
      OnLoop([this] { operations.ended.Open(); });
      return server->LiveCalls() == 0;
    }));
  });
  v1::Operation operation;
  EXPECT_TRUE(Call(&Outcomes::WaitOperation, request, operation).ok());
  ender.join();
}

TEST_F(OperationServiceTest, AsksAnOperationToGoBack) {
  OnLoop([this] {
    Remember({"000000000000000a"});
    operations.known.front().state = agent::State::kRunning;
  });
  v1::CancelOperationRequest request;
  request.set_name("operations/000000000000000a");
  v1::Operation operation;
  EXPECT_TRUE(Call(&Outcomes::CancelOperation, request, operation).ok());
  EXPECT_EQ(operation.name(), request.name());
  EXPECT_EQ(OnLoop([this] { return operations.cancelled; }), std::vector<std::string>{"000000000000000a"});
}

TEST_F(OperationServiceTest, DoesNotAskOneThatHasEndedToGoBack) {
  OnLoop([this] {
    Remember({"000000000000000a"});
    operations.known.front().state = agent::State::kSucceeded;
  });
  v1::CancelOperationRequest request;
  request.set_name("operations/000000000000000a");
  v1::Operation operation;
  const auto status = Call(&Outcomes::CancelOperation, request, operation);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), "OPERATION_ENDED");
}

}  // namespace
}  // namespace berth::rpc

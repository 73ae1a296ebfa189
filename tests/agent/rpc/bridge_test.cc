#include "agent/rpc/bridge.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <grpcpp/create_channel.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include "berth/v1/operation_service.grpc.pb.h"
#include "tests/agent/rpc/anybody.h"
#include "tests/agent/rpc/loop_thread.h"
#include "tests/agent/rpc/no_auditor.h"
#include "tests/support/gate.h"
#include "tests/support/temporary_directory.h"

namespace berth::rpc {
namespace {

using Stub = v1::OperationService::Stub;
using Watch = StreamCall<v1::WatchOperationResponse>;

// One call of each kind; a test says what its work is.
class Script final : public v1::OperationService::CallbackService {
 public:
  explicit Script(Bridge& bridge) : bridge_(bridge) {}

  std::function<ResultTask<v1::Operation>()> read = Nothing;
  std::function<ResultTask<v1::Operation>()> mutate = Nothing;
  std::function<ResultTask<>(Watch& call)> stream;

  grpc::ServerUnaryReactor* GetOperation(grpc::CallbackServerContext* context, const v1::GetOperationRequest* request,
                                         v1::Operation* response) override {
    return bridge_.Read(context, *request, response, [this](const auto&) { return read(); });
  }
  grpc::ServerUnaryReactor* CancelOperation(grpc::CallbackServerContext* context,
                                            const v1::CancelOperationRequest* request,
                                            v1::Operation* response) override {
    return bridge_.Mutate(context, *request, response, [this](const auto&) { return mutate(); });
  }
  grpc::ServerWriteReactor<v1::WatchOperationResponse>* WatchOperation(
      grpc::CallbackServerContext* context, const v1::WatchOperationRequest* request) override {
    return bridge_.Stream<v1::WatchOperationResponse>(context, *request,
                                                      [this](auto& call, const auto&) { return stream(call); });
  }

 private:
  static ResultTask<v1::Operation> Nothing() { co_return v1::Operation(); }

  Bridge& bridge_;
};

class BridgeTest : public testing::Test {
 protected:
  BridgeTest() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address_, grpc::InsecureServerCredentials());
    builder.RegisterService(&script_);
    bridge_.WriteDownWith(auditor_);
    server_ = builder.BuildAndStart();
    stub_ = v1::OperationService::NewStub(grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
  }
  ~BridgeTest() override { server_->Shutdown(std::chrono::system_clock::now()); }

  grpc::Status Get(v1::Operation* answer = nullptr) {
    grpc::ClientContext context;
    v1::Operation ignored;
    return stub_->GetOperation(&context, {}, answer ? answer : &ignored);
  }

  bool NothingLives() {
    return test::Eventually([this] { return bridge_.LiveCalls() == 0; });
  }

  test::TemporaryDirectory directory_;
  const std::string address_ = "unix://" + (directory_ / "s").string();
  test::Gate gate_;
  test::LoopThread loop_;
  test::Anybody door_;
  test::NoAuditor auditor_;
  Bridge bridge_{loop_.executor(), door_};
  Script script_{bridge_};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Stub> stub_;
};

TEST_F(BridgeTest, AnswersWithWhatTheWorkComesTo) {
  script_.read = []() -> ResultTask<v1::Operation> {
    v1::Operation operation;
    operation.set_name("operations/1");
    co_return operation;
  };
  v1::Operation answer;
  EXPECT_TRUE(Get(&answer).ok());
  EXPECT_EQ(answer.name(), "operations/1");
  EXPECT_TRUE(NothingLives());
}

TEST_F(BridgeTest, DoesNoWorkForACallerWhoMayNotHaveIt) {
  door_.caller = agent::Caller{"user:eve(1001)", "pid 7", agent::Role::kViewer, {}};
  std::atomic<int> done = 0;
  script_.read = script_.mutate = [&]() -> ResultTask<v1::Operation> {
    ++done;
    co_return v1::Operation();
  };
  EXPECT_TRUE(Get().ok());
  grpc::ClientContext context;
  v1::Operation ignored;
  const auto refused = stub_->CancelOperation(&context, {}, &ignored);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(refused.error_message(), "this needs the role deployer, and user:eve(1001) has the role viewer");
  EXPECT_EQ(done, 1);
  door_.caller = Error{Code::kPermissionDenied, "CALLER_UNKNOWN", "who is it?"};
  EXPECT_EQ(Get().error_message(), "who is it?");
  EXPECT_EQ(done, 1);
}

TEST_F(BridgeTest, AnswersWithTheErrorOfTheWork) {
  script_.read = []() -> ResultTask<v1::Operation> { co_return Error{Code::kNotFound, "NOT_THERE", "not there"}; };
  const auto status = Get();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "not there");
}

TEST_F(BridgeTest, RunsTheWorkOnTheLoop) {
  const auto loop = loop_.Run([] { return std::this_thread::get_id(); });
  std::atomic<std::thread::id> worked_on;
  script_.read = [&]() -> ResultTask<v1::Operation> {
    worked_on = std::this_thread::get_id();
    co_return v1::Operation();
  };
  EXPECT_TRUE(Get().ok());
  EXPECT_EQ(worked_on.load(), loop);
}

TEST_F(BridgeTest, DoesNotDieOfAnException) {
  script_.read = []() -> ResultTask<v1::Operation> {
    throw std::logic_error("a bug");
    co_return v1::Operation();
  };
  EXPECT_EQ(Get().error_code(), grpc::StatusCode::INTERNAL);
  script_.read = []() -> ResultTask<v1::Operation> { co_return v1::Operation(); };
  EXPECT_TRUE(Get().ok());
}

// Calls `method` on a thread of its own, hangs up when `begun`, and returns what the caller then saw.
template <class Method>
grpc::Status HangUpDuring(Method method, std::atomic<bool>& begun) {
  grpc::ClientContext context;
  grpc::Status status;
  std::thread caller([&] { status = method(&context); });
  EXPECT_TRUE(test::Eventually([&] { return begun.load(); }));
  context.TryCancel();
  caller.join();
  return status;
}

TEST_F(BridgeTest, StopsAReadWhenTheCallerHangsUp) {
  std::atomic<bool> begun = false;
  std::atomic<bool> ended = false;
  script_.read = [&]() -> ResultTask<v1::Operation> {
    begun = true;
    co_await gate_.Wait();
    ended = true;
    co_return v1::Operation();
  };
  v1::Operation answer;
  const auto status = HangUpDuring([&](auto* context) { return stub_->GetOperation(context, {}, &answer); }, begun);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(NothingLives());
  EXPECT_FALSE(ended);
}

TEST_F(BridgeTest, DoesNotBeginAMutationThatNobodyCanWriteDown) {
  bool begun = false;
  script_.mutate = [&]() -> ResultTask<v1::Operation> {
    begun = true;
    co_return v1::Operation();
  };
  auditor_.answer = Error{Code::kUnavailable, "DISK_FULL", "there is no space"};
  grpc::ClientContext context;
  v1::Operation ignored;
  EXPECT_EQ(stub_->CancelOperation(&context, {}, &ignored).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_FALSE(begun);
  EXPECT_TRUE(Get().ok()) << "who only looks changes nothing";
}

TEST_F(BridgeTest, DoesNotStopAMutationWhenTheCallerHangsUp) {
  std::atomic<bool> begun = false;
  std::atomic<bool> ended = false;
  script_.mutate = [&]() -> ResultTask<v1::Operation> {
    begun = true;
    co_await gate_.Wait();
    ended = true;
    co_return v1::Operation();
  };
  v1::Operation answer;
  const auto status = HangUpDuring([&](auto* context) { return stub_->CancelOperation(context, {}, &answer); }, begun);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_FALSE(ended);
  loop_.Run([this] { gate_.Open(); });
  EXPECT_TRUE(NothingLives());
  EXPECT_TRUE(ended);
}

v1::WatchOperationResponse Item(std::uint64_t sequence, std::size_t bytes = 0) {
  v1::WatchOperationResponse item;
  item.mutable_progress()->set_sequence(sequence);
  item.mutable_progress()->set_message(std::string(bytes, 'x'));
  return item;
}

TEST_F(BridgeTest, StreamsInOrderAndEndsAsTheWorkEnds) {
  script_.stream = [](Watch& call) -> ResultTask<> {
    call.Opened();
    for (std::uint64_t i = 1; i <= 1000; ++i) {
      auto item = Item(i);
      const auto written = co_await call.Write(std::move(item));
      if (!written) co_return written;
    }
    co_return Error{Code::kDataLoss, "ENOUGH", "enough"};
  };
  grpc::ClientContext context;
  auto reader = stub_->WatchOperation(&context, {});
  v1::WatchOperationResponse item;
  std::uint64_t count = 0;
  while (reader->Read(&item)) EXPECT_EQ(item.progress().sequence(), ++count);
  EXPECT_EQ(count, 1000u);
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::DATA_LOSS);
  EXPECT_TRUE(NothingLives());
}

TEST_F(BridgeTest, SaysThatAStreamStandsBeforeItsFirstMessage) {
  script_.stream = [this](Watch& call) -> ResultTask<> {
    call.Opened();
    co_await gate_.Wait();
    co_return Result<>();
  };
  grpc::ClientContext context;
  auto reader = stub_->WatchOperation(&context, {});
  reader->WaitForInitialMetadata();
  loop_.Run([this] { gate_.Open(); });
  v1::WatchOperationResponse item;
  EXPECT_FALSE(reader->Read(&item));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(BridgeTest, StopsAStreamThatWaitsWhenTheCallerHangsUp) {
  script_.stream = [this](Watch& call) -> ResultTask<> {
    call.Opened();
    co_await gate_.Wait();
    co_return Result<>();
  };
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::WatchOperationResponse>>> readers;
  for (int i = 0; i < 50; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    readers.push_back(stub_->WatchOperation(contexts.back().get(), {}));
    readers.back()->WaitForInitialMetadata();
  }
  EXPECT_EQ(bridge_.LiveCalls(), 50);
  for (auto& context : contexts) context->TryCancel();
  EXPECT_TRUE(NothingLives());
  for (auto& reader : readers) EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(BridgeTest, DoesNotReadAheadOfASlowCaller) {
  constexpr std::size_t kMessageBytes = 64 * 1024;
  std::atomic<std::uint64_t> begun = 0;
  script_.stream = [&](Watch& call) -> ResultTask<> {
    for (;;) {
      auto item = Item(++begun, kMessageBytes);
      const auto written = co_await call.Write(std::move(item));
      if (!written) co_return written;
    }
  };
  grpc::ClientContext context;
  auto reader = stub_->WatchOperation(&context, {});
  v1::WatchOperationResponse item;
  ASSERT_TRUE(reader->Read(&item));
  // What was taken stops growing: many other calls are answered and nothing more has been written.
  std::uint64_t before = 0;
  const bool stands_still = test::Eventually([&] {
    before = begun;
    for (int i = 0; i < 500; ++i) EXPECT_TRUE(Get().ok());
    return begun == before;
  });
  EXPECT_TRUE(stands_still);
  EXPECT_LT(before * kMessageBytes, 16u << 20);
  context.TryCancel();
  EXPECT_TRUE(NothingLives());
}

TEST_F(BridgeTest, WaitsForTheLastWriteOfACancelledStream) {
  std::atomic<std::uint64_t> begun = 0;
  script_.stream = [&](Watch& call) -> ResultTask<> {
    for (;;) {
      auto item = Item(++begun, 512 * 1024);
      const auto written = co_await call.Write(std::move(item));
      if (!written) co_return written;
    }
  };
  for (int i = 0; i < 20; ++i) {
    grpc::ClientContext context;
    auto reader = stub_->WatchOperation(&context, {});
    v1::WatchOperationResponse item;
    ASSERT_TRUE(reader->Read(&item));
    context.TryCancel();
  }
  EXPECT_TRUE(NothingLives());
}

TEST_F(BridgeTest, EndsWhatWaitsWhenTheAgentStops) {
  script_.stream = [this](Watch& call) -> ResultTask<> {
    call.Opened();
    co_await gate_.Wait();
    co_return Result<>();
  };
  grpc::ClientContext context;
  auto reader = stub_->WatchOperation(&context, {});
  reader->WaitForInitialMetadata();
  loop_.Run([this] { bridge_.StopWaiting(); });
  const auto status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "the agent is stopping; try again in a moment");
  EXPECT_TRUE(NothingLives());
}

}  // namespace
}  // namespace berth::rpc

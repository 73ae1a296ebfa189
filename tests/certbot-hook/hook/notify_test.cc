#include "certbot-hook/hook/notify.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/remote/status.h"
#include "tests/support/fake_agent.h"
#include "tests/support/temporary_directory.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using grpc::Status;
using hook::Verdict;
using testing::HasSubstr;

v1::Operation Deployment(v1::OperationState state) {
  v1::Operation operation;
  operation.set_name("operations/ab");
  operation.set_kind(v1::OPERATION_KIND_DEPLOY_CERTIFICATE);
  operation.set_state(state);
  return operation;
}

v1::Operation Failed(const std::string& why) {
  auto operation = Deployment(v1::OPERATION_STATE_FAILED);
  *operation.mutable_error() = cli::ToStatus({Code::kAborted, "CERTIFICATE_NOT_SERVED", why});
  return operation;
}

class Hook : public testing::Test {
 protected:
  void SetUp() override {
    agent_.script.notify_renewed = [this](const v1::NotifyRenewedRequest& request, v1::Operation& operation) {
      told_ = request.lineage();
      operation = begun_;
      return Status::OK;
    };
    agent_.script.wait = [this](const v1::WaitOperationRequest& request, v1::Operation& operation) {
      waited_for_ = request.name();
      operation = ended_;
      return Status::OK;
    };
  }

  Verdict Notify(std::chrono::milliseconds patience = 10s) {
    return hook::Notify({agent_.socket(), "/live/example.org"}, patience);
  }

  FakeAgent agent_;
  v1::Operation begun_ = Deployment(v1::OPERATION_STATE_RUNNING);
  v1::Operation ended_ = Deployment(v1::OPERATION_STATE_SUCCEEDED);
  std::string told_;
  std::string waited_for_;
};

TEST_F(Hook, TellsTheAgentAndWaitsForTheEnd) {
  const Verdict verdict = Notify();
  EXPECT_EQ(verdict.exit_code, hook::kDone);
  EXPECT_EQ(verdict.sentence, "");
  EXPECT_EQ(told_, "/live/example.org");
  EXPECT_EQ(waited_for_, "operations/ab");
}

TEST_F(Hook, DoesNotWaitForWhatHasEnded) {
  begun_ = Deployment(v1::OPERATION_STATE_SUCCEEDED);
  EXPECT_EQ(Notify().exit_code, hook::kDone);
  EXPECT_EQ(waited_for_, "");
}

TEST_F(Hook, FailsWithTheReasonWhenItIsNotDeployed) {
  ended_ = Failed("web:\nnginx -t \x1b[31mfailed");
  const Verdict verdict = Notify();
  EXPECT_EQ(verdict.exit_code, hook::kFailed);
  EXPECT_EQ(verdict.sentence, "/live/example.org is not deployed: web: nginx -t  [31mfailed");
}

TEST_F(Hook, FailsWithTheAgentsWordsWhenItIsRefused) {
  agent_.script.notify_renewed = [](const auto&, auto&) {
    return Refusal(grpc::StatusCode::FAILED_PRECONDITION, "CERTIFICATES_OFF", "certificates are switched off");
  };
  const Verdict verdict = Notify();
  EXPECT_EQ(verdict.exit_code, hook::kFailed);
  EXPECT_EQ(verdict.sentence, "certificates are switched off");
}

TEST_F(Hook, SaysThatItGoesOnWhenItIsNotOverInTime) {
  ended_ = Deployment(v1::OPERATION_STATE_RUNNING);
  const Verdict verdict = Notify();
  EXPECT_EQ(verdict.exit_code, hook::kDone);
  EXPECT_THAT(verdict.sentence, HasSubstr("goes on; follow it with: berthctl op watch operations/ab"));
}

TEST_F(Hook, AsksTheAgentToAnswerBeforeItsPatienceIsOver) {
  agent_.script.wait = [](const v1::WaitOperationRequest& request, v1::Operation& operation) {
    EXPECT_LE(request.timeout().seconds(), 9);
    EXPECT_GE(request.timeout().seconds(), 7);
    operation = Deployment(v1::OPERATION_STATE_SUCCEEDED);
    return Status::OK;
  };
  EXPECT_EQ(Notify(10s).exit_code, hook::kDone);
}

TEST_F(Hook, DoesNotOutlastItsPatienceWithAnAgentThatHangs) {
  agent_.script.wait = [this](const auto&, auto&) {
    agent_.Hang();
    return Status::OK;
  };
  const Verdict waited = Notify(300ms);
  EXPECT_EQ(waited.exit_code, hook::kDone);
  EXPECT_THAT(waited.sentence, HasSubstr("goes on"));

  agent_.script.notify_renewed = [this](const auto&, auto&) {
    agent_.Hang();
    return Status::OK;
  };
  const Verdict untold = Notify(300ms);
  EXPECT_EQ(untold.exit_code, hook::kFailed);
  EXPECT_THAT(untold.sentence, HasSubstr("(no answer in time). It looks at /live/example.org by itself"));
}

TEST_F(Hook, DoesNotOutlastItsPatienceWithASocketThatNobodyReads) {
  const TemporaryDirectory directory;
  boost::asio::io_context io;
  const std::string path = directory / "deaf.sock";
  const boost::asio::local::stream_protocol::acceptor deaf(io, path);
  const Verdict verdict = hook::Notify({path, "/live/example.org"}, 300ms);
  EXPECT_EQ(verdict.exit_code, hook::kFailed);
  EXPECT_THAT(verdict.sentence, HasSubstr("does not answer at " + path));
}

TEST_F(Hook, SaysThatTheAgentLooksByItselfWhenItIsDown) {
  agent_.Kill();
  const auto begin = std::chrono::steady_clock::now();
  const Verdict verdict = Notify();
  EXPECT_EQ(verdict.exit_code, hook::kFailed);
  EXPECT_THAT(verdict.sentence, HasSubstr("No such file or directory"));
  EXPECT_THAT(verdict.sentence, HasSubstr("looks at /live/example.org by itself when it starts"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s) << "nobody is waited for who is not there";
}

TEST_F(Hook, DoesNotClaimToKnowWhatCameOfItWhenTheAgentGoesAway) {
  agent_.script.wait = [](const auto&, auto&) { return Status(grpc::StatusCode::UNAVAILABLE, "Socket closed"); };
  const Verdict verdict = Notify();
  EXPECT_EQ(verdict.exit_code, hook::kFailed);
  EXPECT_EQ(verdict.sentence, "what came of it is not known (Socket closed); see berthctl op show operations/ab");
}

}  // namespace
}  // namespace berth::test

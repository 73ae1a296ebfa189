#include "watchdog/autoheal/health_socket.h"

#include <thread>
#include <unistd.h>

#include <boost/asio/io_context.hpp>

#include "tests/support/results.h"

namespace berth::watchdog::autoheal {
namespace {

using std::chrono::milliseconds;
using test::FailsWith;
using test::MessageOf;
using testing::HasSubstr;

class AutohealHealth : public testing::Test {
 protected:
  void SetUp() override {
    auto server = HealthSocket::Start(loop_.get_executor(), name_, [this] { return why_not_; });
    ASSERT_OK(server);
    server_ = std::move(*server);
  }

  Result<> Ask() {
    std::thread thread([this] { loop_.run_for(milliseconds(5000)); });
    auto answer = AskHealth(name_);
    loop_.stop();
    thread.join();
    return answer;
  }

  const std::string name_ = "berth-autoheal-test." + std::to_string(::getpid());
  std::string why_not_;
  boost::asio::io_context loop_{1};
  std::unique_ptr<HealthSocket> server_;
};

TEST_F(AutohealHealth, IsGoodWhileTheEngineIsSeen) { EXPECT_OK(Ask()); }

TEST_F(AutohealHealth, IsBadWithTheReasonWhileItIsNot) {
  why_not_ = "the engine is away";
  const auto answer = Ask();
  EXPECT_THAT(answer, FailsWith(Code::kUnavailable, "ENGINE_NOT_SEEN"));
  EXPECT_EQ(MessageOf(answer), "the engine is away");
}

TEST_F(AutohealHealth, IsBadWhenTheOneThatRunsHangs) {
  EXPECT_THAT(AskHealth(name_, milliseconds(50)), FailsWith(Code::kDeadlineExceeded, "NO_ANSWER"));
}

TEST_F(AutohealHealth, IsBadWhenNoneRuns) {
  server_.reset();
  loop_.poll();
  const auto answer = AskHealth(name_);
  EXPECT_THAT(answer, FailsWith(Code::kUnavailable, "NOT_RUNNING"));
  EXPECT_THAT(MessageOf(answer), HasSubstr("no berth-autoheal answers here"));
}

TEST_F(AutohealHealth, IsNotTakenFromOneThatRunsAlready) {
  const auto second = HealthSocket::Start(loop_.get_executor(), name_, [] { return "other"; });
  EXPECT_THAT(second, FailsWith(Code::kAlreadyExists, "ANOTHER_ONE_RUNS"));
  EXPECT_OK(Ask());
}

}  // namespace
}  // namespace berth::watchdog::autoheal

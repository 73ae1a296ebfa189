// What the agent does not do, and how it says so.
#include "tests/e2e/host.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class RefusalsOfAHost : public RunningHost {
 protected:
  // Every call that names a container, each as what it came to.
  std::vector<Result<>> AskEverythingAbout(const std::string& container) {
    const auto failure = [](const auto& result) { return result ? Result<>() : Result<>(result.error()); };
    return {failure(GetContainer(container)),
            failure(Submit(Ask<v1::StartContainerRequest>(container))),
            failure(Submit(Ask<v1::StopContainerRequest>(container))),
            failure(Submit(Ask<v1::RestartContainerRequest>(container))),
            failure(Submit(Ask<v1::UpgradeContainerRequest>(container))),
            failure(Submit(Ask<v1::RollbackContainerRequest>(container))),
            Follow(Ask<v1::StreamLogsRequest>(container)),
            Follow(Ask<v1::StreamStatsRequest>(container))};
  }

  Result<> Follow(const v1::StreamLogsRequest& request) {
    return ToEnd(Following<v1::LogChunk>(agent.Connect(), &Containers::StreamLogs, request));
  }
  Result<> Follow(const v1::StreamStatsRequest& request) {
    return ToEnd(Following<v1::Stats>(agent.Connect(), &Containers::StreamStats, request));
  }
  template <class Item>
  static Result<> ToEnd(Following<Item>&& stream) {
    while (stream.Next()) continue;
    return stream.End();
  }
};

TEST_F(RefusalsOfAHost, SayThatAContainerIsNotThere) {
  for (const auto& result : AskEverythingAbout("e2e-nobody")) {
    EXPECT_THAT(result, FailsWith(Code::kNotFound, "CONTAINER_NOT_FOUND"));
    EXPECT_THAT(MessageOf(result), HasSubstr("e2e-nobody"));
  }
}

TEST_F(RefusalsOfAHost, KeepEverythingThatIsNoNameFromTheEngine) {
  const std::string id = RunWeb();
  const std::vector<std::string> names{"",
                                       "a",
                                       "..",
                                       "../../etc/passwd",
                                       "../containers/" + id,
                                       "a/../b",
                                       kWeb + "/../" + kWeb,
                                       "%2e%2e%2fetc",
                                       kWeb + "\n",
                                       kWeb + std::string("\0x", 2),
                                       kWeb + "?force=1",
                                       kWeb + "#",
                                       kWeb + " ",
                                       "-rf",
                                       "é" + kWeb,
                                       "$(reboot)",
                                       std::string(10'000, 'a')};
  for (const auto& name : names) {
    for (const auto& result : AskEverythingAbout(name)) {
      ASSERT_TRUE(result.has_error()) << name;
      EXPECT_EQ(result.error().code, Code::kInvalidArgument) << name << ": " << MessageOf(result);
      EXPECT_THAT(MessageOf(result), AllOf(HasSubstr("container"), Not(HasSubstr("\n")))) << name;
    }
  }
  ExpectUntouched(id);
}

TEST_F(RefusalsOfAHost, KeepEverythingThatIsNoImageFromTheEngine) {
  const std::string id = RunWeb();
  for (const auto* image : {"Not An Image", "../../etc", "web:1 --privileged", "web@sha256:12", "http://x/web:1",
                            "web:\n1", ":1", "x/UPPER:1"}) {
    auto request = Ask<v1::UpgradeContainerRequest>(kWeb);
    request.set_image(image);
    const auto refused = Submit(request);
    ASSERT_TRUE(refused.has_error()) << image;
    EXPECT_EQ(refused.error().code, Code::kInvalidArgument) << image;
    EXPECT_THAT(MessageOf(refused), HasSubstr("image")) << image;
  }
  ExpectUntouched(id);
}

TEST_F(RefusalsOfAHost, NameTheFieldThatIsWrong) {
  const auto problem = [&](auto change) {
    auto request = AskUpgrade("web:2");
    change(request);
    const auto refused = Submit(request);
    EXPECT_THAT(refused, FailsWith(Code::kInvalidArgument, "BAD_FIELD"));
    return refused ? "" : refused.error().metadata.at("field");
  };
  using Request = v1::UpgradeContainerRequest;
  EXPECT_EQ(problem([](Request& it) { it.set_request_id("not-a-uuid"); }), "request_id");
  EXPECT_EQ(problem([](Request& it) { it.set_keep_previous(11); }), "keep_previous");
  EXPECT_EQ(problem([](Request& it) { it.mutable_timeout()->set_seconds(-1); }), "timeout");
  EXPECT_EQ(problem([](Request& it) { it.mutable_timeout()->set_seconds(90'000); }), "timeout");
  EXPECT_EQ(problem([](Request& it) { it.mutable_credentials()->set_username("berth"); }), "credentials");
}

TEST_F(RefusalsOfAHost, SayWhyAStrategyIsImpossible) {
  const std::string id = RunWeb();
  auto request = AskUpgrade("web:2");
  request.set_strategy(v1::UPGRADE_STRATEGY_START_FIRST);
  const auto refused = Submit(request);
  EXPECT_THAT(refused, FailsWith(Code::kFailedPrecondition, "START_FIRST_IMPOSSIBLE"));
  EXPECT_THAT(MessageOf(refused), HasSubstr("port 8080/tcp"));
  ExpectUntouched(id);
}

TEST_F(RefusalsOfAHost, SayThatAnOperationIsNotKnown) {
  EXPECT_THAT(Get("operations/0123456789abcdef"), FailsWith(Code::kNotFound, "OPERATION_NOT_FOUND"));
  EXPECT_EQ(Get("operations/../etc").error().code, Code::kInvalidArgument);
  v1::WatchOperationRequest request;
  request.set_name("operations/0123456789abcdef");
  Following<v1::WatchOperationResponse> watch(agent.Connect(), &Operations::WatchOperation, request);
  EXPECT_FALSE(watch.Next());
  EXPECT_THAT(watch.End(), FailsWith(Code::kNotFound, "OPERATION_NOT_FOUND"));
}

}  // namespace
}  // namespace berth::test

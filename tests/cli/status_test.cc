#include "cli/remote/status.h"

#include <filesystem>
#include <sys/fsuid.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "cli/remote/address.h"
#include "cli/remote/reach.h"
#include "tests/support/fake_agent.h"
#include "tests/support/results.h"

namespace berth::test {
namespace {

namespace reason = cli::reason;
using cli::FromStatus;
using cli::ParseAddress;
using grpc::StatusCode;

TEST(Statuses, CarryTheAgentsReason) {
  const Error error =
      FromStatus(Refusal(StatusCode::NOT_FOUND, "CONTAINER_NOT_FOUND", "no web", {{"container", "web"}}));
  EXPECT_EQ(error.code, Code::kNotFound);
  EXPECT_EQ(error.reason, "CONTAINER_NOT_FOUND");
  EXPECT_EQ(error.message, "no web");
  EXPECT_EQ(error.metadata.at("container"), "web");
}

TEST(Statuses, TellAnEngineThatIsDownFromAnAgentThatIsGone) {
  EXPECT_FALSE(cli::IsOutOfReach(FromStatus(Refusal(StatusCode::UNAVAILABLE, "ENGINE_UNREACHABLE", "no engine"))));
  EXPECT_TRUE(cli::IsOutOfReach(FromStatus(grpc::Status(StatusCode::UNAVAILABLE, "Socket closed"))));
}

TEST(Statuses, OfACutConnectionAreAllTheSame) {
  for (const auto code : {StatusCode::UNAVAILABLE, StatusCode::CANCELLED, StatusCode::UNKNOWN, StatusCode::INTERNAL}) {
    EXPECT_EQ(FromStatus(grpc::Status(code, "")).reason, reason::kConnectionLost);
  }
}

TEST(Statuses, DoNotTakeARefusalForACutConnection) {
  EXPECT_EQ(FromStatus(grpc::Status(StatusCode::UNAUTHENTICATED, "")).reason, "");
  EXPECT_EQ(FromStatus(grpc::Status(StatusCode::DEADLINE_EXCEEDED, "")).reason, reason::kNoAnswer);
}

TEST(Statuses, SurviveRubbishInTheDetails) {
  const grpc::Status status(StatusCode::NOT_FOUND, "no web", "\xff\xff rubbish");
  EXPECT_EQ(FromStatus(status).code, Code::kNotFound);
}

TEST(Addresses, AreUnixSocketsInThreeSpellings) {
  EXPECT_EQ(ParseAddress("unix:///run/berth/berthd.sock")->path, "/run/berth/berthd.sock");
  EXPECT_EQ(ParseAddress("unix:/run/b.sock")->path, "/run/b.sock");
  EXPECT_EQ(ParseAddress("unix:b.sock")->path, "b.sock");
  EXPECT_EQ(ParseAddress("/run/b.sock")->path, "/run/b.sock");
  EXPECT_EQ(ParseAddress("unix:////run//b.sock")->path, "/run/b.sock");
  EXPECT_EQ(ParseAddress("./b.sock")->path, "b.sock");
}

TEST(Addresses, DoNotTurnIntoTheNameOfAHost) {
  EXPECT_EQ(ParseAddress("//run/b.sock")->Target(), "unix:/run/b.sock");
  EXPECT_EQ(ParseAddress("unix:////run/b.sock")->Target(), "unix:/run/b.sock");
}

TEST(Addresses, AreNothingElse) {
  for (const char* text : {"", "unix:", "unix://", "host:", "host:0", "host:65536", "host:1x", "[::1", "[::1]1", "a_b",
                           "tcp://host:8080", "https://host/"}) {
    EXPECT_THAT(ParseAddress(text), FailsWith(Code::kInvalidArgument, "BAD_HOST")) << text;
  }
}

TEST(Addresses, AreOtherHostsWithAndWithoutTheirPort) {
  EXPECT_EQ(ParseAddress("tls://web1.example.org:8443")->Text(), "web1.example.org:8443");
  EXPECT_EQ(ParseAddress("tls://Web1")->Text(), "web1:7443");
  EXPECT_EQ(ParseAddress("10.0.0.5")->Target(), "dns:///10.0.0.5:7443");
  EXPECT_EQ(ParseAddress("[::1]:8443")->Text(), "[::1]:8443");
  EXPECT_EQ(ParseAddress("[::1]")->port, 7443);
  EXPECT_EQ(ParseAddress("fd00::5")->host, "fd00::5");
}

TEST(Addresses, SayWhyNobodyAnswers) {
  FakeAgent agent;
  const cli::AgentAddress address{agent.socket()};
  EXPECT_FALSE(cli::WhyUnreachable(address));

  agent.Kill();
  const auto missing = cli::WhyUnreachable(address);
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->reason, reason::kAgentUnreachable);
  EXPECT_EQ(missing->metadata.at("errno"), "ENOENT");

  EXPECT_EQ(cli::WhyUnreachable({"/" + std::string(200, 'x')})->reason, reason::kAgentUnreachable);
}

// Whose files this thread may open, while it lives.
class AsNobody {
 public:
  AsNobody() { ::setfsuid(65534); }
  ~AsNobody() { ::setfsuid(geteuid()); }
};

TEST(Addresses, SayThatTheSocketIsNotForUs) {
  FakeAgent agent;
  std::filesystem::permissions(agent.socket(), std::filesystem::perms::none);
  const AsNobody nobody;
  const auto error = cli::WhyUnreachable({agent.socket()});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, Code::kPermissionDenied);
  EXPECT_EQ(error->reason, reason::kSocketDenied);
}

}  // namespace
}  // namespace berth::test

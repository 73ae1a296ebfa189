// The program as a file and by its command line; what it does to containers is in tests/e2e/autoheal.
#include <gmock/gmock.h>

#include "tests/e2e/process.h"

namespace berth::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(AutohealProgram, IsLinkedWithoutWhatItDoesNotNeed) {
  const std::string program = ReadFile(BERTH_AUTOHEAL);
  ASSERT_THAT(program, HasSubstr("AUTOHEAL_CONTAINER_LABEL"));
  for (const auto* word : {"grpc_", "google/protobuf", "google::protobuf", "sqlite3_", "libsystemd", "libgrpc"}) {
    EXPECT_EQ(program.find(word), std::string::npos) << word;
  }
  const auto libraries = RunToEnd({"ldd", BERTH_AUTOHEAL}).out;
  for (const auto* library : {"grpc", "protobuf", "sqlite", "systemd", "fmt", "spdlog"}) {
    EXPECT_THAT(libraries, Not(HasSubstr(library)));
  }
}

TEST(AutohealProgram, SaysItsVersionAndItsOptions) {
  EXPECT_THAT(RunToEnd({BERTH_AUTOHEAL, "--version"}).out, StartsWith("berth-autoheal 0."));
  const auto help = RunToEnd({BERTH_AUTOHEAL, "--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("--healthy"));
}

TEST(AutohealProgram, RefusesWhatItDoesNotKnow) {
  const auto end = RunToEnd({BERTH_AUTOHEAL, "--heal-everything"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_THAT(end.err, StartsWith("There is no --heal-everything."));
}

}  // namespace
}  // namespace berth::test

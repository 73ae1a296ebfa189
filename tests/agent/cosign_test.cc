// cosign's place is taken by a program of our own that writes down how it was called.
#include "agent/cosign.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/real_loop.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kDigest = "sha256:" + std::string(64, 'a');

engine::ImageReference Image() { return {"registry.example.org/shop/web", "2", kDigest}; }

TEST(Cosign, IsAskedForTheDigestAndNotForTheTag) {
  const auto command = CosignCommand({.key = "/etc/berth/cosign.pub", .home = "/var/lib/berth"}, Image());
  EXPECT_THAT(command.arguments, ElementsAre("cosign", "verify", "--key", "/etc/berth/cosign.pub", "--",
                                             "registry.example.org/shop/web@" + kDigest));
  EXPECT_THAT(command.environment, ElementsAre(HasSubstr("PATH="), "HOME=/var/lib/berth"));
}

TEST(Cosign, LooksIntoThePublicLogUnlessItIsToldNotTo) {
  const CosignSettings settings{.key = "k", .home = "/h", .auth_file = "", .transparency_log = false};
  EXPECT_THAT(CosignCommand(settings, Image()).arguments,
              ElementsAre("cosign", "verify", "--key", "k", "--private-infrastructure", "--",
                          "registry.example.org/shop/web@" + kDigest));
}

TEST(Cosign, UsesTheAgentsCredentialsWhereItFindsThem) {
  const auto directory_of = [](const std::string& auth_file) {
    return CosignCommand({.key = "k", .home = "/h", .auth_file = auth_file}, Image()).environment.back();
  };
  EXPECT_EQ(directory_of("/etc/berth/config.json"), "DOCKER_CONFIG=/etc/berth");
  EXPECT_EQ(directory_of("/etc/berth/registry.json"), "HOME=/h");
}

class StandIn : public testing::Test {
 protected:
  void Write(const std::string& script) {
    std::ofstream(directory / "cosign") << "#!/bin/sh\n" << script;
    std::filesystem::permissions(directory / "cosign", std::filesystem::perms::owner_all);
  }
  Result<> Ask(engine::ImageReference image = Image(), std::chrono::milliseconds limit = 10s) {
    return loop.Await(VerifyWithCosign({.program = (directory / "cosign").string(),
                                        .key = "/k",
                                        .home = directory.path().string(),
                                        .auth_file = "",
                                        .time_limit = limit})(std::move(image)));
  }
  std::string Written() {
    std::ifstream stream(directory / "arguments");
    return std::string(std::istreambuf_iterator<char>(stream), {});
  }

  test::TemporaryDirectory directory;
  test::RealLoop loop;
};

TEST_F(StandIn, IsCalledWithoutAShellAndBelievedWhenItAgrees) {
  Write("printf '%s\\n' \"$@\" >\"$HOME/arguments\"\n");
  engine::ImageReference odd = Image();
  odd.repository += "$(touch x);";
  EXPECT_OK(Ask(odd));
  EXPECT_EQ(Written(), "verify\n--key\n/k\n--\n" + odd.repository + "@" + kDigest + "\n");
}

TEST_F(StandIn, IsBelievedWhenItDoesNotAgree) {
  Write("echo checking >&2; echo 'Error: no matching signatures' >&2; exit 10\n");
  const auto refused = Ask();
  EXPECT_THAT(refused, FailsWith(Code::kPermissionDenied, "NOT_SIGNED"));
  EXPECT_THAT(refused.error().message, testing::EndsWith("wants it: Error: no matching signatures"));
}

TEST_F(StandIn, IsNotAskedAboutWhatHasNoDigest) {
  Write("printf '%s\\n' \"$@\" >\"$HOME/arguments\"\n");
  engine::ImageReference image = Image();
  image.digest.clear();
  EXPECT_THAT(Ask(image), FailsWith(Code::kPermissionDenied, "NOT_SIGNED"));
  EXPECT_EQ(Written(), "");
}

TEST_F(StandIn, RefusesWhenItIsNotThereOrDoesNotEnd) {
  EXPECT_THAT(Ask(), FailsWith(Code::kFailedPrecondition, "COSIGN_FAILED"));
  Write("exec sleep 60\n");
  EXPECT_THAT(Ask(Image(), 200ms), FailsWith(Code::kDeadlineExceeded, "COSIGN_TIMEOUT"));
}

}  // namespace
}  // namespace berth::agent

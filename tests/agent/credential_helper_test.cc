#include "agent/credential_helper.h"

#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/auth_file.h"
#include "tests/support/real_loop.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::MessageOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kAnswer = R"({"ServerURL": "r", "Username": "ada", "Secret": "s3cret"})";

// Real programs, in a directory of the test's own.
class CredentialHelpers : public testing::Test {
 protected:
  CredentialHelpers() { rules_.directories = {directory_.path()}; }

  void Install(const std::string& name, const std::string& script, mode_t mode = 0755) {
    const auto file = directory_ / ("docker-credential-" + name);
    std::ofstream(file) << "#!/bin/sh\n" << script << "\n";
    ::chmod(file.c_str(), mode);
  }
  Result<std::optional<engine::RegistryAuth>> Ask(const std::string& name) {
    return loop_.Await(AskHelper(name, "registry.example.org:5000", rules_), 20s);
  }
  std::string Content(const std::string& name) {
    std::ifstream file(directory_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  OwnCredentials For(const std::string& registry, const std::string& auth_file) {
    const auto file = directory_ / "config.json";
    std::ofstream(file) << auth_file;
    return loop_.Await(CredentialsFromFile(file, rules_)(registry), 20s);
  }

  test::RealLoop loop_;
  const test::TemporaryDirectory directory_;
  HelperRules rules_;
};

TEST_F(CredentialHelpers, AreAskedOnStandardInputForTheRegistry) {
  Install("mine", "echo \"$*\" >" + (directory_ / "arguments").string() + "; cat >" + (directory_ / "input").string() +
                      "; echo noise >&2; echo '" + kAnswer + "'");
  const auto auth = Ask("mine");
  ASSERT_OK(auth);
  ASSERT_TRUE(*auth);
  EXPECT_EQ((*auth)->username, "ada");
  EXPECT_EQ((*auth)->password, "s3cret");
  EXPECT_EQ((*auth)->server_address, "registry.example.org:5000");
  EXPECT_EQ(Content("arguments"), "get\n");
  EXPECT_EQ(Content("input"), "registry.example.org:5000");
}

TEST_F(CredentialHelpers, GiveAnIdentityTokenForTheUserToken) {
  const auto auth = ParseHelperAnswer(R"({"Username": "<token>", "Secret": "t0ken"})");
  ASSERT_TRUE(auth);
  EXPECT_EQ(auth->identity_token, "t0ken");
  EXPECT_EQ(auth->username + auth->password, "");
}

TEST_F(CredentialHelpers, MayHaveNone) {
  Install("empty", "echo 'credentials not found in native keychain'; exit 1");
  const auto auth = Ask("empty");
  ASSERT_OK(auth);
  EXPECT_FALSE(*auth);
}

TEST_F(CredentialHelpers, FailWithoutTellingWhatTheyPrinted) {
  Install("bad", "echo s3cret; echo s3cret >&2; exit 7");
  Install("odd", "echo s3cret");
  for (const char* name : {"bad", "odd"}) {
    const auto asked = Ask(name);
    EXPECT_THAT(asked, FailsWith(Code::kFailedPrecondition, "HELPER_FAILED")) << name;
    EXPECT_THAT(MessageOf(asked), Not(HasSubstr("s3cret")));
  }
  EXPECT_THAT(MessageOf(Ask("bad")), HasSubstr("docker-credential-bad failed with exit code 7"));
}

TEST_F(CredentialHelpers, AreEndedWhenTheyTakeTooLong) {
  Install("slow", "exec sleep 60");
  rules_.time_limit = 100ms;
  EXPECT_THAT(Ask("slow"), FailsWith(Code::kDeadlineExceeded, "HELPER_TIMEOUT"));
}

TEST_F(CredentialHelpers, MayPrintWithoutEndWhichIsNotKept) {
  Install("loud", "exec head -c 1000000 /dev/zero");
  EXPECT_THAT(Ask("loud"), FailsWith(Code::kFailedPrecondition, "HELPER_FAILED"));
}

TEST_F(CredentialHelpers, AreRunOnlyFromTheirOwnDirectories) {
  EXPECT_THAT(Ask("missing"), FailsWith(Code::kNotFound, "HELPER_NOT_FOUND"));
  Install("open", "echo '" + std::string(kAnswer) + "'", 0777);
  EXPECT_THAT(Ask("open"), FailsWith(Code::kPermissionDenied, "FILE_NOT_TRUSTED"));
}

TEST_F(CredentialHelpers, HaveNamesThatAreNothingElse) {
  for (const char* name : {"", "../../bin/sh", "a b", "a;b", "$(id)"}) {
    EXPECT_THAT(Ask(name), FailsWith(Code::kInvalidArgument, "BAD_HELPER_NAME")) << name;
  }
  EXPECT_OK(CheckHelperName("ecr-login"));
}

TEST_F(CredentialHelpers, GetNothingOfOurEnvironmentButHome) {
  Install("env", "env >" + (directory_ / "environment").string() + "; echo '" + kAnswer + "'");
  ::setenv("BERTH_TEST_SECRET", "hidden", 1);
  ASSERT_OK(Ask("env"));
  ::unsetenv("BERTH_TEST_SECRET");
  EXPECT_THAT(Content("environment"), Not(HasSubstr("hidden")));
  EXPECT_THAT(Content("environment"), HasSubstr("PATH=" + directory_.path().string() + ":/bin\n"));
}

// --- named by an auth file

TEST_F(CredentialHelpers, ComeBeforeWhatTheFileItselfHas) {
  Install("mine", "echo '{\"Username\": \"mine\", \"Secret\": \"1\"}'");
  Install("all", "echo '{\"Username\": \"all\", \"Secret\": \"2\"}'");
  const std::string file =
      R"({"auths": {"a": {"username": "file", "password": "3"}}, "credHelpers": {"a": "mine"}, "credsStore": "all"})";
  EXPECT_EQ(For("a", file).auth->username, "mine");
  EXPECT_EQ(For("b", file).auth->username, "all");
}

TEST_F(CredentialHelpers, LeaveItToTheFileWhenTheyHaveNoneOrFail) {
  Install("empty", "echo 'credentials not found'; exit 1");
  const auto with = [](const std::string& helper) {
    return R"({"auths": {"a": {"username": "file", "password": "3"}}, "credHelpers": {"a": ")" + helper + "\"}}";
  };
  EXPECT_EQ(For("a", with("empty")).auth->username, "file");
  EXPECT_EQ(For("a", with("missing")).auth->username, "file");
}

TEST_F(CredentialHelpers, SayWhyThereAreNoCredentials) {
  const auto own = For("a", R"({"credsStore": "missing"})");
  EXPECT_FALSE(own.auth);
  EXPECT_THAT(own.trouble, HasSubstr("there is no docker-credential-missing in"));
}

TEST_F(CredentialHelpers, AreAskedForTheHubAsDockerAsks) {
  Install("hub", "cat >" + (directory_ / "input").string() + "; echo '" + kAnswer + "'");
  EXPECT_TRUE(For("docker.io", R"({"credHelpers": {"https://index.docker.io/v1/": "hub"}})").auth);
  EXPECT_EQ(Content("input"), "https://index.docker.io/v1/");
}

}  // namespace
}  // namespace berth::agent

// A registry that fails for a while, and a real engine between it and the agent.
#include "tests/e2e/faulty_registry.h"

#include <filesystem>

#include "tests/e2e/host.h"

namespace berth::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int kAlways = 1000;
constexpr const char* kTooMany =
    R"({"errors": [{"code": "TOOMANYREQUESTS", "message": "retry-after: 2s, allowed: 1/minute"}]})";

class FaultyRegistriesOfAHost : public RunningHost {
 protected:
  void SetUp() override {
    RunningHost::SetUp();
    id_ = RunWeb();
    docker.Pull(Image("web:2"));
    image_id_ = docker.Image(Image("web:2")).id;
    docker.Command({"image", "rm", "--force", image_id_});  // under whatever names other tests left it
  }
  void TearDown() override {
    RunningHost::TearDown();
    docker.Forget(faulty_.address() + "/web:2");
  }

  std::string Begin() const {
    auto request = AskUpgrade("web:2");
    request.set_image(faulty_.address() + "/web:2");
    return Submit(request).value().name();
  }
  // It says that it tries again, and then it succeeds.
  void ExpectSuccessAfter(const std::string& operation, const std::string& trouble) {
    EXPECT_TRUE(Reaches(operation, [&](const v1::Progress& progress) {
      return progress.message().starts_with("Pull again in") && progress.message().find(trouble) != std::string::npos;
    }));
    EXPECT_OK(OutcomeOf(End(operation)));
    ExpectOneServes("2");
  }

  FaultyRegistry faulty_{private_engine.registry};
  std::string id_;
  std::string image_id_;  // and the digest of its configuration, which is a blob of the registry
};

TEST_F(FaultyRegistriesOfAHost, AreAskedAgainAfterAnErrorOfTheirOwn) {
  faulty_.Answer("/manifests/", {.status = 500}, 2);
  ExpectSuccessAfter(Begin(), "received unexpected HTTP status: 500");
}

TEST_F(FaultyRegistriesOfAHost, AreAskedAgainWhenTheyHadTooManyRequestsAndNotBefore) {
  faulty_.Answer("/manifests/", {429, kTooMany, "Retry-After", "2"}, 2);
  const auto began = std::chrono::steady_clock::now();
  ExpectSuccessAfter(Begin(), "Pull again in 2 s: toomanyrequests");
  EXPECT_GE(std::chrono::steady_clock::now() - began, 2s);
}

TEST_F(FaultyRegistriesOfAHost, AreAskedAgainWhenTheyBreakOffHalfWay) {
  faulty_.Cut("/blobs/" + image_id_, 7);  // the engine itself tries six times
  ExpectSuccessAfter(Begin(), "Pull again in 1 s");
}

TEST_F(FaultyRegistriesOfAHost, AreNotAskedAgainWhenTheyWantToKnowWhoAsks) {
  faulty_.Answer("/manifests/",
                 {401, R"({"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]})",
                  "WWW-Authenticate", "Basic realm=\"berth\""},
                 kAlways);
  const auto ended = End(Begin());
  EXPECT_THAT(OutcomeOf(ended), FailsWith(Code::kFailedPrecondition, "REGISTRY_DENIED"));
  EXPECT_THAT(ended.error().message(), HasSubstr("nobody gave credentials for " + faulty_.address()));
  EXPECT_THAT(ended.error().message(), Not(HasSubstr("gave up")));
  ExpectUntouched(id_);
}

TEST_F(FaultyRegistriesOfAHost, AreGivenUpWhenTheOperationsTimeIsNotEnough) {
  faulty_.Answer("/manifests/", {.status = 503}, kAlways);
  auto request = AskUpgrade("web:2");
  request.set_image(faulty_.address() + "/web:2");
  *request.mutable_timeout() = Lasting(6s);
  const auto ended = Do(request);
  EXPECT_THAT(OutcomeOf(ended), FailsWith(Code::kUnavailable, "REGISTRY_UNREACHABLE"));
  EXPECT_THAT(ended.error().message(), HasSubstr("gave up after"));
  ExpectUntouched(id_);
}

// --- a credential helper, where the agent looks for it; the mount is seen in this namespace alone

class HelpersOfAHost : public RunningHost {
 protected:
  void SetUp() override {
    Run({"mount", "-t", "tmpfs", "tmpfs", "/usr/local/sbin"});
    WriteFile("/usr/local/sbin/docker-credential-e2e",
              "#!/bin/sh\nread -r server\necho \"{\\\"Username\\\": \\\"berth\\\", \\\"Secret\\\": \\\"$(cat " +
                  (directory / "secret").string() + ")\\\"}\"\n");
    std::filesystem::permissions("/usr/local/sbin/docker-credential-e2e", std::filesystem::perms(0755));
    WriteFile(directory / "auth.json", R"({"credHelpers": {")" + private_engine.auth_registry + R"(": "e2e"}})");
    agent.Configure("[registry]\nauth_file = \"" + (directory / "auth.json").string() + "\"\n");
    RunningHost::SetUp();
    RunWeb();
    docker.Forget(private_engine.auth_registry + "/web:2");
  }
  void TearDown() override {
    RunningHost::TearDown();
    Run({"umount", "/usr/local/sbin"});
  }

  static void Run(const std::vector<std::string>& command) {
    Process process(command);
    EXPECT_EQ(process.Wait(10s), 0) << command.front();
  }
  Result<> UpgradeWith(const std::string& secret) {
    WriteFile(directory / "secret", secret);
    auto request = AskUpgrade("web:2");
    request.set_image(private_engine.auth_registry + "/web:2");
    return OutcomeOf(Do(request));
  }
};

TEST_F(HelpersOfAHost, AreAskedAtEachPullAndLeaveNoTrace) {
  EXPECT_THAT(UpgradeWith("guessed"), FailsWith(Code::kFailedPrecondition, "REGISTRY_DENIED"));
  EXPECT_OK(UpgradeWith(kRegistryPassword));
  ExpectOneServes("2");
  EXPECT_THAT(agent.Log(), Not(HasSubstr(kRegistryPassword)));
  EXPECT_THAT(agent.Log(), Not(HasSubstr("guessed")));
}

}  // namespace
}  // namespace berth::test

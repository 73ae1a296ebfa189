// Registries that refuse, that are not there, and that want to know who asks.
#include "tests/e2e/host.h"

namespace berth::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class RegistriesOfAHost : public RunningHost {
 protected:
  void SetUp() override {
    RunningHost::SetUp();
    id_ = RunWeb();
    docker.Forget(Private("web:2"));
  }

  std::string Private(const std::string& name) const { return private_engine.auth_registry + "/" + name; }

  v1::UpgradeContainerRequest AskPrivate(const std::string& password = "") const {
    auto request = AskUpgrade(Private("web:2"));
    if (password.empty()) return request;
    request.mutable_credentials()->set_username(kRegistryUser);
    request.mutable_credentials()->set_password(password);
    return request;
  }

  // It fails like this, and the container has not noticed.
  void ExpectRefused(const v1::UpgradeContainerRequest& request, Code code, const std::string& reason) {
    const auto ended = Do(request);
    EXPECT_THAT(OutcomeOf(ended), FailsWith(code, reason));
    EXPECT_THAT(ended.error().message(), HasSubstr("pulling " + request.image()));
    EXPECT_EQ(ended.upgrade_result().gap().seconds() + ended.upgrade_result().gap().nanos(), 0);
    ExpectUntouched(id_);
  }

  std::string id_;
};

TEST_F(RegistriesOfAHost, MayNotHaveTheImage) {
  ExpectRefused(AskUpgrade("web:nobody"), Code::kNotFound, "IMAGE_NOT_FOUND");
  ExpectRefused(AskUpgrade("nobody:1"), Code::kNotFound, "IMAGE_NOT_FOUND");
}

TEST_F(RegistriesOfAHost, MayNotBeThere) {
  ExpectRefused(AskUpgrade("127.0.0.1:1/web:2"), Code::kUnavailable, "REGISTRY_UNREACHABLE");
}

TEST_F(RegistriesOfAHost, AreNotAskedWhenTheCallerForbidsIt) {
  docker.Forget(Image("web:3"));
  auto request = AskUpgrade("web:3");
  request.set_pull_policy(v1::PULL_POLICY_NEVER);
  ExpectRefused(request, Code::kNotFound, "IMAGE_NOT_FOUND");
  request = AskUpgrade("127.0.0.1:1/web:2");
  docker.Pull(Image("web:2"));
  docker.Command({"tag", Image("web:2"), "127.0.0.1:1/web:2"});
  request.set_pull_policy(v1::PULL_POLICY_IF_MISSING);
  EXPECT_OK(OutcomeOf(Do(request)));
  ExpectOneServes("2");
  docker.Forget("127.0.0.1:1/web:2");
}

TEST_F(RegistriesOfAHost, RefuseAWrongPasswordAndNoneAtAll) {
  ExpectRefused(AskPrivate(), Code::kFailedPrecondition, "REGISTRY_DENIED");
  ExpectRefused(AskPrivate("guessed"), Code::kFailedPrecondition, "REGISTRY_DENIED");
}

TEST_F(RegistriesOfAHost, TakeTheCredentialsOfTheRequestWhichLeaveNoTrace) {
  EXPECT_OK(OutcomeOf(Do(AskPrivate(kRegistryPassword))));
  ExpectOneServes("2");
  EXPECT_THAT(agent.Log(), Not(HasSubstr(kRegistryPassword)));
  agent.Stop();
  agent.End();
  for (const auto& file : std::filesystem::directory_iterator(agent.state())) {
    EXPECT_THAT(ReadFile(file.path()), Not(HasSubstr(kRegistryPassword))) << file.path();
  }
}

TEST_F(RegistriesOfAHost, TakeTheCredentialsOfTheAgentsFileWhichIsReadAtEachPull) {
  const auto write = [&](const std::string& user_and_password) {
    WriteFile(directory / "auth.json",
              R"({"auths": {")" + private_engine.auth_registry + R"(": {"auth": ")" + user_and_password + R"("}}})");
  };
  write("YmVydGg6Z3Vlc3NlZA==");  // berth:guessed
  agent.Stop();
  agent.End();
  agent.Configure("[registry]\nauth_file = \"" + (directory / "auth.json").string() + "\"\n");
  agent.Start();
  ExpectRefused(AskPrivate(), Code::kFailedPrecondition, "REGISTRY_DENIED");
  write("YmVydGg6c2VjcmV0LW9mLXRoZS10ZXN0");  // berth:secret-of-the-test
  EXPECT_OK(OutcomeOf(Do(AskPrivate())));
  ExpectOneServes("2");
  EXPECT_THAT(agent.Log(), Not(HasSubstr(kRegistryPassword)));
}

}  // namespace
}  // namespace berth::test

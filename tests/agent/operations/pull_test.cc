// Getting an image when the registry, or the way to it, is not what it should be.
#include "agent/operations/pull.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/engine_error.h"
#include "tests/agent/operations/agent_host.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using test::FakeCalls;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class PullTest : public testing::Test {
 protected:
  PullTest() { host.RunWeb(); }

  void FailPulls(const std::string& message, int times = FakeCalls::kAlways) {
    host.engine.calls.Add({.call = "pull", .error = engine::PullFailure(message), .times = times});
  }
  Operation Upgrade() { return host.Do(AskUpgrade("web", "web:2")).value(); }

  std::vector<std::string> Said(const std::string& operation) {
    std::vector<std::string> messages;
    for (const auto& progress : host.journal.ProgressFrom(operation, 1, 1000).value()) {
      messages.push_back(progress.message);
    }
    return messages;
  }

  void ExpectUntouched() {
    EXPECT_EQ(host.At("web").Image(), "web:1");
    EXPECT_EQ(host.engine.calls.Count("stop") + host.engine.calls.Count("create"), 0u);
  }

  AgentHost host;
};

TEST_F(PullTest, IsTriedAgainAfterAnErrorOfTheRegistryAndSaysSo) {
  FailPulls("received unexpected HTTP status: 503 Service Unavailable", 2);
  const auto began = host.clock.Now();
  const auto ended = Upgrade();
  EXPECT_EQ(ended.state, State::kSucceeded) << ended.error->message;
  EXPECT_GE(host.clock.Now() - began, 3s);
  EXPECT_THAT(Said(ended.id), Contains(HasSubstr("Pull again in 1 s: received unexpected HTTP status: 503")));
  EXPECT_THAT(Said(ended.id), Contains(HasSubstr("Pull again in 2 s")));
}

TEST_F(PullTest, IsTriedAgainAfterTheTimeThatABusyRegistryNames) {
  FailPulls("toomanyrequests: Retry-After: 77", 1);
  const auto began = host.clock.Now();
  EXPECT_EQ(Upgrade().state, State::kSucceeded);
  EXPECT_GE(host.clock.Now() - began, 77s);
}

TEST_F(PullTest, IsTriedAgainWhenItBreaksOffHalfWay) {
  host.engine.machine.registry.Publish("web:2", {.layers = 50});
  const auto begun = host.Submit(AskUpgrade("web", "web:2"));
  host.loop.RunFor(2s);
  host.engine.GoDown();
  host.engine.ComeBack();
  EXPECT_EQ(host.End(begun->id)->state, State::kSucceeded);
  EXPECT_EQ(host.engine.calls.Count("pull"), 2u);
}

TEST_F(PullTest, IsGivenUpWithTheRegistrysOwnReasonAndTouchesNothing) {
  FailPulls("unexpected EOF");
  const auto ended = Upgrade();
  EXPECT_EQ(ended.error->reason, "REGISTRY_UNREACHABLE");
  EXPECT_THAT(ended.error->message, HasSubstr("unexpected EOF; gave up after 6 tries"));
  EXPECT_EQ(host.engine.calls.Count("pull"), 6u);
  ExpectUntouched();
}

TEST_F(PullTest, IsNotTriedAgainBeyondTheOperationsTime) {
  FailPulls("toomanyrequests: Retry-After: 3600");
  const auto began = host.clock.Now();
  const auto ended = Upgrade();
  EXPECT_EQ(ended.error->reason, "REGISTRY_BUSY");
  EXPECT_LT(host.clock.Now() - began, 1s);
  ExpectUntouched();
}

TEST_F(PullTest, IsNotTriedAgainWhenItIsDenied) {
  FailPulls("unauthorized: authentication required");
  const auto ended = Upgrade();
  EXPECT_EQ(ended.error->reason, "REGISTRY_DENIED");
  EXPECT_THAT(ended.error->message, HasSubstr("nobody gave credentials for docker.io"));
  EXPECT_EQ(host.engine.calls.Count("pull"), 1u);
  ExpectUntouched();
}

TEST_F(PullTest, StopsWaitingWhenItIsCancelled) {
  FailPulls("unexpected EOF");
  const auto begun = host.Submit(AskUpgrade("web", "web:2"));
  host.loop.RunFor(10s);
  EXPECT_OK(host.operations->Cancel(begun->id));
  EXPECT_EQ(host.End(begun->id)->state, State::kCancelled);
  ExpectUntouched();
}

// --- credentials

class OwnCredentialsTest : public PullTest {
 protected:
  void Know(OwnCredentials own) {
    host.settings.credentials = [this, own](std::string registry) -> Task<OwnCredentials> {
      asked.push_back(std::move(registry));
      co_return own;
    };
    host.Begin();
  }

  std::vector<std::string> asked;
};

TEST_F(OwnCredentialsTest, AreTheAgentsWhenTheCallerGivesNone) {
  host.engine.machine.registry.wants = engine::RegistryAuth{"ada", "secret", {}, {}};
  Know({host.engine.machine.registry.wants, {}});
  EXPECT_EQ(Upgrade().state, State::kSucceeded);
  EXPECT_EQ(asked, std::vector<std::string>{"docker.io"});
}

TEST_F(OwnCredentialsTest, AreNotAskedForWhenTheCallerGivesThem) {
  host.engine.machine.registry.wants = engine::RegistryAuth{"ada", "secret", {}, {}};
  Know({engine::RegistryAuth{"eve", "guessed", {}, {}}, {}});
  Request request = AskUpgrade("web", "web:2");
  request.credentials = host.engine.machine.registry.wants;
  EXPECT_EQ(host.Do(request)->state, State::kSucceeded);
  EXPECT_TRUE(asked.empty());
}

TEST_F(OwnCredentialsTest, AreNotAskedForWhenNothingIsPulled) {
  host.engine.machine.images.Add("web:2", {});
  Know({});
  Request request = AskUpgrade("web", "web:2");
  request.pull = PullPolicy::kIfMissing;
  EXPECT_EQ(host.Do(request)->state, State::kSucceeded);
  EXPECT_TRUE(asked.empty());
}

TEST_F(OwnCredentialsTest, SayInTheErrorWhyThereWereNone) {
  host.engine.machine.registry.wants = engine::RegistryAuth{"ada", "secret", {}, {}};
  Know({std::nullopt, "the credential helper of docker.io was of no use"});
  EXPECT_THAT(Upgrade().error->message, HasSubstr("helper of docker.io was of no use"));
  Know({engine::RegistryAuth{"ada", "guessed", {}, {}}, {}});
  EXPECT_THAT(Upgrade().error->message, Not(HasSubstr("nobody gave")));
}

// --- platforms

TEST_F(PullTest, AsksForThePlatformOfTheOldImage) {
  EXPECT_EQ(Upgrade().state, State::kSucceeded);
  EXPECT_THAT(host.engine.calls.All(), Contains("pull web:2 for linux/amd64"));
}

TEST_F(PullTest, RefusesAnImageOfAnotherPlatformBeforeAnythingIsTouched) {
  host.engine.machine.registry.Publish("web:2", {.architecture = "arm64"});
  const auto ended = Upgrade();
  EXPECT_EQ(ended.error->reason, "OTHER_PLATFORM");
  EXPECT_THAT(ended.error->message, HasSubstr("is for linux/arm64, and what runs now is for linux/amd64"));
  ExpectUntouched();
}

TEST(Platform, IsKeptToTheVariantOnlyWhenItIsAsked) {
  engine::Image old_image;
  old_image.os = "linux";
  old_image.architecture = "arm";
  old_image.variant = "v7";
  engine::Image new_image = old_image;
  new_image.variant = "v6";
  EXPECT_EQ(PlatformOf(old_image), "linux/arm/v7");
  EXPECT_OK(CheckPlatform(old_image, new_image));
  new_image.architecture = "arm64";
  EXPECT_THAT(CheckPlatform(old_image, new_image), test::FailsWith(Code::kFailedPrecondition, "OTHER_PLATFORM"));
  EXPECT_OK(CheckPlatform(old_image, engine::Image())) << "an image that does not say it is none of another platform";
  EXPECT_EQ(PlatformOf(engine::Image()), "");
}

}  // namespace
}  // namespace berth::agent

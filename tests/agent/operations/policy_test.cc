#include "agent/operations/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/operations/agent_host.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// --- patterns

bool Allows(const std::string& pattern, const std::string& image) {
  EXPECT_EQ(WhyNoImagePattern(pattern), "") << pattern;
  return MayRun({.images = {pattern}}, image).has_value();
}

TEST(ImagePolicy, AllowsTheRepositoryWhateverItsTagAndDigest) {
  const std::string digest = "@sha256:" + std::string(64, 'a');
  for (const auto& image : {std::string("nginx"), std::string("nginx:1.27"), "nginx" + digest, "nginx:1" + digest,
                            std::string("library/nginx"), std::string("docker.io/nginx")}) {
    EXPECT_TRUE(Allows("docker.io/library/nginx", image)) << image;
  }
  EXPECT_TRUE(Allows("registry.example.org:5000/shop/web", "registry.example.org:5000/shop/web:2"));
}

TEST(ImagePolicy, AllowsAllThatIsBelow) {
  EXPECT_TRUE(Allows("registry.example.org/shop/*", "registry.example.org/shop/web:2"));
  EXPECT_TRUE(Allows("registry.example.org/shop/*", "registry.example.org/shop/team/web"));
  EXPECT_TRUE(Allows("docker.io/*", "nginx"));
}

TEST(ImagePolicy, DoesNotAllowWhatOnlyLooksAlike) {
  for (const char* image : {"nginx-evil", "evil/nginx", "ghcr.io/library/nginx", "localhost/library/nginx",
                            "docker.io.evil.org/library/nginx", "nginx:1:2", ""}) {
    EXPECT_FALSE(Allows("docker.io/library/nginx", image)) << image;
  }
  for (const char* image : {"registry.example.org/shopping/web", "registry.example.org/shop",
                            "registry.example.org:444/shop/web", "registry.example.org.evil.org/shop/web", "shop/web",
                            "sha256:0000000000000000000000000000000000000000000000000000000000000000"}) {
    EXPECT_FALSE(Allows("registry.example.org/shop/*", image)) << image;
  }
}

TEST(ImagePolicy, DoesNotTakeForAPatternWhatMeansSomethingElse) {
  for (const char* pattern : {"", "*", "nginx", "shop/*", "docker.io", "docker.io/", "docker.io/library/nginx:1",
                              "docker.io/lib*/nginx", "docker.io/**", "docker.io/Nginx", "https://docker.io/nginx"}) {
    EXPECT_NE(WhyNoImagePattern(pattern), "") << pattern;
  }
}

TEST(ImagePolicy, AllowsEverythingWithoutAList) { EXPECT_OK(MayRun({}, "sha256:1")); }

// --- projects

TEST(ProjectPolicy, LetsCallersChangeTheProjectsThatItListsAndNoOthers) {
  const Policy policy{.projects = {"shop", "blog"}};
  EXPECT_OK(MayChange(policy, "shop/web/1", "shop-web-1"));
  for (const char* key : {"shopping/web/1", "shop", "web", "", "other/shop/1"}) {
    EXPECT_THAT(MayChange(policy, key, "it"), FailsWith(Code::kPermissionDenied, "LOCKED")) << key;
  }
  EXPECT_THAT(MayChange(policy, "web", "web").error().message,
              "web is in no project that may be changed here; policy.projects in berthd.toml lists shop, blog");
}

TEST(ProjectPolicy, LetsThemChangeEverythingWithoutAList) { EXPECT_OK(MayChange({}, "web", "web")); }

// --- operations

constexpr const char* kShopWeb = "registry.example.org/shop/web:";

// shop-web of the project shop, and web of none.
class PolicyTest : public testing::Test {
 protected:
  PolicyTest() { Furnish(host); }

  static void Furnish(AgentHost& host) {
    host.RunWeb();
    host.engine.machine.images.Add(kShopWeb + std::string("1"), {});
    host.engine.Run("shop-web", kShopWeb + std::string("1"),
                    {{"HostConfig", {{"RestartPolicy", {{"Name", "always"}}}}},
                     {"Labels",
                      {{"com.docker.compose.project", "shop"},
                       {"com.docker.compose.service", "web"},
                       {"com.docker.compose.container-number", "1"}}}});
    host.engine.machine.registry.Publish(kShopWeb + std::string("2"));
  }

  void Want(Policy policy) {
    host.settings.policy = std::move(policy);
    host.Restart();
    host.UntilIdle();
    host.engine.calls.Forget();
  }
  // Nothing was changed, nor was anything begun.
  void ExpectUntouched() {
    for (const char* call : {"pull", "create", "start", "stop", "restart", "rename"}) {
      EXPECT_EQ(host.engine.calls.Count(call), 0u) << call;
    }
    EXPECT_THAT(*host.operations->List({.unfinished = true}), IsEmpty());
  }
  static Request AskShop(const std::string& version = "2") { return AskUpgrade("shop-web", kShopWeb + version); }
  static GroupRequest AskGroup() {
    GroupRequest request;
    request.each.kind = Kind::kUpgrade;
    request.project = "shop";
    request.images = {{"", kShopWeb + std::string("2")}};
    return request;
  }
  Result<Operation> Submit(GroupRequest request) {
    return host.loop.Await(host.operations->SubmitGroup(std::move(request)));
  }

  AgentHost host;
};

TEST_F(PolicyTest, RefusesToChangeAContainerOfAnotherProject) {
  Want({.projects = {"shop"}});
  for (const auto kind : {Kind::kStart, Kind::kStop, Kind::kRestart, Kind::kUpgrade, Kind::kRollback}) {
    const auto refused = host.Submit(Ask(kind, "web"));
    EXPECT_THAT(refused, FailsWith(Code::kPermissionDenied, "LOCKED")) << Name(kind);
  }
  EXPECT_THAT(host.Submit(Ask(Kind::kStop, host.At("web").id)), FailsWith(Code::kPermissionDenied, "LOCKED"));
  ExpectUntouched();
}

TEST_F(PolicyTest, ChangesThoseOfItsProjects) {
  Want({.projects = {"shop"}});
  EXPECT_EQ(host.Do(Ask(Kind::kRestart, "shop-web"))->state, State::kSucceeded);
  EXPECT_EQ(host.Do(AskShop())->state, State::kSucceeded);
  EXPECT_EQ(host.Do(Ask(Kind::kRollback, "shop-web"))->state, State::kSucceeded);
}

TEST_F(PolicyTest, SaysInADryRunWhatItWouldRefuse) {
  Want({.images = {"registry.example.org/shop/*"}, .projects = {"shop"}});
  Request locked = Ask(Kind::kStop, "web");
  locked.validate_only = true;
  EXPECT_THAT(host.Submit(locked)->plan->refusals, ElementsAre(HasSubstr("policy.projects")));
  Request foreign = AskUpgrade("shop-web", "nginx");
  foreign.validate_only = true;
  EXPECT_THAT(host.Submit(foreign)->plan->refusals, ElementsAre(StartsWith("docker.io/library/nginx is no image")));
  Request good = AskShop();
  good.validate_only = true;
  EXPECT_THAT(host.Submit(good)->plan->refusals, IsEmpty());
  ExpectUntouched();
}

TEST_F(PolicyTest, DoesNotKeepTheWatchdogAndItsOwnRepairsFromAContainer) {
  Want({.projects = {"shop"}});
  Request heal = Ask(Kind::kRestart, "web");
  heal.origin = Origin::kWatchdog;
  EXPECT_EQ(host.Do(heal)->state, State::kSucceeded);
  Request repair = Ask(Kind::kRecreate, "web");
  repair.recovers = true;
  EXPECT_EQ(host.Do(repair)->state, State::kSucceeded);
}

TEST_F(PolicyTest, RefusesAnUpgradeThatMakesAContainerOfAnotherProjectAnew) {
  host.engine.machine.images.Add("side:1", {});
  host.engine.Run("side", "side:1", {{"HostConfig", {{"NetworkMode", "container:" + host.At("shop-web").id}}}});
  Want({.projects = {"shop"}});
  EXPECT_THAT(test::MessageOf(host.Submit(AskShop())), HasSubstr("side is in no project"));
  ExpectUntouched();
}

TEST_F(PolicyTest, RefusesAnUpgradeThatMakesAContainerAnewWhichItsCallerMayNotSee) {
  host.engine.machine.images.Add("side:1", {});
  host.engine.Run("side", "side:1", {{"HostConfig", {{"NetworkMode", "container:" + host.At("shop-web").id}}}});
  auto request = AskShop();
  request.caller.scope.any_of = {{kProjectLabel, "shop"}};
  const auto refused = host.Submit(request);
  EXPECT_THAT(refused, FailsWith(Code::kPermissionDenied, "SCOPE_TOO_NARROW"));
  EXPECT_THAT(test::MessageOf(refused), Not(HasSubstr("side")));
  ExpectUntouched();
}

TEST_F(PolicyTest, UpgradesForACallerWhoMaySeeAllThatIsMadeAnew) {
  host.engine.machine.images.Add("side:1", {});
  host.engine.Run("side", "side:1",
                  {{"Labels", {{kProjectLabel, "shop"}}},
                   {"HostConfig", {{"NetworkMode", "container:" + host.At("shop-web").id}}}});
  auto request = AskShop();
  request.caller.scope.any_of = {{kProjectLabel, "shop"}};
  EXPECT_EQ(host.Do(request)->state, State::kSucceeded);
}

TEST_F(PolicyTest, RefusesAnImageThatIsNotListedAndDoesNotPullIt) {
  Want({.images = {"registry.example.org/shop/*"}});
  EXPECT_THAT(host.Submit(AskUpgrade("shop-web", "web:2")), FailsWith(Code::kPermissionDenied, "IMAGE_NOT_ALLOWED"));
  EXPECT_THAT(host.Submit(AskUpgrade("web", "")), FailsWith(Code::kPermissionDenied, "IMAGE_NOT_ALLOWED"));
  ExpectUntouched();
  EXPECT_EQ(host.Do(AskShop())->state, State::kSucceeded);
}

TEST_F(PolicyTest, RefusesToGoBackToAnImageThatIsNotListed) {
  host.engine.machine.registry.Publish("web:3");
  for (const char* image : {"web:2", "web:3"}) ASSERT_OK(host.Do(AskUpgrade("web", image)));
  Want({.images = {"registry.example.org/shop/*"}});
  for (const char* image : {"", "web:2"}) {
    Request request = Ask(Kind::kRollback, "web");
    request.image = image;
    EXPECT_THAT(host.Submit(request), FailsWith(Code::kPermissionDenied, "IMAGE_NOT_ALLOWED")) << image;
    request.origin = Origin::kWatchdog;
    EXPECT_THAT(host.Submit(request), FailsWith(Code::kPermissionDenied, "IMAGE_NOT_ALLOWED")) << image;
  }
  ExpectUntouched();
}

TEST_F(PolicyTest, HealsAContainerWhoseImageIsNotListedAnyMore) {
  Want({.images = {"registry.example.org/shop/*"}});
  Request heal = Ask(Kind::kRecreate, "web");
  heal.origin = Origin::kWatchdog;
  EXPECT_EQ(host.Do(heal)->state, State::kSucceeded);
}

TEST_F(PolicyTest, RefusesAllOfAGroupForOneThatMayNot) {
  Want({.images = {"docker.io/library/nginx"}});
  EXPECT_THAT(Submit(AskGroup()), FailsWith(Code::kPermissionDenied, "IMAGE_NOT_ALLOWED"));
  GroupRequest dry = AskGroup();
  dry.each.validate_only = true;
  EXPECT_THAT(Submit(dry)->plan->refusals, ElementsAre(HasSubstr("is no image that may run here")));
  Want({.projects = {"blog"}});
  EXPECT_THAT(Submit(AskGroup()), FailsWith(Code::kPermissionDenied, "LOCKED"));
  ExpectUntouched();
  Want({.images = {"registry.example.org/*"}, .projects = {"shop"}});
  EXPECT_EQ(host.End(Submit(AskGroup())->id)->state, State::kSucceeded);
}

TEST_F(PolicyTest, RunsATagByItsDigest) {
  Want({.require_digest = true});
  const auto ended = host.Do(AskShop()).value();
  EXPECT_EQ(host.At("shop-web").Image(), kShopWeb + ("2@" + ended.upgrade_result->new_digest));
}

TEST_F(PolicyTest, DoesNotRunWhatHasNoDigest) {
  host.engine.machine.images.Add("built:1", {});
  Want({.require_digest = true});
  Request request = AskUpgrade("web", "built:1");
  request.pull = PullPolicy::kIfMissing;
  EXPECT_THAT(host.Submit(request), FailsWith(Code::kPermissionDenied, "DIGEST_REQUIRED"));
  ExpectUntouched();
  Want({});
  EXPECT_EQ(host.Do(request)->state, State::kSucceeded);
}

TEST_F(PolicyTest, RunsWhatIsVerifiedAndNothingElse) {
  std::vector<std::string> asked;
  bool good = false;
  host.settings.verify = [&](const engine::ImageReference& image) -> ResultTask<> {
    asked.push_back(image.ToString());
    if (good) co_return Result<>();
    co_return Error{Code::kPermissionDenied, "NOT_SIGNED", "nobody has signed it"};
  };
  Want({});
  const auto refused = host.Do(AskShop()).value();
  EXPECT_EQ(refused.error->reason, "NOT_SIGNED");
  EXPECT_EQ(host.engine.calls.Count("create"), 0u);
  good = true;
  EXPECT_EQ(host.Do(AskShop())->state, State::kSucceeded);
  EXPECT_THAT(asked, testing::Each(StartsWith(kShopWeb + std::string("2@sha256:"))));
  EXPECT_EQ(asked.size(), 2u);
}

// --- errands

TEST_F(PolicyTest, RefusesACallersErrandOnAContainerOfAnotherProject) {
  Want({.projects = {"shop"}});
  Errand errand;
  errand.kind = Kind::kDeployCertificate;
  errand.service_key = errand.container = "web";
  errand.work = [](const std::shared_ptr<ActiveOperation>&) -> ResultTask<> { co_return Result<>(); };
  EXPECT_THAT(host.operations->Submit(errand), FailsWith(Code::kPermissionDenied, "LOCKED"));
  errand.origin = Origin::kCertificates;
  EXPECT_OK(host.operations->Submit(errand));
}

// --- a policy that changes while an operation is under way

TEST_F(PolicyTest, HoldsFromTheNextRequestOnAndNotForWhatRuns) {
  const auto begun = host.Submit(AskShop());
  ASSERT_TRUE(begun);
  OperationSettings settings = host.settings;
  settings.policy = {.images = {"docker.io/library/nginx"}, .require_digest = true, .projects = {"blog"}};
  host.operations->ChangeSettings(settings);
  EXPECT_EQ(host.End(begun->id)->state, State::kSucceeded);
  EXPECT_THAT(host.Submit(Ask(Kind::kRestart, "web")), FailsWith(Code::kPermissionDenied, "LOCKED"));
  host.operations->ChangeSettings(host.settings);
  EXPECT_EQ(host.Do(Ask(Kind::kRestart, "web"))->state, State::kSucceeded);
}

// Whatever the new policy forbids: what was begun is finished or taken back, and one serves.
TEST_F(PolicyTest, FinishesOrTakesBackWhatWasBegunBeforeItChanged) {
  int points = 0;
  for (int n = 1; n < 1000; n += 5) {
    AgentHost fresh;
    Furnish(fresh);
    fresh.engine.machine.images.Add("side:1", {});
    fresh.engine.Run("side", "side:1", {{"HostConfig", {{"NetworkMode", "container:" + fresh.At("shop-web").id}}}});
    fresh.engine.calls.CrashAt(n);
    fresh.settings.policy = {{"docker.io/library/nginx"}, true, {"blog"}};  // from the next start on
    try {
      static_cast<void>(fresh.Do(AskShop()));
      break;
    } catch (const test::SimulatedCrash&) {
      fresh.Restart();
      fresh.UntilIdle();
    }
    ++points;
    const std::string when = "killed at point " + std::to_string(n);
    ASSERT_TRUE(fresh.engine.Has("shop-web")) << when;
    EXPECT_TRUE(fresh.At("shop-web").Runs()) << when;
    EXPECT_TRUE(fresh.At("side").Runs()) << when;
    EXPECT_THAT(*fresh.operations->List({.unfinished = true}), IsEmpty()) << when;
    EXPECT_THAT(fresh.Names(), testing::Each(testing::Not(testing::EndsWith("-new")))) << when;
    EXPECT_EQ(fresh.RunningCount(), 3u) << when;
  }
  EXPECT_GT(points, 10);
}

}  // namespace
}  // namespace berth::agent

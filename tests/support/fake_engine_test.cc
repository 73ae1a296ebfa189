#include "tests/support/fake_engine.h"

#include <boost/json/array.hpp>
#include <gtest/gtest.h>

#include "engine/decode.h"
#include "tests/support/fake_config.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using boost::json::array;
using boost::json::object;
using engine::ContainerState;
using engine::Health;

class FakeEngineTest : public ::testing::Test {
 protected:
  template <class T>
  T Await(Task<T> task) {
    return host.loop.Await(std::move(task));
  }
  std::vector<std::string> Actions(engine::Stream<engine::Event>& stream, std::size_t count) {
    std::vector<std::string> actions;
    while (actions.size() < count) actions.push_back((*Await(stream.Next()))->action);
    return actions;
  }
  object Publish(const char* port) {
    return {{"HostConfig", {{"PortBindings", {{"80/tcp", array{object{{"HostPort", port}}}}}}}}};
  }
  object Policy(const char* name) { return {{"HostConfig", {{"RestartPolicy", {{"Name", name}}}}}}; }

  FakeHost host;
  FakeEngine& engine = host.engine;
};

TEST_F(FakeEngineTest, ShowsTheSameInFieldsAndRaw) {
  auto more = Publish("8080");
  more["Labels"] = {{"team", "blue"}};
  more["Env"] = array{"A=1"};
  engine.Run("web", "web:1", more);
  const auto web = *Await(engine.Inspect("web"));
  EXPECT_EQ(web.state, ContainerState::kRunning);
  EXPECT_EQ(web.raw.at("Name"), "/web");
  EXPECT_EQ(Text(web.raw, "Id"), web.id);
  EXPECT_EQ(web.raw.at("State").at("Status"), "running");
  EXPECT_EQ(Text(Member(web.raw, "Config"), "Image"), web.image);
  EXPECT_EQ(web.labels.at("team"), "blue");
  EXPECT_EQ(web.raw.at("Config").at("Labels").at("team"), "blue");
  ASSERT_EQ(web.ports.size(), 1u);
  EXPECT_EQ(web.ports[0].host_port, 8080);
  EXPECT_EQ(web.raw.at("NetworkSettings").at("Ports").at("80/tcp").at(0).at("HostPort"), "8080");
  EXPECT_EQ(web.networks, std::vector<std::string>{"bridge"});
  EXPECT_EQ(web.restart_policy.name, "no");
  EXPECT_EQ(web.raw.at("HostConfig").at("RestartPolicy").at("Name"), "no");
}

// The real decoder reads from the fake's JSON what the fake says in its fields.
TEST_F(FakeEngineTest, SpeaksTheJsonOfARealEngine) {
  auto more = Publish("8080");
  more["Healthcheck"] = FakeHealthcheck();
  more["Labels"] = {{"team", "blue"}};
  more["StopTimeout"] = 20;
  more["HostConfig"].as_object()["RestartPolicy"] = {{"Name", "on-failure"}, {"MaximumRetryCount", 5}};
  engine.Run("web", "web:1", more);
  host.loop.RunFor(2s);
  const auto web = *Await(engine.Inspect("web"));
  const auto decoded = *engine::DecodeContainerDetails(web.raw);
  EXPECT_EQ(decoded.id, web.id);
  EXPECT_EQ(decoded.name, web.name);
  EXPECT_EQ(decoded.image, web.image);
  EXPECT_EQ(decoded.image_id, web.image_id);
  EXPECT_EQ(decoded.state, web.state);
  EXPECT_EQ(decoded.pid, web.pid);
  EXPECT_EQ(decoded.created_at, web.created_at);
  EXPECT_EQ(decoded.started_at, web.started_at);
  EXPECT_EQ(decoded.finished_at, web.finished_at);
  EXPECT_EQ(decoded.health, Health::kHealthy);
  EXPECT_EQ(decoded.has_healthcheck, web.has_healthcheck);
  EXPECT_EQ(decoded.health_log.size(), web.health_log.size());
  EXPECT_EQ(decoded.restart_policy, web.restart_policy);
  EXPECT_EQ(decoded.stop_timeout, web.stop_timeout);
  EXPECT_EQ(decoded.network_mode, web.network_mode);
  EXPECT_EQ(decoded.labels, web.labels);
  EXPECT_EQ(decoded.networks, web.networks);
  ASSERT_EQ(decoded.ports.size(), web.ports.size());
  EXPECT_EQ(decoded.ports[0].host_ip, web.ports[0].host_ip);
  EXPECT_EQ(decoded.ports[0].host_port, web.ports[0].host_port);
}

TEST_F(FakeEngineTest, MergesTheImageIntoTheConfiguration) {
  engine.machine.images.Add("web:1", {.config = {{"Env", {"A=image", "B=image"}}, {"Labels", {{"from", "image"}}}}});
  engine.Run("web", "web:1", {{"Env", array{"A=mine"}}, {"Labels", {{"mine", "yes"}}}});
  const auto config = engine.At("web").config;
  EXPECT_EQ(config.at("Env"), (array{"A=mine", "B=image"}));
  EXPECT_EQ(config.at("Labels").as_object().size(), 2u);
  EXPECT_EQ(config.at("Cmd"), array{"serve"});
}

TEST_F(FakeEngineTest, RefusesANameThatIsTaken) {
  engine.Run("web", "web:1");
  engine::CreateRequest request{"web", "", {{"Image", "web:1"}}};
  const auto created = Await(engine.Create(request));
  EXPECT_EQ(created.error().reason, "ENGINE_CONFLICT");
  engine.Make("other", "web:1");
  EXPECT_EQ(Await(engine.Rename("other", "web")).error().code, Code::kAborted);
  EXPECT_TRUE(Await(engine.Rename("web", "web-old")));
  EXPECT_TRUE(Await(engine.Rename("other", "web")));
}

TEST_F(FakeEngineTest, KnowsWhatIsNotThere) {
  EXPECT_EQ(Await(engine.Inspect("web")).error().reason, "CONTAINER_NOT_FOUND");
  EXPECT_EQ(Await(engine.InspectImage("web:1")).error().reason, "IMAGE_NOT_FOUND");
  EXPECT_EQ(Await(engine.InspectNetwork("front")).error().reason, "NETWORK_NOT_FOUND");
}

TEST_F(FakeEngineTest, BindsAPortOnlyOnce) {
  engine.Run("old", "web:1", Publish("8080"));
  engine.Make("new", "web:1", Publish("8080"));
  const auto refused = Await(engine.Start("new"));
  EXPECT_EQ(refused.error().code, Code::kInternal);
  EXPECT_NE(refused.error().message.find("port is already allocated"), std::string::npos);
  EXPECT_EQ(Await(engine.Inspect("new"))->error, refused.error().message);
  EXPECT_TRUE(Await(engine.Stop("old", {})));
  EXPECT_TRUE(Await(engine.Start("new")));
}

TEST_F(FakeEngineTest, StopsGracefullyOrByForce) {
  engine.Run("web", "web:1");
  engine.machine.images.Add("deaf:1", {.behaviour = {.ignores_sigterm = true}});
  engine.Run("deaf", "deaf:1");
  const auto begin = host.clock.Now();
  EXPECT_TRUE(Await(engine.Stop("web", {})));
  EXPECT_EQ(host.clock.Now() - begin, 100ms);
  EXPECT_TRUE(Await(engine.Stop("deaf", 20s)));
  EXPECT_EQ(host.clock.Now() - begin, 20s + 100ms);
  EXPECT_EQ(engine.At("web").exit_code, 0);
  EXPECT_EQ(engine.At("deaf").exit_code, 137);
  EXPECT_TRUE(Await(engine.Stop("web", {})));
}

TEST_F(FakeEngineTest, PlaysTheScriptOfAnImage) {
  const object config = {{"Healthcheck", FakeHealthcheck()}};
  engine.machine.images.Add(
      "ill:1",
      {.behaviour = {.healthy_after = 2s, .unhealthy_after = 5s, .exits_after = 9s, .exit_code = 3}, .config = config});
  auto& web = engine.Run("web", "ill:1");
  EXPECT_EQ(web.health, Health::kStarting);
  host.loop.RunFor(2s);
  EXPECT_EQ(web.health, Health::kHealthy);
  host.loop.RunFor(3s);
  EXPECT_EQ(web.health, Health::kUnhealthy);
  EXPECT_EQ(Await(engine.Inspect("web"))->health_log.back().output, "probe failed");
  host.loop.RunFor(4s);
  EXPECT_EQ(web.state, ContainerState::kExited);
  EXPECT_EQ(web.exit_code, 3);
}

TEST_F(FakeEngineTest, RestartsWhatItsPolicySays) {
  engine.Run("web", "web:1", Policy("always"));
  engine.Run("job", "web:1");
  engine.machine.Exit(engine.At("web"), 1);
  engine.machine.Exit(engine.At("job"), 1);
  EXPECT_EQ(engine.At("web").state, ContainerState::kRestarting);
  host.loop.RunFor(1s);
  EXPECT_EQ(engine.At("web").state, ContainerState::kRunning);
  EXPECT_EQ(engine.At("web").restart_count, 1);
  EXPECT_EQ(engine.At("job").state, ContainerState::kExited);
}

TEST_F(FakeEngineTest, DoesNotRestartWhatWasStopped) {
  engine.Run("web", "web:1", Policy("always"));
  Await(engine.Stop("web", {})).value();
  host.loop.RunFor(1min);
  EXPECT_EQ(engine.At("web").state, ContainerState::kExited);
}

TEST_F(FakeEngineTest, BringsBackAfterARebootWhatItsPolicySays) {
  for (const char* policy : {"always", "unless-stopped", "no"}) {
    const std::string name = policy;
    engine.Run(name + "-up", "web:1", Policy(policy));
    engine.Run(name + "-stopped", "web:1", Policy(policy));
    engine.Make(name + "-made", "web:1", Policy(policy));
    Await(engine.Stop(name + "-stopped", {})).value();
  }
  engine.RestartEngine();
  std::vector<std::string> running;
  for (const auto* container : engine.machine.Containers()) {
    if (container->Runs()) running.push_back(container->name);
  }
  EXPECT_EQ(running, (std::vector<std::string>{"always-up", "always-stopped", "unless-stopped-up"}));
}

TEST_F(FakeEngineTest, RemovesByItselfWhatWasMadeSo) {
  engine.Run("job", "web:1", {{"HostConfig", {{"AutoRemove", true}}}});
  EXPECT_TRUE(Await(engine.Restart("job", {})));
  EXPECT_TRUE(engine.Has("job"));
  EXPECT_TRUE(Await(engine.Stop("job", {})));
  EXPECT_FALSE(engine.Has("job"));
}

TEST_F(FakeEngineTest, RemovesARunningContainerOnlyByForce) {
  engine.Run("web", "web:1");
  EXPECT_EQ(Await(engine.Remove("web", false)).error().code, Code::kAborted);
  EXPECT_TRUE(Await(engine.Remove("web", true)));
  EXPECT_FALSE(engine.Has("web"));
}

TEST_F(FakeEngineTest, TellsItsFollowersWhatHappens) {
  engine::EventOptions options;
  options.filters = {{"type", {"container"}}, {"event", {"start", "die", "stop", "health_status"}}};
  const auto stream = *Await(engine.Events(options));
  engine.Run("web", "web:1", {{"Healthcheck", FakeHealthcheck()}});
  host.loop.RunFor(1s);
  Await(engine.Stop("web", {})).value();
  EXPECT_EQ(Actions(*stream, 4), (std::vector<std::string>{"start", "health_status: healthy", "die", "stop"}));
  engine.GoDown();
  EXPECT_EQ(Await(stream->Next()).error().reason, "ENGINE_UNREACHABLE");
}

TEST_F(FakeEngineTest, FollowsALogToTheEndOfItsContainer) {
  engine.machine.images.Add("web:1", {.behaviour = {.output = {"one", "two"}}});
  engine.Run("web", "web:1");
  engine::LogOptions options;
  options.follow = true;
  options.tail = 1;
  const auto log = *Await(engine.Logs("web", options));
  EXPECT_EQ((*Await(log->Next()))->data, "two\n");
  engine.machine.Print(engine.At("web"), "three");
  EXPECT_EQ((*Await(log->Next()))->data, "three\n");
  engine.machine.Exit(engine.At("web"), 0);
  EXPECT_FALSE(*Await(log->Next()));
}

TEST_F(FakeEngineTest, PullsWhatIsInTheRegistry) {
  const auto published = engine.machine.registry.Publish("web:2");
  const auto pull = *Await(engine.Pull("web:2", {}, ""));
  std::vector<std::string> lines;
  for (auto line = *Await(pull->Next()); line; line = *Await(pull->Next())) lines.push_back(line->status);
  EXPECT_EQ(lines.size(), 10u);
  EXPECT_EQ(lines.back(), "Digest: " + published.digest);
  const auto image = *Await(engine.InspectImage("web:2"));
  EXPECT_EQ(image.id, published.id);
  EXPECT_EQ(image.repo_digests, std::vector<std::string>{"web@" + published.digest});
  EXPECT_TRUE(Await(engine.InspectImage("web@" + published.digest)));
}

TEST_F(FakeEngineTest, DoesNotPullWhatTheRegistryRefuses) {
  engine.machine.registry.Publish("web:2");
  EXPECT_EQ(Await(engine.Pull("web:3", {}, "")).error().reason, "IMAGE_NOT_FOUND");
  engine.machine.registry.wants = engine::RegistryAuth{.username = "me", .password = "secret"};
  EXPECT_EQ(Await(engine.Pull("web:2", {}, "")).error().reason, "REGISTRY_DENIED");
  EXPECT_TRUE(Await(engine.Pull("web:2", engine.machine.registry.wants, "")));
  engine.machine.registry.unreachable = true;
  EXPECT_EQ(Await(engine.RemoteDigest("web:2", {})).error().reason, "REGISTRY_UNREACHABLE");
}

TEST_F(FakeEngineTest, DoesNotRemoveAnImageInUse) {
  engine.Make("web", "web:1");
  EXPECT_EQ(Await(engine.RemoveImage("web:1")).error().code, Code::kAborted);
  Await(engine.Remove("web", false)).value();
  EXPECT_TRUE(Await(engine.RemoveImage("web:1")));
}

TEST_F(FakeEngineTest, TakesOneNetworkAtACreateBeforeApi144) {
  engine.machine.AddNetwork("front");
  engine.machine.AddNetwork("back");
  const object two = {{"NetworkingConfig", {{"EndpointsConfig", {{"front", object{}}, {"back", object{}}}}}}};
  EXPECT_THROW(engine.Make("web", "web:1", two), std::runtime_error);
  engine.machine.api_version = "1.44";
  EXPECT_EQ(engine.Make("web", "web:1", two).networks.size(), 2u);
  Await(engine.DisconnectNetwork("front", "web", false)).value();
  EXPECT_TRUE(Await(engine.ConnectNetwork("front", "web", {})));
}

TEST_F(FakeEngineTest, WritesDownEveryCall) {
  const auto id = engine.Run("web", "web:1").id;
  Await(engine.Inspect(id)).value();
  Await(engine.Stop(id, {})).value();
  Await(engine.Rename(id, "web-old")).value();
  EXPECT_EQ(engine.calls.All(), (std::vector<std::string>{"inspect web", "stop web", "rename web web-old"}));
  EXPECT_EQ(engine.calls.Mutations().size(), 2u);
  EXPECT_EQ(engine.calls.Count("stop"), 1u);
}

TEST_F(FakeEngineTest, FailsBeforeOrAfterTheEffect) {
  engine.Run("web", "web:1");
  engine.calls.Add({.call = "stop web", .nth = 2});
  engine.calls.Add({.call = "start", .outcome = FakeCalls::Outcome::kReplyLost});
  EXPECT_TRUE(Await(engine.Stop("web", {})));
  EXPECT_FALSE(Await(engine.Start("web")));
  EXPECT_TRUE(engine.At("web").Runs());
  EXPECT_FALSE(Await(engine.Stop("web", {})));
  EXPECT_TRUE(engine.At("web").Runs());
  EXPECT_TRUE(Await(engine.Stop("web", {})));
}

TEST_F(FakeEngineTest, HangsUntilItIsReleased) {
  engine.Run("web", "web:1");
  engine.calls.Add({.call = "stop", .outcome = FakeCalls::Outcome::kHangs});
  auto stop = host.loop.Spawn(engine.Stop("web", {}));
  host.loop.RunFor(1h);
  EXPECT_FALSE(stop.Done());
  engine.calls.Release();
  host.loop.RunFor(1s);
  ASSERT_TRUE(stop.Done());
  EXPECT_TRUE(stop.Get());
}

TEST_F(FakeEngineTest, LeavesWhatRunsAloneWhileItIsDown) {
  engine.Run("web", "web:1");
  engine.GoDown();
  EXPECT_EQ(Await(engine.Ping()).error().code, Code::kUnavailable);
  EXPECT_EQ(Await(engine.Stop("web", {})).error().code, Code::kUnavailable);
  engine.ComeBack();
  EXPECT_TRUE(Await(engine.Ping()));
  EXPECT_TRUE(engine.At("web").Runs());
}

TEST_F(FakeEngineTest, LosesTheReplyOfACallThatWasUnderWayWhenItWentDown) {
  engine.Run("web", "web:1");
  auto stop = host.loop.Spawn(engine.Stop("web", {}));
  host.loop.RunReady();
  engine.GoDown();
  host.loop.RunFor(1s);
  ASSERT_TRUE(stop.Done());
  EXPECT_EQ(stop.Get().error().code, Code::kUnavailable);
  EXPECT_FALSE(engine.At("web").Runs());
}

TEST_F(FakeEngineTest, GivesUpACallWhoseCallerDoes) {
  engine.Run("web", "web:1");
  auto wait = host.loop.Spawn(engine.Wait("web", 1h));
  host.loop.RunReady();
  wait.Cancel();
  host.loop.RunReady();
  ASSERT_TRUE(wait.Done());
  EXPECT_EQ(wait.Get().error().code, Code::kCancelled);
}

Task<> StopAndStart(FakeEngine& engine) {
  const auto stopped = co_await engine.Stop("web", {});
  if (!stopped) co_return;
  co_await engine.Start("web");
}

// One walk over all points at which an agent can die: before and after each of its two calls.
TEST_F(FakeEngineTest, CrashesAtEachPoint) {
  std::vector<bool> runs;
  for (int point = 1;; ++point) {
    FakeHost other;
    other.engine.Run("web", "web:1");
    other.engine.calls.CrashAt(point);
    try {
      other.loop.Await(StopAndStart(other.engine));
      break;
    } catch (const SimulatedCrash&) {
      other.loop.Kill();
    }
    other.engine.calls.CrashAt(0);
    runs.push_back(other.loop.Await(other.engine.Inspect("web"))->state == ContainerState::kRunning);
  }
  EXPECT_EQ(runs, (std::vector<bool>{true, false, false, true}));
}

TEST_F(FakeEngineTest, DoesNothingMoreForAnAgentThatIsDead) {
  engine.Run("web", "web:1");
  engine.calls.before_call = [](const std::string& call) {
    if (call == "stop web") throw SimulatedCrash();
  };
  host.loop.Spawn(engine.Stop("web", {}));
  EXPECT_THROW(host.loop.RunFor(1s), SimulatedCrash);
  auto late = host.loop.Spawn(engine.Kill("web", "SIGKILL"));
  host.loop.RunFor(1s);
  EXPECT_FALSE(late.Done());
  EXPECT_TRUE(engine.At("web").Runs());
  EXPECT_TRUE(engine.calls.All().empty());
}

}  // namespace
}  // namespace berth::test

// Looking at containers; starting, stopping and restarting them.
#include "tests/e2e/host.h"

namespace berth::test {
namespace {

using engine::ContainerState;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;
using testing::StartsWith;

class ContainersOnAHost : public RunningHost {
 protected:
  boost::json::object Plain() const { return {{"Image", Image("web:plain")}}; }

  std::vector<std::string> List(bool all, const std::vector<std::string>& labels = {}) const {
    v1::ListContainersRequest request;
    request.set_all(all);
    request.mutable_labels()->Assign(labels.begin(), labels.end());
    std::vector<std::string> names;
    const auto list = agent.Call(&Containers::ListContainers, request).value();
    for (const auto& container : list.containers()) names.push_back(container.name());
    return names;
  }

  template <class Request>
  Result<> Outcome(const std::string& container) const {
    return OutcomeOf(Do(Ask<Request>(container)));
  }

  ContainerState StateOf(const std::string& container) { return docker.Inspect(container).state; }
};

using Start = v1::StartContainerRequest;
using Stop = v1::StopContainerRequest;
using Restart = v1::RestartContainerRequest;

// --- looking ---

TEST_F(ContainersOnAHost, AreListedInTheOrderOfTheirNamesAndStoppedOnesOnlyWhenAskedFor) {
  docker.Run("e2e-b", Plain());
  docker.Run("e2e-a", Plain());
  docker.Create("e2e-c", Plain());
  EXPECT_THAT(List(false), ElementsAre("e2e-a", "e2e-b"));
  EXPECT_THAT(List(true), ElementsAre("e2e-a", "e2e-b", "e2e-c"));
}

TEST_F(ContainersOnAHost, AreFilteredByAllOfTheLabels) {
  auto both = Plain();
  both["Labels"] = {{"tier", "front"}, {"team", "red"}};
  auto one = Plain();
  one["Labels"] = {{"tier", "front"}};
  docker.Run("e2e-both", both);
  docker.Run("e2e-one", one);
  EXPECT_THAT(List(false, {"tier=front"}), ElementsAre("e2e-both", "e2e-one"));
  EXPECT_THAT(List(false, {"tier", "team=red"}), ElementsAre("e2e-both"));
  EXPECT_THAT(List(false, {"tier=back"}), IsEmpty());
}

TEST_F(ContainersOnAHost, AreShownInFull) {
  const std::string id = RunWeb({{"Labels", {{"com.docker.compose.project", "shop"}}}, {"StopTimeout", 7}});
  ASSERT_TRUE(Within(10s, [&] { return docker.Inspect(id).health == engine::Health::kHealthy; }));
  const auto details = GetContainer().value();
  const auto& container = details.container();
  EXPECT_EQ(container.name(), kWeb);
  EXPECT_EQ(container.id(), id);
  EXPECT_EQ(container.image(), Image("web:1"));
  EXPECT_EQ(container.image_id(), docker.Image(Image("web:1")).id);
  EXPECT_EQ(container.state(), v1::CONTAINER_STATE_RUNNING);
  EXPECT_EQ(container.health(), v1::HEALTH_HEALTHY);
  EXPECT_THAT(container.status(), AllOf(StartsWith("Up "), HasSubstr("(healthy)")));
  EXPECT_EQ(container.project(), "shop");
  EXPECT_THAT(container.networks(), ElementsAre("bridge"));
  ASSERT_THAT(container.ports(), SizeIs(1));
  EXPECT_EQ(container.ports(0).container_port(), 8080u);
  EXPECT_EQ(container.ports(0).host_port(), static_cast<unsigned>(kWebPort));
  EXPECT_EQ(details.restart_policy(), "always");
  EXPECT_EQ(details.stop_timeout().seconds(), 7);
  EXPECT_THAT(details.health_log(), SizeIs(Le(5)));
  EXPECT_THAT(details.health_log(), Contains(testing::Property(&v1::HealthProbe::exit_code, 0)));
  EXPECT_THAT(details.etag(), testing::Not(IsEmpty()));
}

TEST_F(ContainersOnAHost, AreFoundByNameByIdAndByTwelveDigits) {
  const std::string id = docker.Create(kWeb, Plain());
  for (const auto& name : {kWeb, id, id.substr(0, 12)}) EXPECT_EQ(GetContainer(name)->container().id(), id) << name;
}

TEST_F(ContainersOnAHost, CanAllBeCountedOnTheHost) {
  docker.Run("e2e-a", Plain());
  docker.Create("e2e-b", Plain());
  const auto host = GetHost();
  EXPECT_THAT(host.degraded_reasons(), IsEmpty());
  EXPECT_EQ(host.engine().containers_running(), 1u);
  EXPECT_EQ(host.engine().containers_stopped(), 1u);
  EXPECT_THAT(host.engine().version(), testing::Not(IsEmpty()));
  EXPECT_THAT(host.engine().api_version(), StartsWith("1."));
  EXPECT_GT(host.engine().cpus(), 0u);
  EXPECT_EQ(host.agent().engine_endpoint(), private_engine.endpoint);
  EXPECT_EQ(host.agent().running_operations(), 0u);
}

// --- starting, stopping, restarting ---

TEST_F(ContainersOnAHost, AreStoppedAndStartedAsOftenAsOneLikes) {
  docker.Run(kWeb, Plain());
  for (int time = 0; time < 2; ++time) {
    EXPECT_OK(Outcome<Stop>(kWeb));
    EXPECT_EQ(StateOf(kWeb), ContainerState::kExited);
  }
  for (int time = 0; time < 2; ++time) {
    EXPECT_OK(Outcome<Start>(kWeb));
    EXPECT_EQ(StateOf(kWeb), ContainerState::kRunning);
  }
}

TEST_F(ContainersOnAHost, AreRestarted) {
  docker.Run(kWeb, Plain());
  const auto before = docker.Inspect(kWeb);
  EXPECT_OK(Outcome<Restart>(kWeb));
  const auto after = docker.Inspect(kWeb);
  EXPECT_GT(after.started_at, before.started_at);
  EXPECT_EQ(after.id, before.id);
}

TEST_F(ContainersOnAHost, AreResumedByAStartWhenTheyArePaused) {
  docker.Run(kWeb, Plain());
  docker.Pause(kWeb);
  EXPECT_OK(Outcome<Start>(kWeb));
  EXPECT_EQ(StateOf(kWeb), ContainerState::kRunning);
}

TEST_F(ContainersOnAHost, AreStoppedAlsoWhenTheyArePaused) {
  docker.Run(kWeb, Plain());
  docker.Pause(kWeb);
  EXPECT_OK(Outcome<Stop>(kWeb));
  EXPECT_EQ(StateOf(kWeb), ContainerState::kExited);
  EXPECT_EQ(docker.Inspect(kWeb).exit_code, 0) << "it heard the signal";
}

TEST_F(ContainersOnAHost, StayStoppedWhenAStopEndsTheirRestartLoop) {
  docker.Run(kWeb, {{"Image", Image("web:crash")}, {"HostConfig", {{"RestartPolicy", {{"Name", "always"}}}}}});
  ASSERT_TRUE(Within(10s, [&] { return docker.Inspect(kWeb).restart_count > 0; }));
  EXPECT_OK(Outcome<Stop>(kWeb));
  const int count = docker.Inspect(kWeb).restart_count;
  EXPECT_EQ(StateOf(kWeb), ContainerState::kExited);
  EXPECT_FALSE(Within(1s, [&] { return docker.Inspect(kWeb).restart_count > count; }));
}

TEST_F(ContainersOnAHost, AreKilledWhenTheyIgnoreTheStopForLongerThanAsked) {
  docker.Run(kWeb, {{"Image", Image("stubborn:1")}});
  docker.AwaitOutput(kWeb, "stubborn runs");
  auto request = Ask<Stop>(kWeb);
  *request.mutable_stop_timeout() = Lasting(1s);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_OK(OutcomeOf(Do(request)));
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_THAT(took, AllOf(Gt(900ms), Le(6s)));
  EXPECT_EQ(docker.Inspect(kWeb).exit_code, 137);
}

TEST_F(ContainersOnAHost, AreNotTouchedWhenTheyChangedSinceOneLooked) {
  docker.Run(kWeb, Plain());
  auto request = Ask<Stop>(kWeb);
  request.set_etag(GetContainer()->etag());
  EXPECT_OK(Outcome<Restart>(kWeb));
  EXPECT_THAT(Submit(request), FailsWith(Code::kAborted, "ETAG_MISMATCH"));
  EXPECT_EQ(StateOf(kWeb), ContainerState::kRunning);
  request.set_etag(GetContainer()->etag());
  EXPECT_OK(OutcomeOf(Do(request)));
}

TEST_F(ContainersOnAHost, AreNotTouchedByAPlan) {
  docker.Run(kWeb, Plain());
  auto request = Ask<Stop>(kWeb);
  request.set_validate_only(true);
  const auto planned = Submit(request);
  ASSERT_OK(planned);
  EXPECT_EQ(planned->state(), v1::OPERATION_STATE_VALIDATED);
  EXPECT_THAT(planned->plan().steps(), ElementsAre("Stop " + kWeb));
  EXPECT_EQ(StateOf(kWeb), ContainerState::kRunning);
}

}  // namespace
}  // namespace berth::test

// An upgrade from its request to what a visitor of the service sees.
#include "tests/e2e/host.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

std::int64_t Milliseconds(const google::protobuf::Duration& duration) {
  return duration.seconds() * 1000 + duration.nanos() / 1'000'000;
}

class UpgradeOnAHost : public RunningHost {
 protected:
  // The new container's health is never known: the gate waits for as long as it may.
  v1::Operation StuckAtTheGate() {
    RunWeb({{"Healthcheck", {{"Interval", 200'000'000}, {"Retries", 1000}}}});
    auto begun = Submit(AskUpgrade("web:broken")).value();
    EXPECT_TRUE(Says(begun.name(), "Wait until the new " + kWeb));
    return begun;
  }

  v1::Plan PlanOf(v1::UpgradeContainerRequest request) {
    request.set_validate_only(true);
    const auto planned = Submit(request).value();
    EXPECT_EQ(planned.state(), v1::OPERATION_STATE_VALIDATED);
    return planned.plan();
  }
};

// --- a good image ---

TEST_F(UpgradeOnAHost, ServesTheNewVersionUnderTheOldNameAndPort) {
  const std::string old_id = RunWeb();
  EXPECT_EQ(Version(), "1");
  const auto ended = Upgrade("web:2");
  ASSERT_OK(OutcomeOf(ended));
  ExpectOneServes("2");
  const auto& result = ended.upgrade_result();
  EXPECT_EQ(result.old_container_id(), old_id);
  EXPECT_EQ(result.container_id(), docker.Inspect(kWeb).id);
  EXPECT_EQ(result.old_image(), Image("web:1"));
  EXPECT_EQ(result.new_image(), Image("web:2@") + result.new_digest());
  EXPECT_THAT(docker.Image(Image("web:2")).repo_digests, Contains(EndsWith(result.new_digest())));
  EXPECT_THAT(docker.Image(Image("web:1")).repo_digests, Contains(EndsWith(result.old_digest())));
  EXPECT_EQ(result.strategy(), v1::UPGRADE_STRATEGY_STOP_FIRST);
  EXPECT_FALSE(result.rolled_back());
}

TEST_F(UpgradeOnAHost, TellsEachStepAndHowFarThePullIs) {
  RunWeb();
  docker.Forget(Image("web:3"));
  const auto begun = Submit(AskUpgrade("web:3")).value();
  v1::WatchOperationRequest request;
  request.set_name(begun.name());
  Following<v1::WatchOperationResponse> watch(agent.Connect(), &Operations::WatchOperation, request);
  std::vector<std::string> messages;
  std::uint64_t sequence = 0;
  bool told_layers = false, told_health = false;
  const auto end = watch.Until([&](const v1::WatchOperationResponse& item) {
    if (!item.has_progress()) return true;
    const auto& progress = item.progress();
    EXPECT_EQ(progress.sequence(), ++sequence);
    if (messages.empty() || messages.back() != progress.message()) messages.push_back(progress.message());
    told_layers |= progress.has_pull() && progress.pull().layers_size() == 3;
    told_health |= progress.has_health();
    return false;
  });
  ASSERT_TRUE(end);
  EXPECT_OK(OutcomeOf(end->operation()));
  EXPECT_FALSE(watch.Next()) << "the operation comes last";
  EXPECT_THAT(messages, testing::IsSupersetOf({"Pull " + Image("web:3"), "Stop the old " + kWeb,
                                               "Start the new " + kWeb, "Rename the new " + kWeb + " to " + kWeb}));
  EXPECT_TRUE(told_layers);
  EXPECT_TRUE(told_health);
}

TEST_F(UpgradeOnAHost, MeasuresHowLongTheServiceWasAway) {
  RunWeb();
  const auto ended = Upgrade("web:2");
  const auto whole = ended.end_time().seconds() - ended.create_time().seconds() + 1;
  EXPECT_THAT(Milliseconds(ended.upgrade_result().gap()), AllOf(testing::Ge(50), testing::Le(whole * 1000)));
}

TEST_F(UpgradeOnAHost, NeedsNoHealthCheckButThenSomePatience) {
  RunWeb({{"Image", Image("web:plain")}, {"Healthcheck", {{"Test", {"NONE"}}}}});
  auto request = AskUpgrade("web:2");
  *request.mutable_health_gate()->mutable_stable_for() = Lasting(300ms);
  EXPECT_OK(OutcomeOf(Do(request)));
  ExpectOneServes("2");
}

TEST_F(UpgradeOnAHost, RunsADigestWithoutATag) {
  RunWeb();
  docker.Pull(Image("web:2"));
  const auto pinned = docker.Image(Image("web:2")).repo_digests.at(0);
  EXPECT_OK(OutcomeOf(Upgrade(pinned)));
  EXPECT_EQ(docker.Inspect(kWeb).image, pinned);
  ExpectOneServes("2");
}

TEST_F(UpgradeOnAHost, FollowsTheTagThatTheContainerWasMadeFromWhenNoImageIsGiven) {
  const auto publish = [&](const std::string& image) {
    docker.Pull(Image(image));
    docker.Command({"tag", Image(image), Image("e2e/moving:stable")});
    docker.Command({"push", "--quiet", Image("e2e/moving:stable")});
  };
  publish("web:1");
  RunWeb({{"Image", Image("e2e/moving:stable")}});
  publish("web:2");
  EXPECT_OK(OutcomeOf(Do(Ask<v1::UpgradeContainerRequest>(kWeb))));
  ExpectOneServes("2");
  publish("web:3");
  EXPECT_OK(OutcomeOf(Do(Ask<v1::UpgradeContainerRequest>(kWeb)))) << "and again, though it runs a digest by now";
  ExpectOneServes("3");
}

TEST_F(UpgradeOnAHost, DoesNothingWhenTheContainerRunsTheImageAlready) {
  const std::string id = RunWeb();
  const auto ended = Upgrade("web:latest");
  EXPECT_OK(OutcomeOf(ended));
  EXPECT_THAT(ended.upgrade_result().warnings(), Contains(HasSubstr("already")));
  EXPECT_EQ(Milliseconds(ended.upgrade_result().gap()), 0);
  ExpectUntouched(id);
}

TEST_F(UpgradeOnAHost, DoesNotStartAContainerThatWasStopped) {
  RunWeb();
  docker.Stop(kWeb);
  EXPECT_OK(OutcomeOf(Upgrade("web:2")));
  EXPECT_EQ(docker.Inspect(kWeb).state, engine::ContainerState::kCreated);
  EXPECT_OK(OutcomeOf(Do(Ask<v1::StartContainerRequest>(kWeb))));
  ExpectOneServes("2");
}

// --- a bad one ---

TEST_F(UpgradeOnAHost, GoesBackWhenTheHealthCheckFailsAndQuotesIt) {
  const std::string id = RunWeb();
  const auto ended = Upgrade("web:broken");
  EXPECT_THAT(OutcomeOf(ended), FailsWith(Code::kFailedPrecondition, "HEALTH_GATE_FAILED"));
  EXPECT_THAT(ended.error().message(), HasSubstr("database is not reachable"));
  const auto& result = ended.upgrade_result();
  ASSERT_THAT(result.failed_probes(), testing::Not(IsEmpty()));
  EXPECT_EQ(result.failed_probes().rbegin()->exit_code(), 1);
  EXPECT_THAT(result.failed_probes().rbegin()->output(), HasSubstr("database is not reachable"));
  EXPECT_THAT(result.failed_output(), HasSubstr("web 1 listening on 8080"));
  EXPECT_TRUE(result.rolled_back());
  EXPECT_GT(Milliseconds(result.gap()), 0);
  EXPECT_EQ(result.container_id(), id);
  ExpectUntouched(id);
}

TEST_F(UpgradeOnAHost, GoesBackWhenTheNewContainerExitsAndQuotesIt) {
  const std::string id = RunWeb();
  const auto ended = Upgrade("web:crash");
  EXPECT_THAT(OutcomeOf(ended), FailsWith(Code::kFailedPrecondition, "HEALTH_GATE_FAILED"));
  EXPECT_THAT(ended.error().message(), HasSubstr("code 3"));
  EXPECT_THAT(ended.upgrade_result().failed_output(), HasSubstr("cannot bind"));
  EXPECT_TRUE(ended.upgrade_result().rolled_back());
  ExpectUntouched(id);
}

TEST_F(UpgradeOnAHost, GoesBackWhenTheNewContainerCannotBeStarted) {
  const std::string id = RunWeb({{"Entrypoint", {"/app/web", "8080"}}});
  WriteFile(directory / "empty.tar", std::string(1024, '\0'));
  docker.Command({"import", directory / "empty.tar", Image("e2e/empty:1")});
  auto request = AskUpgrade(Image("e2e/empty:1"));
  request.set_pull_policy(v1::PULL_POLICY_NEVER);
  const auto ended = Do(request);
  EXPECT_FALSE(OutcomeOf(ended).has_value());
  EXPECT_THAT(ended.error().message(), AllOf(HasSubstr("Start the new " + kWeb), HasSubstr("/app/web")));
  EXPECT_TRUE(ended.upgrade_result().rolled_back());
  ExpectUntouched(id);
  docker.Forget(Image("e2e/empty:1"));
}

TEST_F(UpgradeOnAHost, GoesBackWhenItIsCancelledAtTheGate) {
  const auto begun = StuckAtTheGate();
  v1::CancelOperationRequest request;
  request.set_name(begun.name());
  EXPECT_OK(agent.Call(&Operations::CancelOperation, request));
  const auto ended = End(begun.name());
  EXPECT_EQ(ended.state(), v1::OPERATION_STATE_CANCELLED);
  ExpectUntouched(ended.upgrade_result().old_container_id());
  EXPECT_THAT(agent.Call(&Operations::CancelOperation, request),
              FailsWith(Code::kFailedPrecondition, "OPERATION_ENDED"));
}

TEST_F(UpgradeOnAHost, GoesBackWhenItsTimeIsOver) {
  const std::string id = RunWeb({{"Healthcheck", {{"Interval", 200'000'000}, {"Retries", 1000}}}});
  auto request = AskUpgrade("web:broken");
  *request.mutable_timeout() = Lasting(3s);
  EXPECT_THAT(OutcomeOf(Do(request)), FailsWith(Code::kDeadlineExceeded, "OPERATION_TIMEOUT"));
  ExpectUntouched(id);
}

// --- a plan ---

TEST_F(UpgradeOnAHost, SaysInAdvanceWhatItWillDoAndDoesNothing) {
  const std::string id = RunWeb();
  docker.Pull(Image("web:2"));
  const auto plan = PlanOf(AskUpgrade("web:2"));
  EXPECT_THAT(plan.steps(), Contains("Pull " + Image("web:2")));
  EXPECT_THAT(plan.steps(), Contains(HasSubstr("stop the old " + kWeb)));
  EXPECT_EQ(plan.strategy(), v1::UPGRADE_STRATEGY_STOP_FIRST);
  EXPECT_THAT(plan.strategy_reason(), testing::Not(IsEmpty()));
  EXPECT_THAT(plan.refusals(), IsEmpty());
  EXPECT_THAT(plan.changes(), Contains(AllOf(testing::Property(&v1::FieldChange::field, EndsWith("Env.VERSION")),
                                             testing::Property(&v1::FieldChange::old_value, "1"),
                                             testing::Property(&v1::FieldChange::new_value, "2"))));
  ExpectUntouched(id);
  EXPECT_THAT(agent.Call(&Operations::ListOperations, v1::ListOperationsRequest())->operations(), IsEmpty());
}

TEST_F(UpgradeOnAHost, SaysWhatItCannotKnowInAdvance) {
  RunWeb();
  docker.Forget(Image("web:3"));
  EXPECT_THAT(PlanOf(AskUpgrade("web:3")).warnings(), Contains(HasSubstr("not on this host yet")));
  EXPECT_FALSE(docker.HasImage(Image("web:3")));
}

TEST_F(UpgradeOnAHost, RefusesWhatWouldLoseTheContainer) {
  auto config = WebConfig();
  config["HostConfig"] = {{"AutoRemove", true}};
  const std::string id = docker.Run(kWeb, config);
  const auto refused = Submit(AskUpgrade("web:2"));
  EXPECT_THAT(refused, FailsWith(Code::kFailedPrecondition, "WOULD_LOSE"));
  EXPECT_THAT(MessageOf(refused), HasSubstr("--rm"));
  EXPECT_THAT(PlanOf(AskUpgrade("web:2")).refusals(), ElementsAre(HasSubstr("--rm")));
  EXPECT_EQ(docker.Inspect(kWeb).id, id);
}

TEST_F(UpgradeOnAHost, MakesAnewAContainerThatLivesInItsNetwork) {
  RunWeb();
  const std::string id = docker.Run(
      "e2e-sidecar",
      {{"Image", Image("web:plain")}, {"Cmd", {"9090"}}, {"HostConfig", {{"NetworkMode", "container:" + kWeb}}}});
  EXPECT_THAT(PlanOf(AskUpgrade("web:2")).warnings(), Contains(HasSubstr("e2e-sidecar")));
  const auto ended = Upgrade("web:2");
  EXPECT_OK(OutcomeOf(ended));
  EXPECT_EQ(ended.children_size(), 1);
  const auto sidecar = docker.Inspect("e2e-sidecar");
  EXPECT_NE(sidecar.id, id);
  EXPECT_EQ(sidecar.network_mode, "container:" + docker.Inspect(kWeb).id);
  EXPECT_EQ(docker.Exec("e2e-sidecar", {"wget", "-q", "-O", "-", "http://127.0.0.1:8080/version"}), "2\n");
}

TEST_F(UpgradeOnAHost, RefusesToCutOffOneThatCannotBeMadeAnew) {
  const std::string id = RunWeb();
  docker.Run("e2e-sidecar", {{"Image", Image("web:plain")},
                             {"Cmd", {"9090"}},
                             {"HostConfig", {{"NetworkMode", "container:" + kWeb}, {"AutoRemove", true}}}});
  const auto refused = Submit(AskUpgrade("web:2"));
  EXPECT_THAT(refused, FailsWith(Code::kFailedPrecondition, "WOULD_LOSE"));
  EXPECT_THAT(MessageOf(refused), HasSubstr("e2e-sidecar"));
  EXPECT_EQ(docker.Inspect(kWeb).id, id);
}

}  // namespace
}  // namespace berth::test

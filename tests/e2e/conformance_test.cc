// The rows of the conformance table that a real engine can show, as far as recreate*_test.cc do not.
#include "tests/e2e/recreating.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using testing::UnorderedElementsAre;

class ConformanceOnAHost : public RecreateOnAHost {
 protected:
  void MakeNetwork(const std::string& name, const std::string& subnet) {
    docker.Command({"network", "create", "--subnet", subnet, name});
  }

  v1::Plan PlanOf(const std::string& image) {
    auto request = AskUpgrade(image);
    request.set_validate_only(true);
    return Submit(request).value().plan();
  }

  std::vector<std::string> Refusals() {
    const auto plan = PlanOf("web:2");
    return {plan.refusals().begin(), plan.refusals().end()};
  }
};

// --- configuration

TEST_F(ConformanceOnAHost, C3KeepsAnEntrypointThatHidesTheImagesCommand) {
  EXPECT_THAT(WhatChanges(R"({"Entrypoint": ["/app/web", "9090"], "Healthcheck": {"Test": ["NONE"]}})"), IsEmpty());
  docker.AwaitOutput(kWeb, "web 2 listening on 9090");
}

TEST_F(ConformanceOnAHost, C7C13KeepsPortsAndStreams) {
  EXPECT_THAT(WhatChanges(R"({"ExposedPorts": {"9000/udp": {}}, "OpenStdin": true, "StdinOnce": true,
                              "AttachStdin": true, "Volumes": {"/mine": {}},
                              "HostConfig": {"PublishAllPorts": false}})"),
              ElementsAre(EndsWith(":/mine\""), StartsWith("Mounts./mine.Mode")));
}

TEST_F(ConformanceOnAHost, C10TakesTheStopSignalOfTheNewImage) {
  docker.Run(kWeb, WithImage(R"({"StopSignal": "SIGINT"})"));
  EXPECT_THAT(WhatChangesNow(), IsEmpty());
}

// --- what it shares

TEST_F(ConformanceOnAHost, C12H1KeepsTheNamespacesOfTheHost) {
  EXPECT_THAT(WhatChanges(R"({"HostConfig": {"IpcMode": "host", "PidMode": "host", "UTSMode": "host",
                                             "NetworkMode": "none", "CgroupnsMode": "private"}})"),
              IsEmpty());
}

TEST_F(ConformanceOnAHost, H1H2KeepsTheNamespacesOfAnotherContainer) {
  own_hostname_ = true;  // the other one's
  docker.Run("e2e-owner", {{"Image", Image("web:plain")}, {"HostConfig", {{"IpcMode", "shareable"}}}});
  EXPECT_THAT(WhatChanges(R"({"Cmd": ["9090"], "Healthcheck": {"Test": ["NONE"]}, "HostConfig": {
                                "NetworkMode": "container:e2e-owner", "IpcMode": "container:e2e-owner",
                                "PidMode": "container:e2e-owner"}})"),
              IsEmpty());
}

TEST_F(ConformanceOnAHost, H3KeepsLinks) {
  docker.Run("e2e-db", {{"Image", Image("web:plain")}});
  EXPECT_THAT(WhatChanges(R"({"HostConfig": {"Links": ["e2e-db:database"]}})"), IsEmpty());
  EXPECT_THAT(docker.Exec(kWeb, {"cat", "/etc/hosts"}), HasSubstr("database"));
}

TEST_F(ConformanceOnAHost, H3RefusesAContainerThatOthersLinkTo) {
  docker.Run(kWeb, WithImage("{}"));
  docker.Run("e2e-app", {{"Image", Image("web:plain")}, {"HostConfig", {{"Links", {kWeb + ":web"}}}}});
  EXPECT_THAT(Refusals(), ElementsAre(HasSubstr("e2e-app links to it")));
}

TEST_F(ConformanceOnAHost, H4KeepsTakingVolumesFromAnother) {
  docker.Run("e2e-data", {{"Image", Image("web:plain")}, {"Volumes", {{"/shared", boost::json::object()}}}});
  EXPECT_THAT(WhatChanges(R"({"HostConfig": {"VolumesFrom": ["e2e-data:ro"]}})"), IsEmpty());
}

TEST_F(ConformanceOnAHost, H5KeepsMountsThatAreWrittenInOddWays) {
  EXPECT_THAT(WhatChanges(R"({"HostConfig": {"Binds": ["e2e-data:/data/:nocopy", "/tmp:/host//tmp/:ro"],
                              "Mounts": [{"Type": "bind", "Source": "/srv", "Target": "/mnt/", "ReadOnly": true,
                                          "BindOptions": {"Propagation": "private"}}]}})"),
              IsEmpty());
}

// --- networks

TEST_F(ConformanceOnAHost, N3KeepsAHostnameFromBecomingAnAlias) {
  own_hostname_ = true;
  MakeNetwork("e2e-front", "10.77.1.0/24");
  auto differences = WhatChanges(R"({"Hostname": "shop", "HostConfig": {"NetworkMode": "e2e-front"},
      "NetworkingConfig": {"EndpointsConfig": {"e2e-front": {"Aliases": ["till"]}}}})");
  EXPECT_THAT(differences,
              UnorderedElementsAre(HasSubstr(before_.id.substr(0, 12)), HasSubstr(after_.id.substr(0, 12))))
      << "the short ids, which the engine adds";
}

TEST_F(ConformanceOnAHost, N1N4N7KeepsAllNetworksWithTheirAddressesAndOptions) {
  MakeNetwork("e2e-front", "10.77.1.0/24");
  MakeNetwork("e2e-back", "10.77.2.0/24");
  docker.Run(kWeb, WithImage(R"({"HostConfig": {"NetworkMode": "e2e-front"}, "NetworkingConfig": {"EndpointsConfig": {
      "e2e-front": {"IPAMConfig": {"IPv4Address": "10.77.1.42"}, "DriverOpts": {"a": "b"}}}}})"));
  docker.Command({"network", "connect", "--ip", "10.77.2.42", "--alias", "store", "e2e-back", kWeb});
  auto differences = WhatChangesNow();
  std::erase_if(differences, [](const auto& line) { return line.find(".Aliases.") != line.npos; });
  EXPECT_THAT(differences, IsEmpty());
}

TEST_F(ConformanceOnAHost, N2DoesNotGoBackToANetworkThatItWasDisconnectedFrom) {
  MakeNetwork("e2e-front", "10.77.1.0/24");
  MakeNetwork("e2e-back", "10.77.2.0/24");
  docker.Run(kWeb, WithImage(R"({"HostConfig": {"NetworkMode": "e2e-front"}})"));
  docker.Command({"network", "connect", "e2e-back", kWeb});
  docker.Command({"network", "disconnect", "e2e-front", kWeb});
  EXPECT_OK(OutcomeOf(Upgrade("web:2")));
  EXPECT_THAT(docker.Inspect(kWeb).networks, ElementsAre("e2e-back"));
  docker.Command({"network", "disconnect", "e2e-back", kWeb});
  EXPECT_THAT(Refusals(), ElementsAre(HasSubstr("disconnected from all its networks")));
}

// --- data

TEST_F(ConformanceOnAHost, V4RefusesSecretsThatComposeCopiedIn) {
  WriteFile(directory / "token", "secret");
  docker.Create(kWeb, WithImage(R"({"Labels": {"com.docker.compose.project": "shop"}})"));
  docker.Command({"cp", (directory / "token").string(), kWeb + ":/token"});
  docker.Start(kWeb);
  EXPECT_THAT(Refusals(), IsEmpty());
  docker.Exec(kWeb, {"mkdir", "-p", "/run/secrets"});
  docker.Command({"cp", (directory / "token").string(), kWeb + ":/run/secrets/token"});
  EXPECT_THAT(Refusals(), ElementsAre(HasSubstr("/run/secrets/token")));
}

TEST_F(ConformanceOnAHost, V5CountsWhatStaysBehindAndNothingElse) {
  docker.Run(kWeb, WithImage(R"({"Volumes": {"/anonymous": {}}, "HostConfig": {"Binds": ["e2e-data:/deep/below"],
      "Tmpfs": {"/scratch": ""}, "Mounts": [{"Type": "tmpfs", "Target": "/fast"}]}})"));
  const auto before = PlanOf("web:2");
  for (const auto& warning : before.warnings()) EXPECT_THAT(warning, testing::Not(HasSubstr("file system")));
  docker.Exec(kWeb, {"sh", "-c", "echo 1 > /srv/mine; echo 2 > /anonymous/kept; rm /srv/healthy"});
  const auto plan = PlanOf("web:2");
  EXPECT_THAT(plan.warnings(), Contains(AllOf(HasSubstr("2 paths"), HasSubstr("/srv/mine"))));
}

// --- what the engine fills in

TEST_F(ConformanceOnAHost, D1D2KeepsWhatIsMaskedAndAllowed) {
  EXPECT_THAT(WhatChanges(R"({"HostConfig": {"MaskedPaths": [], "ReadonlyPaths": ["/proc/bus"],
      "SecurityOpt": ["seccomp=unconfined", "label=disable"], "Memory": 67108864, "OomKillDisable": false,
      "LogConfig": {"Type": "local", "Config": {"max-size": "1m"}}, "Runtime": "runc", "UsernsMode": "host"}})"),
              IsEmpty());
}

TEST_F(ConformanceOnAHost, D5D6KeepsDevicesRulesAndGroups) {
  EXPECT_THAT(WhatChanges(R"({"HostConfig": {"Devices": [{"PathOnHost": "/dev/zero", "PathInContainer": "/dev/z",
                   "CgroupPermissions": "rm"}],
      "DeviceCgroupRules": ["c 1:3 r"], "CapDrop": ["ALL"], "CapAdd": ["KILL"], "Init": false, "GroupAdd": ["5"],
      "ExtraHosts": ["db:10.1.2.3"], "Dns": ["10.1.1.1"], "CpuShares": 64, "CpusetCpus": "0"}})"),
              IsEmpty());
}

TEST_F(ConformanceOnAHost, D8S3LeavesAStoppedContainerStoppedWithItsPolicy) {
  docker.Run(kWeb, WithImage(R"({"HostConfig": {"RestartPolicy": {"Name": "unless-stopped"}}})"));
  docker.Stop(kWeb);
  EXPECT_OK(OutcomeOf(Upgrade("web:2")));
  const auto after = docker.Inspect(kWeb);
  EXPECT_EQ(after.state, engine::ContainerState::kCreated);
  EXPECT_EQ(after.restart_policy.name, "unless-stopped");
}

TEST_F(ConformanceOnAHost, S3SaysWhatToDoWithAPausedContainer) {
  docker.Run(kWeb, WithImage("{}"));
  docker.Pause(kWeb);
  EXPECT_THAT(Refusals(), ElementsAre(HasSubstr("start it (this resumes it)")));
  EXPECT_OK(OutcomeOf(Do(Ask<v1::StartContainerRequest>(kWeb))));
  EXPECT_OK(OutcomeOf(Upgrade("web:2")));
}

TEST_F(ConformanceOnAHost, S10PassesOnWhatTheEngineWarnsOf) {
  docker.Run(
      kWeb, WithImage(R"({"HostConfig": {"NetworkMode": "host", "PortBindings": {"8080/tcp": [{"HostPort": "1"}]}}})"));
  const auto ended = Upgrade("web:2");
  EXPECT_OK(OutcomeOf(ended));
  EXPECT_THAT(ended.upgrade_result().warnings(), Contains(HasSubstr("Published ports are discarded")));
}

// --- specifications

TEST_F(ConformanceOnAHost, SpecKeepsAVariableThatOneImageOnTheWayHadTheSame) {
  docker.Run(kWeb, WithImage(R"({"Env": ["VERSION=2"]})"));
  EXPECT_OK(OutcomeOf(Upgrade("web:2")));
  EXPECT_OK(OutcomeOf(Upgrade("web:3")));
  EXPECT_EQ(docker.Exec(kWeb, {"sh", "-c", "echo $VERSION"}), "2\n");
}

TEST_F(ConformanceOnAHost, SpecDoesNotUndoWhatWasUpdatedSince) {
  docker.Run(kWeb, WithImage(R"({"HostConfig": {"Memory": 67108864}})"));
  EXPECT_OK(OutcomeOf(Upgrade("web:2")));
  docker.Command(
      {"update", "--memory", "96m", "--memory-swap", "128m", "--cpu-shares", "64", "--restart", "always", kWeb});
  const auto before = docker.Inspect(kWeb).raw;
  EXPECT_OK(OutcomeOf(Upgrade("web:3")));
  auto differences = DifferencesBetween(before, docker.Inspect(kWeb).raw);
  std::erase_if(differences, [](const auto& line) { return !line.starts_with("HostConfig."); });
  EXPECT_THAT(differences, IsEmpty());
}

TEST_F(ConformanceOnAHost, SpecThatIsLostIsSaidAndDoneWithout) {
  docker.Run(kWeb, WithImage(R"({"Env": ["MODE=live"]})"));
  EXPECT_OK(OutcomeOf(Upgrade("web:2")));
  agent.Stop();
  agent.End();
  std::filesystem::remove_all(agent.state());
  agent.Start();
  const auto ended = Upgrade("web:3");
  EXPECT_OK(OutcomeOf(ended));
  EXPECT_THAT(ended.upgrade_result().warnings(), Contains(HasSubstr("not in the journal")));
  EXPECT_EQ(docker.Exec(kWeb, {"sh", "-c", "echo $MODE $VERSION"}), "live 3\n");
}

}  // namespace
}  // namespace berth::test

#include "tests/agent/operations/conformance/conformance.h"

namespace berth::agent {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kOwner(64, 'a');
const std::string kHeir(64, 'b');

TEST_F(Conformance, H1FollowsTheOwnerOfANamespace) {
  owners = {{kOwner, kHeir}};
  Networks("container:" + kOwner, "{}");
  Host(("{\"IpcMode\": \"container:" + kOwner + "\", \"PidMode\": \"container:" + kOwner + "\"}").c_str());
  EXPECT_EQ(Mode(), "container:" + kHeir);
  EXPECT_EQ(StringAt(NewHost(), "IpcMode"), "container:" + kHeir);
  EXPECT_EQ(StringAt(NewHost(), "PidMode"), "container:" + kHeir);
}

TEST_F(Conformance, H1DoesNotFollowOneWhoIsStillThere) {
  Networks("container:" + kOwner, "{}");
  EXPECT_EQ(Mode(), "container:" + kOwner);
}

TEST_F(Conformance, H1KnowsTheContainersThatShareItsNamespaces) {
  engine::ContainerDetails sidecar;
  sidecar.name = "sidecar";
  for (const auto* mode : {"NetworkMode", "IpcMode", "PidMode"}) {
    sidecar.raw["HostConfig"] = object{{mode, "container:" + kId}};
    EXPECT_TRUE(SharesWith(sidecar, kId, "web")) << mode;
    EXPECT_FALSE(SharesWith(sidecar, kOwner, "db")) << mode;
  }
}

TEST_F(Conformance, H2DropsWhatASharedNetworkForbidsAndNothingElse) {
  const char* host = R"({"Dns": ["9.9.9.9"], "ExtraHosts": ["a:1.2.3.4"], "Links": ["/db:/web/db"], "CapAdd": ["KILL"],
                         "PortBindings": {"80/tcp": [{"HostPort": "80"}]}, "PublishAllPorts": true})";
  Host(host);
  EXPECT_TRUE(NewHost().contains("Dns"));
  Networks("container:" + kOwner, "{}");
  Host(host);
  EXPECT_EQ(NewHost(), Json(R"({"CapAdd": ["KILL"]})"));
}

TEST_F(Conformance, H3ConvertsLinksToTheFormThatTheEngineTakes) {
  Host(R"({"Links": ["/db:/web/database"]})");
  EXPECT_EQ(ArrayAt(NewHost(), "Links"), array({"db:database"}));
  Host(R"({"Links": ["db:database"]})");
  EXPECT_EQ(ArrayAt(NewHost(), "Links"), array({"db:database"}));
}

TEST_F(Conformance, H3KnowsThoseWhoLinkToIt) {
  engine::ContainerDetails other;
  other.name = "app";
  other.raw["HostConfig"] = Json(R"({"Links": ["/web:/app/web"]})");
  EXPECT_TRUE(LinksTo(other, "web"));
  EXPECT_FALSE(LinksTo(other, "we"));
}

TEST_F(Conformance, H4FollowsTheContainerThatItHasItsVolumesFrom) {
  owners = {{"data", kHeir}};
  Host(R"({"VolumesFrom": ["data:ro", "other"]})");
  EXPECT_EQ(ArrayAt(NewHost(), "VolumesFrom"), array({value(kHeir + ":ro"), "other"}));
}

TEST_F(Conformance, H4DoesNotMountAVolumeByNameThatItHasFromAnother) {
  borrowed_volumes = {"f00d"};
  Host(R"({"VolumesFrom": ["data"]})");
  Mounts(R"([{"Type": "volume", "Name": "f00d", "Destination": "/data", "RW": true}])");
  EXPECT_FALSE(NewHost().contains("Binds"));
}

TEST_F(Conformance, H5KeepsEachKindOfMountInItsOwnList) {
  const char* host = R"({"Binds": ["data:/data:rw", "/srv:/srv/"], "Tmpfs": {"/t": "size=1m"},
      "Mounts": [{"Type": "bind", "Source": "/etc/app", "Target": "/app"},
                 {"Type": "tmpfs", "Target": "/fast", "TmpfsOptions": {"SizeBytes": 1}}]})";
  Host(host);
  Mounts(R"([{"Type": "volume", "Name": "data", "Destination": "/data", "RW": true},
             {"Type": "bind", "Source": "/srv", "Destination": "/srv", "RW": true},
             {"Type": "bind", "Source": "/etc/app", "Destination": "/app", "RW": true}])");
  EXPECT_EQ(NewHost(), Json(host));
}

TEST_F(Conformance, H5DoesNotMountTwiceWhatIsWrittenWithASlashAtItsEnd) {
  Host(R"({"Binds": ["data:/data/"], "Mounts": [{"Type": "volume", "Source": "own", "Target": "/own/./"}]})");
  Mounts(R"([{"Type": "volume", "Name": "data", "Destination": "/data", "RW": true},
             {"Type": "volume", "Name": "own", "Destination": "/own", "RW": true}])");
  EXPECT_EQ(ArrayAt(NewHost(), "Binds"), array({"data:/data/"}));
}

TEST_F(Conformance, H6DropsOptionsThatAMountOfItsKindCannotHave) {
  Host(R"({"Mounts": [
      {"Type": "bind", "Source": "/a", "Target": "/a", "BindOptions": {"Propagation": "rslave"}, "VolumeOptions": {}},
      {"Type": "volume", "Source": "v", "Target": "/v", "VolumeOptions": {"Subpath": "s"}, "TmpfsOptions": {}},
      {"Type": "image", "Source": "i", "Target": "/i", "ImageOptions": {"Subpath": "s"}, "BindOptions": {}}]})");
  EXPECT_EQ(NewHost().at("Mounts"), Json(R"([
      {"Type": "bind", "Source": "/a", "Target": "/a", "BindOptions": {"Propagation": "rslave"}},
      {"Type": "volume", "Source": "v", "Target": "/v", "VolumeOptions": {"Subpath": "s"}},
      {"Type": "image", "Source": "i", "Target": "/i", "ImageOptions": {"Subpath": "s"}}])"));
}

// --- what the engine writes in by itself

TEST_F(Conformance, D1KeepsWhatMayBeTheEnginesDefaultOrTheUsersWish) {
  const char* host = R"({"MemorySwap": 2097152, "Memory": 1048576, "ShmSize": 67108864, "IpcMode": "private",
      "CgroupnsMode": "host", "OomKillDisable": false, "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}},
      "ReadonlyPaths": ["/proc/bus"], "Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}]})";
  Host(host);
  EXPECT_EQ(NewHost(), Json(host));
}

TEST_F(Conformance, D1DoesNotTurnAnEmptyListOfMaskedPathsIntoTheDefault) {
  Host(R"({"MaskedPaths": [], "ReadonlyPaths": []})");
  EXPECT_EQ(NewHost(), Json(R"({"MaskedPaths": [], "ReadonlyPaths": []})"));
  Host(R"({"MaskedPaths": null})");
  EXPECT_EQ(NewHost(), Json(R"({"MaskedPaths": null})"));
}

TEST_F(Conformance, D2DropsALabelThatComesWithThePrivileges) {
  Host(R"({"Privileged": true, "SecurityOpt": ["label=disable", "no-new-privileges"]})");
  EXPECT_EQ(ArrayAt(NewHost(), "SecurityOpt"), array({"no-new-privileges"}));
  Host(R"({"PidMode": "host", "SecurityOpt": ["label=type:mine"]})");
  EXPECT_EQ(ArrayAt(NewHost(), "SecurityOpt"), array({"label=type:mine"}));
}

TEST_F(Conformance, D2DropsTheLabelOfAnOwnerWhoMayHaveAnotherOneNow) {
  Host(("{\"IpcMode\": \"container:" + kOwner +
        "\", \"SecurityOpt\": [\"label=user:u\", \"label=role:r\", \"label=type:t\", \"label=level:s0:c1,c2\"]}")
           .c_str());
  EXPECT_THAT(ArrayAt(NewHost(), "SecurityOpt"), IsEmpty());
}

TEST_F(Conformance, D2DoesNotDropALabelOfTheUsers) {
  Host(R"({"SecurityOpt": ["label=disable"]})");
  EXPECT_EQ(ArrayAt(NewHost(), "SecurityOpt"), array({"label=disable"}));
}

TEST_F(Conformance, D3WarnsThatAPortWhichTheEngineChoseWillChange) {
  Host(R"({"PortBindings": {"80/tcp": [{"HostPort": ""}], "81/tcp": [{"HostPort": "81"}], "82/tcp": [{"HostPort": "0"}],
                            "83/tcp": [{"HostPort": "8000-8010"}]}})");
  EXPECT_THAT(Make().warnings, ElementsAre(HasSubstr("80/tcp"), HasSubstr("82/tcp"), HasSubstr("83/tcp")));
  Host(R"({"PublishAllPorts": true})");
  EXPECT_THAT(Make().warnings, ElementsAre(HasSubstr("-P")));
}

// Engines before API 1.52 publish such a port, some of them; later ones don't.
TEST_F(Conformance, D3SpellsOutAnEmptyBindingThatIsPublished) {
  Host(R"({"PortBindings": {"80/tcp": [], "81/tcp": []}})");
  container.raw["NetworkSettings"].as_object()["Ports"] =
      Json(R"({"80/tcp": [{"HostPort": "32768"}], "81/tcp": null})");
  EXPECT_EQ(NewHost().at("PortBindings"), Json(R"({"80/tcp": [{"HostIp": "", "HostPort": ""}], "81/tcp": []})"));
}

TEST_F(Conformance, D5MendsWhatPodmanShowsAndDoesNotTake) {
  Host(R"({"Devices": [{"PathOnHost": "/dev/null", "CgroupPermissions": ""}, {"CgroupPermissions": "r"}],
           "MemorySwappiness": -1, "NanoCpus": 500000000, "CpuPeriod": 100000, "CpuQuota": 50000})");
  EXPECT_EQ(NewHost(), Json(R"({"Devices": [{"PathOnHost": "/dev/null", "CgroupPermissions": "rwm"},
                                            {"CgroupPermissions": "r"}],
                                "MemorySwappiness": null, "CpuPeriod": 100000, "CpuQuota": 50000})"));
}

TEST_F(Conformance, D5DoesNotMendWhatDockerShows) {
  const char* host = R"({"MemorySwappiness": 0, "NanoCpus": 500000000, "CpuPeriod": 0, "CpuQuota": 0})";
  Host(host);
  EXPECT_EQ(NewHost(), Json(host));
}

TEST_F(Conformance, D6CarriesTheRestVerbatim) {
  const char* host = R"({"DeviceRequests": [{"Driver": "cdi", "DeviceIDs": ["nvidia.com/gpu=all"]}], "Runtime": "runc",
      "Init": null, "CapAdd": ["NET_ADMIN"], "CapDrop": null, "GroupAdd": ["1"], "StorageOpt": {"size": "1G"},
      "Annotations": {"a": "b"}, "CgroupParent": "/p", "DeviceCgroupRules": ["c 1:3 mr"], "UsernsMode": "host",
      "ExtraHosts": ["a:1.2.3.4"], "Dns": ["9.9.9.9"], "DnsOptions": [], "OomScoreAdj": 5, "PidsLimit": 50,
      "BlkioWeight": 10, "CpuShares": 2, "VolumeDriver": "local", "ReadonlyRootfs": true, "AFieldOfTomorrow": 1})";
  Host(host);
  EXPECT_EQ(NewHost(), Json(host));
}

TEST_F(Conformance, D6DoesNotSendALimitOfProcessesThatIsNone) {
  for (const auto* limit : {R"({"PidsLimit": 0})", R"({"PidsLimit": -1})", R"({"PidsLimit": null})"}) {
    Host(limit);
    EXPECT_EQ(NewHost(), object{}) << limit;
  }
}

TEST_F(Conformance, D7DropsWhatIsOfWindowsOrGoneFromTheApi) {
  Host(R"({"ContainerIDFile": "/tmp/cid", "ConsoleSize": [0, 0], "Isolation": "", "KernelMemoryTCP": 0, "CpuCount": 0,
           "CpuPercent": 0, "IOMaximumIOps": 0, "IOMaximumBandwidth": 0, "Capabilities": null, "KernelMemory": 0})");
  EXPECT_EQ(NewHost(), object{});
}

TEST_F(Conformance, D7DoesNotDropALimitThatAnOldEngineStillHas) {
  Host(R"({"KernelMemory": 4194304})");
  EXPECT_EQ(NewHost(), Json(R"({"KernelMemory": 4194304})"));
  api_version = "1.42";
  EXPECT_EQ(NewHost(), object{});
}

TEST_F(Conformance, D8KeepsTheRestartPolicy) {
  Host(R"({"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 4}})");
  EXPECT_EQ(NewHost(), Json(R"({"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 4}})"));
}

TEST_F(Conformance, D9AsksForThePlatformOfTheOldImage) {
  old_image.os = new_image.os = "linux";
  old_image.architecture = new_image.architecture = "arm";
  old_image.variant = "v7";
  EXPECT_EQ(Make().create.platform, "linux/arm/v7");
  api_version = "1.40";
  EXPECT_EQ(Make().create.platform, "");
}

// As API 1.48 shows a container of an image store with the images of several machines.
TEST_F(Conformance, D9AsksForThePlatformThatRuns) {
  api_version = "1.48";
  old_image.os = new_image.os = "linux";
  old_image.architecture = new_image.architecture = "amd64";
  container.raw["ImageManifestDescriptor"] = Json(R"({"platform": {"architecture": "arm64", "os": "linux"}})");
  EXPECT_EQ(Make().create.platform, "linux/arm64");
}

TEST_F(Conformance, D9DoesNotAskForAPlatformThatIsNotKnown) { EXPECT_EQ(Make().create.platform, ""); }

TEST_F(Conformance, S7ComparesVersionsOfTheApiNumberByNumber) {
  EXPECT_TRUE(OlderThan("1.9", "1.44"));
  EXPECT_FALSE(OlderThan("1.44", "1.44"));
  EXPECT_FALSE(OlderThan("1.100", "1.44"));
}

}  // namespace berth::agent

// After an upgrade everything is as it was, but for what came from the image.
#include "tests/e2e/recreating.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST_F(RecreateOnAHost, ChangesNothingOfAContainerThatHasNothingOfItsOwn) { EXPECT_THAT(WhatChanges("{}"), IsEmpty()); }

TEST_F(RecreateOnAHost, KeepsTheProcessAsItWasAskedFor) {
  own_hostname_ = true;
  EXPECT_THAT(WhatChanges(R"({
    "Entrypoint": ["/bin/sh", "-c"],
    "Cmd": ["trap 'exit 0' USR1 TERM; echo $GREETING; while :; do sleep 0.1; done"],
    "Env": ["GREETING=hello", "EMPTY=", "PATH=/app:/bin"],
    "User": "0:0", "WorkingDir": "/srv", "Hostname": "shop", "Domainname": "example.org",
    "Healthcheck": {"Test": ["NONE"]}, "StopSignal": "SIGUSR1", "StopTimeout": 7, "OpenStdin": true, "Tty": true,
    "Labels": {"team": "red", "com.docker.compose.project": "shop"},
    "HostConfig": {
      "Init": true, "ReadonlyRootfs": true, "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 4},
      "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "2"}}
    }
  })"),
              IsEmpty());
  docker.AwaitOutput(kWeb, "hello");
  EXPECT_EQ(before_.raw.at("Args"), after_.raw.at("Args"));
}

TEST_F(RecreateOnAHost, KeepsTheLimits) {
  EXPECT_THAT(WhatChanges(R"({
    "HostConfig": {
      "Memory": 67108864, "MemoryReservation": 33554432, "NanoCpus": 500000000, "CpuShares": 512, "PidsLimit": 50,
      "Ulimits": [{"Name": "nofile", "Soft": 512, "Hard": 1024}],
      "Sysctls": {"net.core.somaxconn": "512", "net.ipv4.ip_unprivileged_port_start": "0"},
      "CapAdd": ["NET_ADMIN"], "CapDrop": ["MKNOD", "AUDIT_WRITE"], "SecurityOpt": ["no-new-privileges"],
      "OomScoreAdj": 100, "ShmSize": 8388608, "GroupAdd": ["27"], "IpcMode": "shareable",
      "Devices": [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/nothing", "CgroupPermissions": "rw"}]
    }
  })"),
              IsEmpty());
  EXPECT_EQ(docker.Exec(kWeb, {"sh", "-c", "ulimit -Hn; cat /proc/sys/net/core/somaxconn; ls /dev/nothing"}),
            "1024\n512\n/dev/nothing\n");
}

TEST_F(RecreateOnAHost, KeepsVolumesMountsAndTheDataInThem) {
  WriteFile(directory / "settings", "mode=live\n");
  docker.Run(kWeb, boost::json::parse(R"({
    "Image": ")" + Image("web:1") + R"(",
    "Volumes": {"/anonymous": {}},
    "HostConfig": {
      "Binds": ["e2e-data:/named", ")" +
                                      (directory / "settings").string() + R"(:/etc/settings:ro"],
      "Tmpfs": {"/scratch": "size=1m,mode=1777"},
      "Mounts": [
        {"Type": "volume", "Target": "/unnamed"},
        {"Type": "tmpfs", "Target": "/fast", "TmpfsOptions": {"SizeBytes": 1048576}}
      ]
    }
  })")
                       .as_object());
  docker.Exec(kWeb, {"sh", "-c", "echo 1 > /anonymous/file; echo 2 > /named/file; echo 3 > /unnamed/file"});
  // What had no name has to be called by its name now; that is the whole difference.
  EXPECT_THAT(WhatChangesNow(),
              ElementsAre(EndsWith(":/anonymous\""), StartsWith("HostConfig.Mounts./unnamed.Source: none"),
                          StartsWith("Mounts./anonymous.Mode")));
  EXPECT_EQ(docker.Exec(kWeb, {"sh", "-c", "cat /anonymous/file /named/file /unnamed/file /etc/settings"}),
            "1\n2\n3\nmode=live\n");
  EXPECT_THAT(docker.Exec(kWeb, {"mount"}),
              AllOf(HasSubstr(" on /scratch type tmpfs"), HasSubstr(" on /fast type tmpfs")));
}

TEST_F(RecreateOnAHost, KeepsDataThroughManyUpgradesWithoutLeavingVolumesBehind) {
  RunWeb();
  const auto volumes = docker.Command({"volume", "ls", "--quiet"});
  for (const auto* image : {"web:2", "web:3", "web:1"}) EXPECT_OK(OutcomeOf(Upgrade(image)));
  ExpectOneServes("1");
  EXPECT_EQ(docker.Command({"volume", "ls", "--quiet"}), volumes);
}

// --- where the engine cannot tell what the user asked for from what the image brought ---

TEST_F(RecreateOnAHost, KeepsAnEntrypointThatWasTakenAway) {
  EXPECT_THAT(WhatChanges(R"({"Entrypoint": [""], "Cmd": ["/app/web", "9090"], "Healthcheck": {"Test": ["NONE"]}})"),
              IsEmpty());
  docker.AwaitOutput(kWeb, "web 2 listening on 9090");
}

TEST_F(RecreateOnAHost, KeepsTheCommandWhereOnlyThatWasChosen) {
  EXPECT_THAT(WhatChanges(R"({"Cmd": ["9090"], "Healthcheck": {"Test": ["NONE"]}})"), IsEmpty());
  docker.AwaitOutput(kWeb, "web 2 listening on 9090");
}

TEST_F(RecreateOnAHost, KeepsAVariableThatDiffersFromTheImages) {
  own_version_ = true;
  EXPECT_THAT(WhatChanges(R"({"Env": ["VERSION=mine"]})"), IsEmpty());
}

TEST_F(RecreateOnAHost, LetsAVariableFollowTheImageWhenItIsTheSameAsTheImages) {
  EXPECT_THAT(WhatChanges(R"({"Env": ["VERSION=1"]})"), IsEmpty());
}

TEST_F(RecreateOnAHost, KeepsAHealthCheckOfTheUsers) {
  EXPECT_THAT(WhatChanges(R"({"Healthcheck": {
    "Test": ["CMD-SHELL", "test -e /srv/healthy"], "Interval": 300000000, "Timeout": 2000000000, "Retries": 5,
    "StartPeriod": 100000000
  }})"),
              IsEmpty());
  EXPECT_EQ(after_.health, engine::Health::kHealthy);
}

TEST_F(RecreateOnAHost, KeepsAHealthCheckSwitchedOff) {
  EXPECT_THAT(WhatChanges(R"({"Healthcheck": {"Test": ["NONE"]}})"), IsEmpty());
  EXPECT_FALSE(after_.has_healthcheck);
}

TEST_F(RecreateOnAHost, TakesTheNewImagesHealthCheckWhereTheUserChoseNone) {
  docker.Run(kWeb, {{"Image", Image("web:plain")}});
  EXPECT_FALSE(docker.Inspect(kWeb).has_healthcheck);
  EXPECT_OK(OutcomeOf(Upgrade("web:2")));
  EXPECT_TRUE(docker.Inspect(kWeb).has_healthcheck);
}

}  // namespace
}  // namespace berth::test

// What the engine's JSON becomes. The documents are real ones, shortened.
#include "engine/decode.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using namespace engine;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

boost::json::value Parsed(std::string_view text) { return boost::json::parse(text); }

TEST(Json, IsReadOrRefused) {
  EXPECT_OK(ParseJson("{\"a\":[1,2.5,null]}"));
  for (const std::string& text : {std::string(), std::string("{"), std::string("[1,]"), std::string("{} {}"),
                                  std::string("\"\xff\""), std::string(10'000, '[')}) {
    EXPECT_THAT(ParseJson(text), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
  }
}

// ---------------------------------------------------------------- lists

constexpr std::string_view kList = R"json([
  {"Id": "f00d", "Names": ["/other/alias", "/web"], "Image": "web:1", "ImageID": "sha256:1", "Command": "/app/web 8080",
   "Created": 1714558830, "State": "running", "Status": "Up 3 minutes (unhealthy)",
   "Ports": [{"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}, {"PrivatePort": 443, "Type": "tcp"}],
   "Labels": {"a": "b", "c": ""}, "NetworkSettings": {
  "Networks" : {
    "front" : {}, "back" : {}
  }
}
},
  {"Id": "beef", "Names": ["/db"], "State": "exited", "Status": "Exited (0) 2 days ago", "Ports": null, "Labels": null}
])json";

TEST(ContainerLists, BecomeRows) {
  const auto list = DecodeContainerList(Parsed(kList));
  ASSERT_OK(list);
  ASSERT_THAT(*list, SizeIs(2));
  const ContainerSummary& web = list->front();
  EXPECT_EQ(web.id, "f00d");
  EXPECT_EQ(web.name, "web") << "not the link's alias";
  EXPECT_EQ(web.image, "web:1");
  EXPECT_EQ(web.image_id, "sha256:1");
  EXPECT_EQ(web.state, ContainerState::kRunning);
  EXPECT_EQ(web.status, "Up 3 minutes (unhealthy)");
  EXPECT_EQ(web.health, Health::kUnhealthy);
  EXPECT_EQ(web.created_at, WallTime(1714558830s));
  EXPECT_EQ(web.labels, (Labels{{"a", "b"}, {"c", ""}}));
  EXPECT_THAT(web.networks, ElementsAre("back", "front"));
  ASSERT_THAT(web.ports, SizeIs(2));
  EXPECT_EQ(web.ports[0].host_ip, "0.0.0.0");
  EXPECT_EQ(web.ports[0].host_port, 8080);
  EXPECT_EQ(web.ports[0].container_port, 80);
  EXPECT_EQ(web.ports[1].host_port, 0);
}

TEST(ContainerLists, MissNothingThatIsMissing) {
  const auto list = DecodeContainerList(Parsed(kList));
  ASSERT_OK(list);
  const ContainerSummary& db = list->back();
  EXPECT_EQ(db.state, ContainerState::kExited);
  EXPECT_EQ(db.health, Health::kNone);
  EXPECT_THAT(db.labels, IsEmpty());
  EXPECT_THAT(db.ports, IsEmpty());
  EXPECT_THAT(db.networks, IsEmpty());
  EXPECT_EQ(db.created_at, WallTime{});
  EXPECT_OK(DecodeContainerList(Parsed("[{}]")));
}

TEST(ContainerLists, NameTheFieldThatIsWrong) {
  for (const auto& [text, field] : std::map<std::string, std::string>{
           {"{}", "the document is not a list"},
           {"[5]", "the document is not an object"},
           {R"([{"Id":5}])", "Id is not a text"},
           {R"([{"Names":"web"}])", "Names is not a list"},
           {R"([{"Names":[5]}])", "Names is not a list of texts"},
           {R"([{"Labels":{"a":1}}])", "Labels is not a map of texts"},
           {R"([{"Created":"today"}])", "Created is not a number"},
           {R"([{"Ports":[{"PrivatePort":70000}]}])", "PrivatePort is not a port"},
           {R"([{"NetworkSettings":[]}])", "NetworkSettings is not an object"},
       }) {
    const auto list = DecodeContainerList(Parsed(text));
    EXPECT_THAT(list, FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER")) << text;
    EXPECT_THAT(MessageOf(list), HasSubstr(field));
  }
}

TEST(HealthInAList, StandsInThePhraseForPeople) {
  EXPECT_EQ(HealthFromStatus("Up 3 minutes (healthy)"), Health::kHealthy);
  EXPECT_EQ(HealthFromStatus("Up Less than a second (health: starting)"), Health::kStarting);
  EXPECT_EQ(HealthFromStatus("Up 2 hours (unhealthy)"), Health::kUnhealthy);
  EXPECT_EQ(HealthFromStatus("Up 2 hours"), Health::kNone);
  EXPECT_EQ(HealthFromStatus("Up 2 hours (Paused)"), Health::kNone);
  EXPECT_EQ(HealthFromStatus("Exited (0) 2 days ago"), Health::kNone);
  EXPECT_EQ(HealthFromStatus(""), Health::kNone);
}

// ---------------------------------------------------------------- details

constexpr std::string_view kDetails = R"({
  "Id": "f00d", "Name": "/web", "Created": "2024-05-01T10:20:30.5Z", "Image": "sha256:1", "RestartCount": 2,
  "State": {"Status": "running", "Running": true, "OOMKilled": true, "Pid": 4711, "ExitCode": 0, "Error": "",
    "StartedAt": "2024-05-01T10:20:31Z", "FinishedAt": "0001-01-01T00:00:00Z",
    "Health": {"Status": "unhealthy", "FailingStreak": 3, "Log": [
      {"Start": "2024-05-01T12:20:32+02:00", "End": "2024-05-01T12:20:33+02:00", "ExitCode": -1, "Output": "timed out"}]}},
  "Config": {"Image": "web:1", "Labels": {"a": "b"}, "Tty": true, "StopTimeout": 300, "Healthcheck": {"Test": ["CMD", "x"]}},
  "HostConfig": {"NetworkMode": "front", "AutoRemove": true, "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5}},
  "NetworkSettings": {"Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}, {"HostIp": "::", "HostPort": "8080"}],
    "53/udp": null}, "Networks": {"front": {"Aliases": ["web"]}}},
  "Unknown": {"kept": [1, 2, 3]}
})";

TEST(ContainerDetailsOfAnEngine, AreDecoded) {
  const auto container = DecodeContainerDetails(Parsed(kDetails));
  ASSERT_OK(container);
  EXPECT_EQ(container->id, "f00d");
  EXPECT_EQ(container->name, "web");
  EXPECT_EQ(container->image, "web:1");
  EXPECT_EQ(container->image_id, "sha256:1");
  EXPECT_EQ(container->state, ContainerState::kRunning);
  EXPECT_TRUE(container->oom_killed);
  EXPECT_EQ(container->pid, 4711);
  EXPECT_EQ(container->created_at, WallTime(1714558830500ms));
  EXPECT_EQ(container->started_at, WallTime(1714558831s));
  EXPECT_EQ(container->finished_at, WallTime{}) << "the year 1 means never";
  EXPECT_EQ(container->restart_count, 2);
  EXPECT_EQ(container->restart_policy, (RestartPolicy{"on-failure", 5}));
  EXPECT_TRUE(container->auto_remove);
  EXPECT_TRUE(container->tty);
  EXPECT_EQ(container->stop_timeout, 300s);
  EXPECT_EQ(container->network_mode, "front");
  EXPECT_THAT(container->networks, ElementsAre("front"));
}

TEST(ContainerDetailsOfAnEngine, TellTheHealth) {
  const auto container = DecodeContainerDetails(Parsed(kDetails));
  ASSERT_OK(container);
  EXPECT_TRUE(container->has_healthcheck);
  EXPECT_EQ(container->health, Health::kUnhealthy);
  EXPECT_EQ(container->failing_streak, 3);
  ASSERT_THAT(container->health_log, SizeIs(1));
  const HealthProbe& probe = container->health_log.front();
  EXPECT_EQ(probe.started_at, WallTime(1714558832s));
  EXPECT_EQ(probe.finished_at - probe.started_at, 1s);
  EXPECT_EQ(probe.exit_code, -1);
  EXPECT_EQ(probe.output, "timed out");
}

TEST(ContainerDetailsOfAnEngine, HaveARowForEachAddressOfAPort) {
  const auto container = DecodeContainerDetails(Parsed(kDetails));
  ASSERT_OK(container);
  ASSERT_THAT(container->ports, SizeIs(3));
  EXPECT_EQ(container->ports[0].container_port, 53);
  EXPECT_EQ(container->ports[0].protocol, "udp");
  EXPECT_EQ(container->ports[0].host_port, 0);
  EXPECT_EQ(container->ports[1].host_ip, "0.0.0.0");
  EXPECT_EQ(container->ports[2].host_ip, "::");
  EXPECT_EQ(container->ports[2].host_port, 8080);
}

TEST(ContainerDetailsOfAnEngine, KeepTheWholeAnswer) {
  const auto container = DecodeContainerDetails(Parsed(kDetails));
  ASSERT_OK(container);
  EXPECT_EQ(container->raw, Parsed(kDetails).as_object());
}

TEST(ContainerDetailsOfAnEngine, OutliveTheArenaTheyWereParsedIn) {
  Result<ContainerDetails> container = Error{};
  {
    boost::json::monotonic_resource arena;
    const auto json = ParseJson(kDetails, &arena);
    ASSERT_OK(json);
    container = DecodeContainerDetails(*json);
  }
  ASSERT_OK(container);
  EXPECT_EQ(container->raw, Parsed(kDetails).as_object());
}

TEST(ContainerDetailsOfAnEngine, MissNothingThatIsMissing) {
  const auto container = DecodeContainerDetails(Parsed("{}"));
  ASSERT_OK(container);
  EXPECT_EQ(container->state, ContainerState::kUnknown);
  EXPECT_EQ(container->health, Health::kNone);
  EXPECT_FALSE(container->has_healthcheck);
  EXPECT_EQ(container->stop_timeout, std::nullopt);
  EXPECT_EQ(container->restart_policy.name, "no");
}

TEST(ContainerDetailsOfAnEngine, HaveNoHealthcheckThatIsSwitchedOff) {
  const auto container = DecodeContainerDetails(Parsed(R"({"Config":{"Healthcheck":{"Test":["NONE"]}}})"));
  ASSERT_OK(container);
  EXPECT_FALSE(container->has_healthcheck);
}

TEST(ContainerDetailsOfAnEngine, NameTheFieldThatIsWrong) {
  for (const auto& [text, field] : std::map<std::string, std::string>{
           {"[]", "the document is not an object"},
           {R"({"State":{"StartedAt":"yesterday"}})", "StartedAt is not a time"},
           {R"({"State":{"OOMKilled":"no"}})", "OOMKilled is not true or false"},
           {R"({"State":{"Health":{"Log":[7]}}})", "the document is not an object"},
           {R"({"NetworkSettings":{"Ports":{"x/tcp":null}}})", "Ports is not a map of ports"},
           {R"({"NetworkSettings":{"Ports":{"80/tcp":{}}}})", "80/tcp is not a list"},
           {R"({"NetworkSettings":{"Ports":{"80/tcp":[{"HostPort":"99999"}]}}})", "Ports is not a map of ports"},
       }) {
    const auto container = DecodeContainerDetails(Parsed(text));
    EXPECT_THAT(container, FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER")) << text;
    EXPECT_THAT(MessageOf(container), HasSubstr(field));
  }
}

TEST(Numbers, ThatAreTooLargeAreClamped) {
  const auto container = DecodeContainerDetails(
      Parsed(R"({"RestartCount":99999999999,"State":{"Pid":18446744073709551615,"ExitCode":-99999999999}})"));
  ASSERT_OK(container);
  EXPECT_EQ(container->restart_count, 2147483647);
  EXPECT_EQ(container->exit_code, -2147483647);
  EXPECT_EQ(container->pid, 9223372036854775807);
  EXPECT_EQ(DecodeImage(Parsed(R"({"Size":1e3})"))->size, 1000);
  EXPECT_EQ(DecodeImage(Parsed(R"({"Size":1e300})"))->size, 9223372036854775807);
  EXPECT_OK(DecodeContainerList(Parsed(R"([{"Created":9223372036854775807}])")));
}

// ---------------------------------------------------------------- events

TEST(Events, AreDecoded) {
  const auto event =
      DecodeEvent(Parsed(R"({"status":"health_status: healthy","id":"f00d","from":"web:1","Type":"container",
    "Action":"health_status: healthy","Actor":{"ID":"f00d","Attributes":{"image":"web:1","name":"web"}},
    "scope":"local","time":1714558830,"timeNano":1714558830123456789})"));
  ASSERT_OK(event);
  EXPECT_EQ(event->type, "container");
  EXPECT_EQ(event->action, "health_status: healthy");
  EXPECT_EQ(event->actor_id, "f00d");
  EXPECT_EQ(event->time, WallTime(1714558830123456789ns));
  EXPECT_EQ(event->attributes.at("name"), "web");
}

TEST(Events, MayTellTheSecondOnly) {
  EXPECT_EQ(DecodeEvent(Parsed(R"({"time":1714558830})"))->time, WallTime(1714558830s));
}

TEST(Events, AreNotLists) {
  EXPECT_THAT(DecodeEvent(Parsed("[]")), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
  EXPECT_THAT(DecodeEvent(Parsed(R"({"Actor":"f00d"})")), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
}

// ---------------------------------------------------------------- statistics

constexpr std::string_view kSample = R"({
  "read": "2024-05-01T10:20:30Z", "pids_stats": {"current": 7},
  "blkio_stats": {"io_service_bytes_recursive": [{"op": "read", "value": 10}, {"op": "Read", "value": 5},
    {"op": "write", "value": 20}, {"op": "Total", "value": 99}]},
  "cpu_stats": {"cpu_usage": {"total_usage": 3000, "percpu_usage": [1, 2]}, "system_cpu_usage": 20000, "online_cpus": 4},
  "precpu_stats": {"cpu_usage": {"total_usage": 1000}, "system_cpu_usage": 10000},
  "memory_stats": {"usage": 1000, "limit": 5000, "stats": {"inactive_file": 300}},
  "networks": {"eth0": {"rx_bytes": 1, "tx_bytes": 2}, "eth1": {"rx_bytes": 10, "tx_bytes": 20}}
})";

TEST(Statistics, AreComputedAsTheDockerClientDoes) {
  const auto stats = DecodeStats(Parsed(kSample));
  ASSERT_OK(stats);
  EXPECT_DOUBLE_EQ(stats->cpu_percent, 80.0);
  EXPECT_EQ(stats->memory_bytes, 700u);
  EXPECT_EQ(stats->memory_limit_bytes, 5000u);
  EXPECT_EQ(stats->network_received_bytes, 11u);
  EXPECT_EQ(stats->network_sent_bytes, 22u);
  EXPECT_EQ(stats->block_read_bytes, 15u);
  EXPECT_EQ(stats->block_written_bytes, 20u);
  EXPECT_EQ(stats->pids, 7u);
  EXPECT_EQ(stats->time, WallTime(1714558830s));
}

double CpuOf(std::string_view now, std::string_view before) {
  return DecodeStats(Parsed("{\"cpu_stats\":" + std::string(now) + ",\"precpu_stats\":" + std::string(before) + "}"))
      ->cpu_percent;
}

TEST(Statistics, CountTheCoresWhenAnOldEngineDoesNot) {
  EXPECT_DOUBLE_EQ(CpuOf(R"({"cpu_usage":{"total_usage":51,"percpu_usage":[0,0]},"system_cpu_usage":101})",
                         R"({"cpu_usage":{"total_usage":1},"system_cpu_usage":1})"),
                   100.0);
}

TEST(Statistics, OfTheFirstSampleOrAStoppedContainerAreZero) {
  EXPECT_EQ(CpuOf("{}", "{}"), 0.0);
  EXPECT_EQ(CpuOf(R"({"cpu_usage":{"total_usage":50},"online_cpus":2})", "{}"), 0.0);
  EXPECT_EQ(CpuOf(R"({"cpu_usage":{"total_usage":5},"system_cpu_usage":9})",
                  R"({"cpu_usage":{"total_usage":9},"system_cpu_usage":1})"),
            0.0);
}

TEST(Statistics, LeaveThePageCacheOutInBothVersionsOfCgroups) {
  const auto memory = [](std::string_view stats) {
    return DecodeStats(Parsed("{\"memory_stats\":{\"usage\":100,\"stats\":" + std::string(stats) + "}}"))->memory_bytes;
  };
  EXPECT_EQ(memory(R"({"total_inactive_file":40,"inactive_file":10})"), 60u) << "version 1";
  EXPECT_EQ(memory(R"({"inactive_file":10})"), 90u) << "version 2";
  EXPECT_EQ(memory(R"({"inactive_file":101})"), 100u) << "more cache than memory is a race";
  EXPECT_EQ(memory("{}"), 100u);
}

// ---------------------------------------------------------------- the rest

TEST(Images, AreDecoded) {
  const auto image = DecodeImage(Parsed(R"({"Id":"sha256:1","RepoTags":["web:1"],"RepoDigests":["web@sha256:2"],
    "Created":"2026-01-01T00:00:00Z","Architecture":"arm64","Variant":"v8","Os":"linux","Size":3000000,
    "Config":{"Env":["A=b"],"Cmd":null}})"));
  ASSERT_OK(image);
  EXPECT_EQ(image->id, "sha256:1");
  EXPECT_THAT(image->repo_tags, ElementsAre("web:1"));
  EXPECT_THAT(image->repo_digests, ElementsAre("web@sha256:2"));
  EXPECT_EQ(image->architecture, "arm64");
  EXPECT_EQ(image->variant, "v8");
  EXPECT_EQ(image->size, 3'000'000);
  EXPECT_EQ(image->config, Parsed(R"({"Env":["A=b"],"Cmd":null})").as_object());
}

TEST(Images, MayLackWhatNewerEnginesOmit) {
  const auto image = DecodeImage(Parsed(R"({"Id":"sha256:1","Config":{}})"));
  ASSERT_OK(image);
  EXPECT_THAT(image->repo_tags, IsEmpty());
  EXPECT_THAT(image->config, IsEmpty());
}

TEST(Networks, AreDecoded) {
  const auto network =
      DecodeNetwork(Parsed(R"({"Name":"front","Id":"n1","Scope":"local","Driver":"bridge","Internal":true,
    "Labels":{"a":"b"},"Containers":{"f00d":{"Name":"web"},"beef":{"Name":"db"}}})"));
  ASSERT_OK(network);
  EXPECT_EQ(network->name, "front");
  EXPECT_EQ(network->driver, "bridge");
  EXPECT_TRUE(network->internal);
  EXPECT_THAT(network->container_ids, ElementsAre("beef", "f00d"));
}

TEST(Hosts, AreDecoded) {
  const auto info = DecodeInfo(Parsed(R"({"ID":"X","Name":"host","OperatingSystem":"Debian","Driver":"overlay2",
    "DockerRootDir":"/var/lib/docker","Containers":5,"ContainersRunning":3,"ContainersPaused":1,"ContainersStopped":1,
    "Images":9,"NCPU":2,"MemTotal":1000,"LiveRestoreEnabled":true,"Warnings":["no swap limit"]})"));
  ASSERT_OK(info);
  EXPECT_EQ(info->containers_running, 3);
  EXPECT_EQ(info->cpus, 2);
  EXPECT_TRUE(info->live_restore);
  EXPECT_THAT(info->warnings, ElementsAre("no swap limit"));
  const auto version =
      DecodeVersion(Parsed(R"({"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux",
    "Arch":"amd64","KernelVersion":"6.1"})"));
  ASSERT_OK(version);
  EXPECT_EQ(version->api_version, "1.41");
  EXPECT_EQ(version->min_api_version, "1.12");
}

TEST(PullLines, AreProgressOrAnError) {
  const auto line =
      DecodePullLine(Parsed(R"({"status":"Downloading","progressDetail":{"current":1,"total":2},"id":"abc"})"));
  ASSERT_OK(line);
  EXPECT_EQ(line->status, "Downloading");
  EXPECT_EQ(line->total_bytes, 2u);
  EXPECT_OK(DecodePullLine(Parsed(R"({"status":"Digest: sha256:1","progressDetail":{}})")));
  EXPECT_THAT(DecodePullLine(Parsed(R"({"errorDetail":{"message":"manifest unknown"},"error":"manifest unknown"})")),
              FailsWith(Code::kNotFound, "IMAGE_NOT_FOUND"));
  EXPECT_THAT(DecodePullLine(Parsed(R"({"error":"unauthorized"})")),
              FailsWith(Code::kFailedPrecondition, "REGISTRY_DENIED"));
}

TEST(SmallAnswers, AreDecodedOrRefused) {
  EXPECT_EQ(DecodeCreated(Parsed(R"({"Id":"a","Warnings":null})"))->id, "a");
  EXPECT_EQ(DecodeWaitOutcome(Parsed(R"({"StatusCode":3,"Error":null})"))->exit_code, 3);
  EXPECT_EQ(*DecodeRemoteDigest(Parsed(R"({"Descriptor":{"digest":"sha256:1"}})")), "sha256:1");
  EXPECT_EQ(*DecodeExecId(Parsed(R"({"Id":"e"})")), "e");
  EXPECT_EQ(*DecodeFileChanges(Parsed("null")), std::vector<engine::FileChange>());
  EXPECT_EQ(*DecodeFileChanges(Parsed(R"([{"Path":"/a","Kind":0},{"Path":"/a/b","Kind":1},{"Path":"/c","Kind":2}])")),
            (std::vector<engine::FileChange>{{engine::FileChange::Kind::kModified, "/a"},
                                             {engine::FileChange::Kind::kAdded, "/a/b"},
                                             {engine::FileChange::Kind::kDeleted, "/c"}}));
  EXPECT_THAT(DecodeFileChanges(Parsed("{}")), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
  EXPECT_EQ(DecodeExecState(Parsed(R"({"Running":false,"ExitCode":2})"))->exit_code, 2);
  EXPECT_THAT(DecodeRemoteDigest(Parsed("{}")), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
  EXPECT_THAT(DecodeExecId(Parsed("{}")), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
}

TEST(Processes, AreAPidItsParentsAndACommandEach) {
  const auto processes = DecodeProcesses(Parsed(R"({"Titles": ["PID", "PPID", "COMMAND"], "Processes": [
    ["7", "1", "nginx: master process"], ["9", "7", "nginx: worker process"]
  ]})"));
  ASSERT_OK(processes);
  ASSERT_EQ(processes->size(), 2u);
  EXPECT_EQ(processes->back().pid, 9);
  EXPECT_EQ(processes->back().parent, 7);
  EXPECT_EQ(processes->back().command, "nginx: worker process");
  EXPECT_OK(DecodeProcesses(Parsed("{}")));
  EXPECT_THAT(DecodeProcesses(Parsed(R"({"Processes":[["root","7","sh"]]})")),
              FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
}

}  // namespace
}  // namespace berth::test

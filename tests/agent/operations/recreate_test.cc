#include "agent/operations/recreate.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "agent/operations/json_access.h"

namespace berth::agent {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using engine::ContainerDetails;
using engine::ContainerState;

const std::string kId = "0123456789ab" + std::string(52, 'c');

// Row by row: an old container and its image in, what is asked of the engine out.
class RecreateTest : public testing::Test {
 protected:
  RecreateTest() {
    container.id = kId;
    container.name = "web";
    container.state = ContainerState::kRunning;
    container.network_mode = "default";
    container.raw = object{{"Config", object{}},
                           {"HostConfig", object{}},
                           {"Mounts", array{}},
                           {"NetworkSettings", object{{"Networks", object{}}}}};
    new_image.id = "sha256:new";
  }

  static object Json(const char* text) { return boost::json::parse(text).as_object(); }
  void Config(const char* text) { container.raw["Config"] = Json(text); }
  void Host(const char* text) { container.raw["HostConfig"] = Json(text); }
  void Image(const char* text) { old_image.config = Json(text); }
  void Networks(const std::string& mode, const char* text) {
    container.network_mode = mode;
    container.raw["NetworkSettings"].as_object()["Networks"] = Json(text);
    container.raw["HostConfig"].as_object()["NetworkMode"] = mode;
  }
  void Mounts(const char* text) { container.raw["Mounts"] = boost::json::parse(text); }

  Recreated Make() const {
    return Recreate({container, old_image, new_image, "web:2", "web.new", api_version, {{"berth.operation", "op"}}});
  }
  object Body() const { return Make().create.body; }
  object NewHost() const { return ObjectAt(Body(), "HostConfig"); }
  object Endpoints() const { return ObjectAt(ObjectAt(Body(), "NetworkingConfig"), "EndpointsConfig"); }

  ContainerDetails container;
  engine::Image old_image;
  engine::Image new_image;
  std::string api_version = "1.41";
};

TEST_F(RecreateTest, TakesTheNewImageAndTheNewName) {
  EXPECT_EQ(StringAt(Body(), "Image"), "web:2");
  EXPECT_EQ(Make().create.name, "web.new");
}

// --- command ---

TEST_F(RecreateTest, LeavesEntrypointAndCommandToTheNewImageWhenBothCameFromTheOldOne) {
  Image(R"({"Entrypoint": ["/run"], "Cmd": ["a"]})");
  Config(R"({"Entrypoint": ["/run"], "Cmd": ["a"]})");
  EXPECT_FALSE(Body().contains("Entrypoint"));
  EXPECT_FALSE(Body().contains("Cmd"));
}

TEST_F(RecreateTest, KeepsACommandOfTheUser) {
  Image(R"({"Entrypoint": ["/run"], "Cmd": ["a"]})");
  Config(R"({"Entrypoint": ["/run"], "Cmd": ["b"]})");
  EXPECT_FALSE(Body().contains("Entrypoint"));
  EXPECT_EQ(ArrayAt(Body(), "Cmd"), array({"b"}));
}

TEST_F(RecreateTest, KeepsTheImagesCommandTogetherWithAnEntrypointOfTheUser) {
  Image(R"({"Entrypoint": ["/run"], "Cmd": ["a"]})");
  Config(R"({"Entrypoint": ["/mine"], "Cmd": ["a"]})");
  EXPECT_EQ(ArrayAt(Body(), "Entrypoint"), array({"/mine"}));
  EXPECT_EQ(ArrayAt(Body(), "Cmd"), array({"a"}));
}

TEST_F(RecreateTest, KeepsAnEntrypointThatTheUserEmptied) {
  Image(R"({"Entrypoint": ["/run"]})");
  Config(R"({"Entrypoint": null, "Cmd": ["sh"]})");
  EXPECT_EQ(ArrayAt(Body(), "Entrypoint"), array({""}));
}

TEST_F(RecreateTest, KeepsTheImagesEntrypointThatTheUserTypedToBeRidOfTheCommand) {
  Image(R"({"Entrypoint": ["/run"], "Cmd": ["a"]})");
  Config(R"({"Entrypoint": ["/run"], "Cmd": null})");
  EXPECT_EQ(ArrayAt(Body(), "Entrypoint"), array({"/run"}));
}

// --- what is merged by key or by field ---

TEST_F(RecreateTest, SubtractsTheOldImagesVariablesAndKeepsTheUsers) {
  Image(R"({"Env": ["PATH=/bin", "VERSION=1"]})");
  Config(R"({"Env": ["PATH=/bin", "VERSION=mine", "DEBUG=1"]})");
  EXPECT_EQ(ArrayAt(Body(), "Env"), array({"VERSION=mine", "DEBUG=1"}));
}

TEST_F(RecreateTest, SubtractsTheOldImagesLabelsAndPutsItsOwnOverTheRest) {
  Image(R"({"Labels": {"version": "1"}})");
  Config(R"({"Labels": {"version": "1", "team": "a", "berth.operation": "before"}})");
  EXPECT_EQ(ObjectAt(Body(), "Labels"), Json(R"({"team": "a", "berth.operation": "op"})"));
}

TEST_F(RecreateTest, TellsComposeTheNewImage) {
  Config(R"({"Labels": {"com.docker.compose.image": "sha256:old", "com.docker.compose.config-hash": "h"}})");
  const object labels = ObjectAt(Body(), "Labels");
  EXPECT_EQ(StringAt(labels, "com.docker.compose.image"), "sha256:new");
  EXPECT_EQ(StringAt(labels, "com.docker.compose.config-hash"), "h");
}

TEST_F(RecreateTest, SubtractsTheOldImagesVolumesAndPorts) {
  Image(R"({"Volumes": {"/data": {}}, "ExposedPorts": {"80/tcp": {}}})");
  Config(R"({"Volumes": {"/data": {}, "/mine": {}}, "ExposedPorts": {"80/tcp": {}, "81/tcp": {}}})");
  EXPECT_EQ(ObjectAt(Body(), "Volumes"), Json(R"({"/mine": {}})"));
  EXPECT_EQ(ObjectAt(Body(), "ExposedPorts"), Json(R"({"81/tcp": {}})"));
}

TEST_F(RecreateTest, ExposesThePortsThatArePublishedAndNoOthers) {
  Image(R"({"ExposedPorts": {"8080/tcp": {}}})");
  Config(R"({"ExposedPorts": {"8080/tcp": {}}})");
  Host(R"({"PortBindings": {"8080/tcp": [{"HostIp": "", "HostPort": "80"}]}})");
  EXPECT_EQ(ObjectAt(Body(), "ExposedPorts"), Json(R"({"8080/tcp": {}})"));
  EXPECT_EQ(NewHost().at("PortBindings"), Json(R"({"8080/tcp": [{"HostIp": "", "HostPort": "80"}]})"));
}

TEST_F(RecreateTest, DoesNotExposeAPortThatWasBoundInVain) {
  Host(R"({"PortBindings": {"9000/udp": [{"HostPort": "9000"}]}})");
  EXPECT_EQ(ObjectAt(Body(), "ExposedPorts"), object());
}

TEST_F(RecreateTest, LeavesUserDirectoryAndStopSignalToTheImageThatSetThem) {
  Image(R"({"User": "app", "WorkingDir": "/srv", "StopSignal": "SIGQUIT"})");
  Config(R"({"User": "app", "WorkingDir": "/mine", "StopSignal": "SIGQUIT"})");
  EXPECT_FALSE(Body().contains("User"));
  EXPECT_FALSE(Body().contains("StopSignal"));
  EXPECT_EQ(StringAt(Body(), "WorkingDir"), "/mine");
}

TEST_F(RecreateTest, SubtractsTheHealthcheckFieldByField) {
  Image(R"({"Healthcheck": {"Test": ["CMD", "probe"], "Interval": 30, "StartInterval": 1}})");
  Config(R"({"Healthcheck": {"Test": ["CMD", "probe"], "Interval": 5, "StartInterval": 1}})");
  EXPECT_EQ(ObjectAt(Body(), "Healthcheck"), Json(R"({"Interval": 5})"));
}

TEST_F(RecreateTest, KeepsAHealthcheckThatTheUserDisabled) {
  Image(R"({"Healthcheck": {"Test": ["CMD", "probe"]}})");
  Config(R"({"Healthcheck": {"Test": ["NONE"]}})");
  EXPECT_EQ(ObjectAt(Body(), "Healthcheck"), Json(R"({"Test": ["NONE"]})"));
}

TEST_F(RecreateTest, TreatsAMissingFieldLikeAnEmptyOne) {
  Image(R"({"Cmd": ["a"]})");
  Config(R"({"Cmd": ["a"], "Entrypoint": [], "User": ""})");
  EXPECT_FALSE(Body().contains("Cmd"));
  EXPECT_FALSE(Body().contains("User"));
}

TEST_F(RecreateTest, DropsAHostnameThatTheEngineMadeUpButNotTheUsers) {
  Config(R"({"Hostname": "0123456789ab"})");
  EXPECT_FALSE(Body().contains("Hostname"));
  Config(R"({"Hostname": "web-1"})");
  EXPECT_EQ(StringAt(Body(), "Hostname"), "web-1");
}

TEST_F(RecreateTest, DropsTheHostnameOfAContainerInTheHostsNetwork) {
  Config(R"({"Hostname": "the-host"})");
  Networks("host", R"({"host": {}})");
  EXPECT_FALSE(Body().contains("Hostname"));
  EXPECT_TRUE(Endpoints().empty());
}

TEST_F(RecreateTest, KeepsTtyStopTimeoutAndTheRestOfTheUsersConfiguration) {
  Config(R"({"Tty": true, "OpenStdin": true, "StopTimeout": 60, "Domainname": "d", "OnBuild": ["x"]})");
  EXPECT_EQ(Body().at("Tty"), value(true));
  EXPECT_EQ(Body().at("StopTimeout"), value(60));
  EXPECT_EQ(StringAt(Body(), "Domainname"), "d");
  EXPECT_FALSE(Body().contains("OnBuild"));
}

// --- host configuration ---

TEST_F(RecreateTest, CarriesTheHostConfigurationVerbatim) {
  const char* host = R"({"Memory": 1048576, "NanoCpus": 500000000, "Init": null, "CapAdd": ["NET_ADMIN"],
      "RestartPolicy": {"Name": "always", "MaximumRetryCount": 0}, "MaskedPaths": [], "Tmpfs": {"/t": "size=1m"},
      "Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}], "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}},
      "Sysctls": {"net.core.somaxconn": "1"}, "Devices": [{"PathOnHost": "/dev/null"}], "ExtraHosts": ["a:1.2.3.4"],
      "Dns": ["9.9.9.9"], "ReadonlyRootfs": true, "GroupAdd": ["1"], "ShmSize": 1, "OomScoreAdj": 5})";
  Host(host);
  EXPECT_EQ(NewHost(), Json(host));
}

TEST_F(RecreateTest, DropsWhatTheEngineRefusesOrNobodyAskedFor) {
  Host(
      R"({"ContainerIDFile": "/tmp/cid", "ConsoleSize": [0, 0], "Isolation": "", "KernelMemoryTCP": 0, "PidsLimit": 0})");
  EXPECT_EQ(NewHost(), object{});
}

TEST_F(RecreateTest, ConvertsLinksToTheFormThatTheEngineTakes) {
  Host(R"({"Links": ["/db:/web/database"]})");
  EXPECT_EQ(ArrayAt(NewHost(), "Links"), array({"db:database"}));
}

// --- volumes ---

TEST_F(RecreateTest, MountsAnonymousVolumesByNameSoThatTheirDataComesAlong) {
  Mounts(R"([{"Type": "volume", "Name": "f00d", "Destination": "/data", "RW": true},
             {"Type": "volume", "Name": "beef", "Destination": "/ro", "RW": false}])");
  EXPECT_EQ(ArrayAt(NewHost(), "Binds"), array({"f00d:/data", "beef:/ro:ro"}));
}

TEST_F(RecreateTest, DoesNotMountTwiceWhatIsBoundAlready) {
  Host(R"({"Binds": ["data:/data:rw", "/srv:/srv"]})");
  Mounts(R"([{"Type": "volume", "Name": "data", "Destination": "/data", "RW": true},
             {"Type": "bind", "Source": "/srv", "Destination": "/srv", "RW": true}])");
  EXPECT_EQ(ArrayAt(NewHost(), "Binds"), array({"data:/data:rw", "/srv:/srv"}));
}

TEST_F(RecreateTest, NamesTheVolumeOfAMountThatHadNoSource) {
  Host(R"({"Mounts": [{"Type": "volume", "Target": "/data"}, {"Type": "volume", "Source": "own", "Target": "/own"}]})");
  Mounts(R"([{"Type": "volume", "Name": "f00d", "Destination": "/data", "RW": true},
             {"Type": "volume", "Name": "own", "Destination": "/own", "RW": true}])");
  EXPECT_EQ(NewHost().at("Mounts"), boost::json::parse(R"([{"Type": "volume", "Target": "/data", "Source": "f00d"},
                                                           {"Type": "volume", "Source": "own", "Target": "/own"}])"));
  EXPECT_FALSE(NewHost().contains("Binds"));
}

// --- networks ---

TEST_F(RecreateTest, KeepsAliasesAndStaticAddressesAndLeavesTheRestToTheEngine) {
  Networks("front", R"({"front": {"Aliases": ["0123456789ab", "app"], "IPAMConfig": {"IPv4Address": "10.0.0.7"},
      "MacAddress": "02:42:0a:00:00:07", "IPAddress": "10.0.0.7", "Gateway": "10.0.0.1", "NetworkID": "n1"}})");
  EXPECT_EQ(Endpoints(), Json(R"({"front": {"IPAMConfig": {"IPv4Address": "10.0.0.7"}, "Aliases": ["app"]}})"));
}

TEST_F(RecreateTest, ConnectsFurtherNetworksLateOnAnEngineThatTakesOneAtCreation) {
  Networks("front", R"({"front": {}, "back": {"Aliases": ["db-client"]}})");
  const Recreated recreated = Make();
  EXPECT_EQ(Endpoints(), Json(R"({"front": {}})"));
  ASSERT_EQ(recreated.late_networks.size(), 1u);
  EXPECT_EQ(recreated.late_networks[0].network, "back");
  EXPECT_EQ(recreated.late_networks[0].endpoint, Json(R"({"Aliases": ["db-client"]})"));
}

TEST_F(RecreateTest, SendsAllNetworksAtCreationWhereTheEngineTakesThem) {
  api_version = "1.44";
  Networks("front", R"({"front": {}, "back": {}})");
  EXPECT_EQ(Endpoints().size(), 2u);
  EXPECT_TRUE(Make().late_networks.empty());
}

TEST_F(RecreateTest, NamesANetworkThatWasGivenByItsId) {
  Networks("n1", R"({"front": {"NetworkID": "n1"}})");
  EXPECT_EQ(StringAt(NewHost(), "NetworkMode"), "front");
  EXPECT_TRUE(Endpoints().contains("front"));
}

TEST_F(RecreateTest, MovesAFixedMacAddressToTheEndpointWhereTheEngineWantsItThere) {
  Config(R"({"MacAddress": "02:00:00:00:00:01"})");
  Networks("front", R"({"front": {"MacAddress": "02:00:00:00:00:01"}})");
  EXPECT_EQ(StringAt(Body(), "MacAddress"), "02:00:00:00:00:01");
  api_version = "1.44";
  EXPECT_FALSE(Body().contains("MacAddress"));
  EXPECT_EQ(Endpoints(), Json(R"({"front": {"MacAddress": "02:00:00:00:00:01"}})"));
}

TEST_F(RecreateTest, AsksForNoEndpointInAnotherContainersNetwork) {
  Config(R"({"ExposedPorts": {"80/tcp": {}}, "Hostname": "parent"})");
  Networks("container:" + kId, R"({})");
  EXPECT_TRUE(Endpoints().empty());
  EXPECT_FALSE(Body().contains("ExposedPorts"));
  EXPECT_FALSE(Body().contains("Hostname"));
}

// --- warnings and refusals ---

TEST_F(RecreateTest, WarnsThatAPortWhichTheEngineChoseWillChange) {
  Host(R"({"PortBindings": {"80/tcp": [{"HostPort": ""}], "81/tcp": [{"HostPort": "81"}]}})");
  ASSERT_EQ(Make().warnings.size(), 1u);
  EXPECT_NE(Make().warnings[0].find("80/tcp"), std::string::npos);
}

TEST_F(RecreateTest, DoesNotRefuseAnOrdinaryContainer) { EXPECT_TRUE(RecreateRefusals(container, {}).empty()); }

TEST_F(RecreateTest, RefusesAContainerThatRemovesItself) {
  container.auto_remove = true;
  EXPECT_EQ(RecreateRefusals(container, {}).size(), 1u);
}

TEST_F(RecreateTest, RefusesContainersOfOrchestrators) {
  for (const auto* label : {"com.docker.swarm.task.id", "io.kubernetes.pod.name", "com.hashicorp.nomad.alloc_id"}) {
    container.labels = {{label, "x"}};
    EXPECT_EQ(RecreateRefusals(container, {}).size(), 1u) << label;
  }
  container.labels = {{"com.docker.compose.oneoff", "True"}};
  EXPECT_EQ(RecreateRefusals(container, {}).size(), 1u);
  container.labels = {{"com.docker.compose.oneoff", "False"}};
  EXPECT_TRUE(RecreateRefusals(container, {}).empty());
}

TEST_F(RecreateTest, RefusesAPausedContainer) {
  container.state = ContainerState::kPaused;
  EXPECT_EQ(RecreateRefusals(container, {}).size(), 1u);
}

TEST_F(RecreateTest, RefusesToCutOffContainersThatShareItsNamespaces) {
  ContainerDetails sidecar;
  sidecar.name = "sidecar";
  sidecar.raw["HostConfig"] = object{{"NetworkMode", "container:" + kId}};
  EXPECT_TRUE(SharesWith(sidecar, kId, "web"));
  EXPECT_FALSE(SharesWith(sidecar, std::string(64, 'd'), "db"));
  ASSERT_EQ(RecreateRefusals(container, {sidecar}).size(), 1u);
  EXPECT_NE(RecreateRefusals(container, {sidecar})[0].find("sidecar"), std::string::npos);
}

TEST(ApiVersions, AreComparedNumberByNumber) {
  EXPECT_TRUE(OlderThan("1.9", "1.44"));
  EXPECT_FALSE(OlderThan("1.44", "1.44"));
  EXPECT_FALSE(OlderThan("1.100", "1.44"));
}

}  // namespace
}  // namespace berth::agent

#include "tests/agent/operations/conformance/conformance.h"

namespace berth::agent {

using testing::IsEmpty;

TEST_F(Conformance, C1DropsAnEntrypointAndACommandThatAreTheOldImages) {
  Image(R"({"Entrypoint": ["/run"], "Cmd": ["a"]})");
  Config(R"({"Entrypoint": ["/run"], "Cmd": ["a"]})");
  EXPECT_FALSE(Body().contains("Entrypoint"));
  EXPECT_FALSE(Body().contains("Cmd"));
}

TEST_F(Conformance, C1KeepsACommandOfTheUsers) {
  Image(R"({"Entrypoint": ["/run"], "Cmd": ["a"]})");
  Config(R"({"Entrypoint": ["/run"], "Cmd": ["b"]})");
  EXPECT_FALSE(Body().contains("Entrypoint"));
  EXPECT_EQ(ArrayAt(Body(), "Cmd"), array({"b"}));
}

TEST_F(Conformance, C1DoesNotDropTheImagesCommandBesideAnEntrypointOfTheUsers) {
  Image(R"({"Entrypoint": ["/run"], "Cmd": ["a"]})");
  Config(R"({"Entrypoint": ["/mine"], "Cmd": ["a"]})");
  EXPECT_EQ(ArrayAt(Body(), "Entrypoint"), array({"/mine"}));
  EXPECT_EQ(ArrayAt(Body(), "Cmd"), array({"a"}));
}

TEST_F(Conformance, C2KeepsAnEntrypointThatTheUserEmptied) {
  Image(R"({"Entrypoint": ["/run"]})");
  Config(R"({"Entrypoint": null, "Cmd": ["sh"]})");
  EXPECT_EQ(ArrayAt(Body(), "Entrypoint"), array({""}));
}

TEST_F(Conformance, C2DoesNotEmptyAnEntrypointThatTheOldImageDidNotHave) {
  Image(R"({"Cmd": ["serve"]})");
  Config(R"({"Entrypoint": null, "Cmd": ["sh"]})");
  EXPECT_TRUE(ArrayAt(Body(), "Entrypoint").empty());
}

TEST_F(Conformance, C3KeepsTheImagesEntrypointThatTheUserTypedToBeRidOfTheCommand) {
  Image(R"({"Entrypoint": ["/run"], "Cmd": ["a"]})");
  Config(R"({"Entrypoint": ["/run"], "Cmd": null})");
  EXPECT_EQ(ArrayAt(Body(), "Entrypoint"), array({"/run"}));
}

TEST_F(Conformance, C3DoesNotKeepAnEntrypointWhereTheImageHasNoCommand) {
  Image(R"({"Entrypoint": ["/run"]})");
  Config(R"({"Entrypoint": ["/run"], "Cmd": null})");
  EXPECT_FALSE(Body().contains("Entrypoint"));
}

TEST_F(Conformance, C4SubtractsTheOldImagesVariablesAndKeepsTheUsers) {
  Image(R"({"Env": ["PATH=/bin", "VERSION=1"]})");
  Config(R"({"Env": ["PATH=/bin", "VERSION=mine", "DEBUG=1", "EMPTY=", "GONE"]})");
  EXPECT_EQ(ArrayAt(Body(), "Env"), array({"VERSION=mine", "DEBUG=1", "EMPTY=", "GONE"}));
}

TEST_F(Conformance, C5SubtractsTheOldImagesLabelsAndPutsBerthsOwnOverTheRest) {
  Image(R"({"Labels": {"version": "1"}})");
  Config(R"({"Labels": {"version": "1", "team": "a", "berth.operation": "before", "berth.spec": "old"}})");
  EXPECT_EQ(ObjectAt(Body(), "Labels"), Json(R"({"team": "a", "berth.operation": "op"})"));
}

TEST_F(Conformance, C5TellsComposeTheNewImageAndKeepsItsHash) {
  Config(R"({"Labels": {"com.docker.compose.image": "sha256:old", "com.docker.compose.config-hash": "h"}})");
  const object labels = ObjectAt(Body(), "Labels");
  EXPECT_EQ(StringAt(labels, "com.docker.compose.image"), "sha256:new");
  EXPECT_EQ(StringAt(labels, "com.docker.compose.config-hash"), "h");
}

TEST_F(Conformance, C5DoesNotMakeUpALabelOfCompose) {
  EXPECT_FALSE(ObjectAt(Body(), "Labels").contains("com.docker.compose.image"));
}

TEST_F(Conformance, C6SubtractsTheOldImagesVolumesAndKeepsTheUsers) {
  Image(R"({"Volumes": {"/data": {}}})");
  Config(R"({"Volumes": {"/data": {}, "/mine": {}}})");
  EXPECT_EQ(ObjectAt(Body(), "Volumes"), Json(R"({"/mine": {}})"));
}

TEST_F(Conformance, C7SubtractsTheOldImagesPortsButNotOneThatIsPublished) {
  Image(R"({"ExposedPorts": {"80/tcp": {}, "8080/tcp": {}}})");
  Config(R"({"ExposedPorts": {"80/tcp": {}, "81/tcp": {}, "8080/tcp": {}}})");
  Host(R"({"PortBindings": {"8080/tcp": [{"HostIp": "", "HostPort": "80"}]}})");
  EXPECT_EQ(ObjectAt(Body(), "ExposedPorts"), Json(R"({"81/tcp": {}, "8080/tcp": {}})"));
  EXPECT_EQ(NewHost().at("PortBindings"), Json(R"({"8080/tcp": [{"HostIp": "", "HostPort": "80"}]})"));
}

TEST_F(Conformance, C7DoesNotExposeAPortThatWasBoundInVain) {
  Host(R"({"PortBindings": {"9000/udp": [{"HostPort": "9000"}]}})");
  EXPECT_EQ(ObjectAt(Body(), "ExposedPorts"), object());
}

TEST_F(Conformance, C7DropsAPortWithoutANumber) {
  Config(R"({"ExposedPorts": {"/tcp": {}, "80/tcp": {}}})");
  Host(R"({"PortBindings": {"/tcp": [{}], "80/tcp": [{"HostPort": "80"}]}})");
  EXPECT_EQ(ObjectAt(Body(), "ExposedPorts"), Json(R"({"80/tcp": {}})"));
  EXPECT_EQ(NewHost().at("PortBindings"), Json(R"({"80/tcp": [{"HostPort": "80"}]})"));
}

TEST_F(Conformance, C7ExposesNothingInAnotherContainersNetwork) {
  Config(R"({"ExposedPorts": {"80/tcp": {}}})");
  Networks("container:" + kId, R"({})");
  EXPECT_FALSE(Body().contains("ExposedPorts"));
}

TEST_F(Conformance, C8LeavesUserAndDirectoryToTheImageThatSetThem) {
  Image(R"({"User": "app", "WorkingDir": "/srv"})");
  Config(R"({"User": "app", "WorkingDir": "/mine"})");
  EXPECT_FALSE(Body().contains("User"));
  EXPECT_EQ(StringAt(Body(), "WorkingDir"), "/mine");
}

// As API 1.44 shows it.
TEST_F(Conformance, C9SubtractsTheHealthcheckFieldByField) {
  Image(R"({"Healthcheck": {"Test": ["CMD", "probe"], "Interval": 30, "StartInterval": 1}})");
  Config(R"({"Healthcheck": {"Test": ["CMD", "probe"], "Interval": 5, "StartInterval": 1, "Retries": 0}})");
  EXPECT_EQ(ObjectAt(Body(), "Healthcheck"), Json(R"({"Interval": 5})"));
}

TEST_F(Conformance, C9DoesNotDropAStartIntervalOfTheUsers) {
  Image(R"({"Healthcheck": {"Test": ["CMD", "probe"], "StartInterval": 1}})");
  Config(R"({"Healthcheck": {"Test": ["CMD", "probe"], "StartInterval": 2}})");
  EXPECT_EQ(ObjectAt(Body(), "Healthcheck"), Json(R"({"StartInterval": 2})"));
}

TEST_F(Conformance, C9KeepsAHealthcheckThatTheUserDisabled) {
  Image(R"({"Healthcheck": {"Test": ["CMD", "probe"]}})");
  Config(R"({"Healthcheck": {"Test": ["NONE"]}})");
  EXPECT_EQ(ObjectAt(Body(), "Healthcheck"), Json(R"({"Test": ["NONE"]})"));
}

TEST_F(Conformance, C10LeavesTheStopSignalToTheImageThatSetIt) {
  Image(R"({"StopSignal": "SIGQUIT"})");
  Config(R"({"StopSignal": "SIGQUIT"})");
  EXPECT_FALSE(Body().contains("StopSignal"));
  Config(R"({"StopSignal": "SIGINT"})");
  EXPECT_EQ(StringAt(Body(), "StopSignal"), "SIGINT");
}

TEST_F(Conformance, C11KeepsTheStopTimeout) {
  Config(R"({"StopTimeout": 300})");
  EXPECT_EQ(Body().at("StopTimeout"), value(300));
  Config("{}");
  EXPECT_FALSE(Body().contains("StopTimeout"));
}

TEST_F(Conformance, C12DropsAHostnameThatTheEngineMadeUpButNotTheUsers) {
  Config(R"({"Hostname": "0123456789ab"})");
  EXPECT_FALSE(Body().contains("Hostname"));
  Config(R"({"Hostname": "web-1"})");
  EXPECT_EQ(StringAt(Body(), "Hostname"), "web-1");
}

TEST_F(Conformance, C12DropsAHostnameThatBelongsToTheNetworkOrTheHost) {
  Config(R"({"Hostname": "the-host"})");
  Networks("host", R"({"host": {}})");
  EXPECT_FALSE(Body().contains("Hostname"));
  Networks("container:" + kId, "{}");
  EXPECT_FALSE(Body().contains("Hostname"));
  Networks("default", R"({"bridge": {}})");
  Host(R"({"UTSMode": "host"})");
  EXPECT_FALSE(Body().contains("Hostname"));
}

TEST_F(Conformance, C13KeepsTheTerminalAndDropsWhatIsTheImagesAlone) {
  Config(R"({"Tty": true, "OpenStdin": true, "StdinOnce": true, "Domainname": "d", "OnBuild": ["x"],
             "ArgsEscaped": true})");
  for (const auto* field : {"Tty", "OpenStdin", "StdinOnce"}) EXPECT_EQ(Body().at(field), value(true)) << field;
  EXPECT_EQ(StringAt(Body(), "Domainname"), "d");
  EXPECT_FALSE(Body().contains("OnBuild"));
  EXPECT_FALSE(Body().contains("ArgsEscaped"));
}

TEST_F(Conformance, C13KeepsANetworkSwitchedOff) {
  Config(R"({"NetworkDisabled": true})");
  Networks("default", "{}");
  EXPECT_EQ(Body().at("NetworkDisabled"), value(true));
  EXPECT_TRUE(Endpoints().empty());
  EXPECT_THAT(Make().refusals, IsEmpty());
}

TEST_F(Conformance, C14KeepsAMacAddressOfTheUsersWhereTheApiWantsIt) {
  Config(R"({"MacAddress": "02:00:00:00:00:01"})");
  Networks("front", R"({"front": {"MacAddress": "02:00:00:00:00:01"}})");
  EXPECT_EQ(StringAt(Body(), "MacAddress"), "02:00:00:00:00:01");
  EXPECT_EQ(Endpoints(), Json(R"({"front": {}})"));
  api_version = "1.44";
  EXPECT_FALSE(Body().contains("MacAddress"));
  EXPECT_EQ(Endpoints(), Json(R"({"front": {"MacAddress": "02:00:00:00:00:01"}})"));
}

// The mode and the key have to be the same word then.
TEST_F(Conformance, C14NamesTheBridgeThatHasAMacAddress) {
  Config(R"({"MacAddress": "02:00:00:00:00:01"})");
  EXPECT_EQ(Mode(), "bridge");
  Config("{}");
  EXPECT_EQ(Mode(), "default");
}

TEST_F(Conformance, C14DoesNotAskForAMacAddressInANetworkThatIsNotItsOwn) {
  Config(R"({"MacAddress": "02:00:00:00:00:01"})");
  Networks("host", R"({"host": {}})");
  EXPECT_FALSE(Body().contains("MacAddress"));
}

TEST_F(Conformance, C15TakesTheReferenceThatItIsGiven) {
  Config(R"({"Image": "sha256:old"})");
  EXPECT_EQ(StringAt(Body(), "Image"), "web:2");
  EXPECT_EQ(Make().create.name, "web.new");
}

// As API 1.50 and 1.52 show images: without what is not set.
TEST_F(Conformance, C16TreatsAMissingFieldLikeAnEmptyOne) {
  Image(R"({"Cmd": ["a"]})");
  Config(R"({"Cmd": ["a"], "Entrypoint": [], "User": "", "Labels": {}, "StopSignal": null})");
  EXPECT_FALSE(Body().contains("Cmd"));
  EXPECT_FALSE(Body().contains("User"));
  Image(R"({"Cmd": ["a"], "Entrypoint": null, "User": "", "Hostname": "", "Env": null, "Labels": null})");
  Config(R"({"Cmd": ["a"]})");
  EXPECT_FALSE(Body().contains("Cmd"));
}

}  // namespace berth::agent

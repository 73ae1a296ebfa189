// Rule 0: what Berth created itself is known, and not worked out from what the engine shows.
#include "agent/operations/specs.h"
#include "tests/agent/operations/conformance/conformance.h"
#include "tests/support/memory_journal.h"
#include "tests/support/results.h"

namespace berth::agent {

using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(Conformance, SpecHasWhatWasAskedForWithoutImageNameAndLabelsOfBerth) {
  Image(R"({"Env": ["A=image"]})");
  Config(R"({"Env": ["A=image", "B=1"], "Image": "web:1", "Labels": {"team": "red", "berth.image": "web:1"}})");
  Host(R"({"Memory": 1048576})");
  const object made = Make().spec;
  EXPECT_EQ(ObjectAt(made, "Config"), Json(R"({"Env": ["B=1"], "Labels": {"team": "red"}, "Volumes": {},
                                               "ExposedPorts": {}})"));
  EXPECT_EQ(ObjectAt(made, "HostConfig"), Json(R"({"Memory": 1048576, "NetworkMode": "default"})"));
}

TEST_F(Conformance, SpecKeepsAVariableThatALaterImageHasTheSame) {
  Image(R"({"Env": ["VERSION=mine"]})");
  Config(R"({"Env": ["VERSION=mine"]})");
  EXPECT_THAT(ArrayAt(Body(), "Env"), IsEmpty());
  spec = Json(R"({"Config": {"Env": ["VERSION=mine"]}})").as_object();
  EXPECT_EQ(ArrayAt(Body(), "Env"), array({"VERSION=mine"}));
}

TEST_F(Conformance, SpecDoesNotKeepWhatTheEngineFilledIn) {
  spec = Json(R"({"Config": {}, "HostConfig": {"Memory": 1048576}})").as_object();
  Host(R"({"Memory": 1048576, "MemorySwap": 2097152, "ShmSize": 67108864, "LogConfig": {"Type": "json-file"},
           "CpuShares": 0, "MaskedPaths": ["/proc/acpi"]})");
  EXPECT_EQ(NewHost(), Json(R"({"Memory": 1048576})"));
}

TEST_F(Conformance, SpecHonoursWhatWasUpdatedSince) {
  spec = Json(R"({"HostConfig": {"Memory": 1048576, "CpuShares": 2, "RestartPolicy": {"Name": "no"}}})").as_object();
  Host(
      R"({"Memory": 4194304, "MemorySwap": 4194304, "CpuShares": 0, "PidsLimit": 50, "RestartPolicy": {"Name": "always"}})");
  EXPECT_EQ(NewHost(), Json(R"({"Memory": 4194304, "MemorySwap": 4194304, "PidsLimit": 50,
                                "RestartPolicy": {"Name": "always"}})"));
}

TEST_F(Conformance, SpecHonoursNetworksThatWereConnectedAndDisconnectedSince) {
  api_version = "1.44";
  spec =
      Json(R"({"HostConfig": {"NetworkMode": "front"}, "MacAddresses": {"front": "02:00:00:00:00:01"}})").as_object();
  Networks("front", R"({"back": {"Aliases": ["b"]}})");
  EXPECT_EQ(Endpoints(), Json(R"({"back": {"Aliases": ["b"]}})"));
  EXPECT_EQ(Mode(), "back");
}

// Docker 28 shows a chosen MAC address like any other.
TEST_F(Conformance, SpecKnowsTheMacAddressesThatWereChosen) {
  api_version = "1.48";
  spec = Json(R"({"HostConfig": {"NetworkMode": "front"}, "MacAddresses": {"back": "02:00:00:00:00:01"}})").as_object();
  Networks("front", R"({"front": {"MacAddress": "6a:00:00:00:00:07"}, "back": {"MacAddress": "02:00:00:00:00:01"}})");
  EXPECT_EQ(Endpoints(), Json(R"({"front": {}, "back": {"MacAddress": "02:00:00:00:00:01"}})"));
  EXPECT_EQ(ObjectAt(Make().spec, "MacAddresses"), Json(R"({"back": "02:00:00:00:00:01"})"));
  EXPECT_THAT(Make().warnings, IsEmpty());
}

TEST_F(Conformance, SpecKeepsTheDataOfVolumesThatTheEngineMadeSince) {
  spec = Json(R"({"Config": {}, "HostConfig": {"Binds": ["data:/data"]}})").as_object();
  Host(R"({"Binds": ["data:/data"]})");
  Mounts(R"([{"Type": "volume", "Name": "data", "Destination": "/data", "RW": true},
             {"Type": "volume", "Name": "f00d", "Destination": "/new", "RW": true}])");
  EXPECT_EQ(ArrayAt(NewHost(), "Binds"), array({"data:/data", "f00d:/new"}));
}

// --- the store

class ConformanceOfSpecs : public Conformance {
 protected:
  ConformanceOfSpecs() {
    EXPECT_OK(journal.KeepSpec(kId, SpecText(made), {}));
    container.labels["berth.spec"] = SpecHash(made);
  }

  test::MemoryJournal journal;
  const object made{{"Config", {{"Tty", true}}}};
};

TEST_F(ConformanceOfSpecs, FindTheContainersOwn) {
  const KnownSpec known = FindSpecOf(container, journal);
  EXPECT_EQ(known.spec, made);
  EXPECT_EQ(known.warning, "");
}

TEST_F(ConformanceOfSpecs, DoNotUseOneThatWasChangedOrLostAndSaySo) {
  journal.specs[kId].first = R"({"Config": {"Tty": false}})";
  EXPECT_FALSE(FindSpecOf(container, journal).spec);
  EXPECT_THAT(FindSpecOf(container, journal).warning, HasSubstr("was changed"));
  journal.specs.clear();
  EXPECT_FALSE(FindSpecOf(container, journal).spec);
  EXPECT_THAT(FindSpecOf(container, journal).warning, HasSubstr("not in the journal"));
}

// Some tools copy a container's labels, and change what the user wants changed.
TEST_F(ConformanceOfSpecs, DoNotTakeACopyThatOthersMadeForOurs) {
  container.id = std::string(64, 'd');
  EXPECT_FALSE(FindSpecOf(container, journal).spec);
}

TEST_F(ConformanceOfSpecs, AreNotMissedOfAContainerThatOthersMade) {
  container.labels.clear();
  EXPECT_FALSE(FindSpecOf(container, journal).spec);
  EXPECT_EQ(FindSpecOf(container, journal).warning, "");
}

}  // namespace berth::agent

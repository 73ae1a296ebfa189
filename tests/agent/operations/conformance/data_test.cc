#include "agent/operations/own_files.h"
#include "tests/agent/operations/conformance/conformance.h"

namespace berth::agent {

using engine::FileChange;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

FileChange Added(std::string path) { return {FileChange::Kind::kAdded, std::move(path)}; }
FileChange Modified(std::string path) { return {FileChange::Kind::kModified, std::move(path)}; }

TEST_F(Conformance, V1MountsAnonymousVolumesByNameSoThatTheirDataComesAlong) {
  Mounts(R"([{"Type": "volume", "Name": "f00d", "Destination": "/data", "RW": true},
             {"Type": "volume", "Name": "beef", "Destination": "/ro", "RW": false}])");
  EXPECT_EQ(ArrayAt(NewHost(), "Binds"), array({"f00d:/data", "beef:/ro:ro"}));
}

TEST_F(Conformance, V1NamesTheVolumeOfAMountThatHadNoSource) {
  Host(R"({"Mounts": [{"Type": "volume", "Target": "/data"}, {"Type": "volume", "Source": "own", "Target": "/own"}]})");
  Mounts(R"([{"Type": "volume", "Name": "f00d", "Destination": "/data", "RW": true},
             {"Type": "volume", "Name": "own", "Destination": "/own", "RW": true}])");
  EXPECT_EQ(NewHost().at("Mounts"), Json(R"([{"Type": "volume", "Target": "/data", "Source": "f00d"},
                                             {"Type": "volume", "Source": "own", "Target": "/own"}])"));
  EXPECT_FALSE(NewHost().contains("Binds"));
}

TEST_F(Conformance, V1DoesNotMountABindOrATmpfsByName) {
  Mounts(R"([{"Type": "bind", "Source": "/srv", "Destination": "/srv"}, {"Type": "tmpfs", "Destination": "/t"}])");
  EXPECT_FALSE(NewHost().contains("Binds"));
}

// --- V4, V5: in no volume

TEST_F(Conformance, V4RefusesAContainerThatComposeCopiedSecretsInto) {
  const std::vector<FileChange> changes = {Modified("/run"), Added("/run/secrets"), Added("/run/secrets/token")};
  EXPECT_THAT(JudgeOwnFiles(container, changes).refusals, IsEmpty());
  container.labels = {{"com.docker.compose.project", "shop"}};
  EXPECT_THAT(JudgeOwnFiles(container, changes).refusals,
              ElementsAre(AllOf(HasSubstr("/run/secrets/token"), HasSubstr("docker compose up"))));
}

TEST_F(Conformance, V4DoesNotRefuseSecretsThatAreMounted) {
  container.labels = {{"com.docker.compose.project", "shop"}};
  Mounts(R"([{"Type": "bind", "Source": "/srv/token", "Destination": "/run/secrets/token", "RW": false}])");
  const auto judged = JudgeOwnFiles(container, {Modified("/run"), Added("/run/secrets"), Added("/run/secrets/token")});
  EXPECT_THAT(judged.refusals, IsEmpty());
  EXPECT_THAT(judged.warnings, IsEmpty());
}

TEST_F(Conformance, V4SaysThatConfigsOfComposeMayBeAmongWhatChanged) {
  container.labels = {{"com.docker.compose.project", "shop"}};
  EXPECT_THAT(JudgeOwnFiles(container, {Added("/app.conf")}).warnings,
              ElementsAre(AllOf(HasSubstr("/app.conf"), HasSubstr("content:"))));
}

TEST_F(Conformance, V5CountsWhatChangedInItsOwnFileSystem) {
  const auto judged = JudgeOwnFiles(
      container,
      {Modified("/etc"), Modified("/etc/hosts.allow"), Added("/a"), Added("/b"), {FileChange::Kind::kDeleted, "/c"}});
  EXPECT_THAT(judged.warnings, ElementsAre(AllOf(HasSubstr("4 paths"), HasSubstr("/etc/hosts.allow, /a, /b ..."))));
  EXPECT_THAT(judged.refusals, IsEmpty());
}

TEST_F(Conformance, V5DoesNotCountMountPointsNorTheDirectoriesAbove) {
  Host(R"({"Tmpfs": {"/scratch": ""}, "Mounts": [{"Type": "tmpfs", "Target": "/fast"}]})");
  Mounts(R"([{"Type": "volume", "Name": "f00d", "Destination": "/srv/data"}])");
  EXPECT_THAT(
      JudgeOwnFiles(container, {Added("/scratch"), Added("/fast"), Modified("/srv"), Added("/srv/data")}).warnings,
      IsEmpty());
}

TEST_F(Conformance, V6WarnsOfAVolumeThatTheNewImageBrings) {
  new_image.config = Json(R"({"Volumes": {"/var/lib/app": {}, "/data": {}}})").as_object();
  Mounts(R"([{"Type": "volume", "Name": "f00d", "Destination": "/data"}])");
  EXPECT_THAT(Make().warnings, ElementsAre(HasSubstr("/var/lib/app")));
}

TEST_F(Conformance, V6WarnsOfAnotherUserWhereThereAreVolumes) {
  new_image.config = Json(R"({"User": "app"})").as_object();
  EXPECT_THAT(Make().warnings, IsEmpty());
  Mounts(R"([{"Type": "volume", "Name": "f00d", "Destination": "/data"}])");
  EXPECT_THAT(Make().warnings, ElementsAre(HasSubstr("runs as app instead of root")));
  Config(R"({"User": "1000"})");
  EXPECT_THAT(Make().warnings, IsEmpty());
}

}  // namespace berth::agent

#include "agent/operations/config_changes.h"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/operations/json_access.h"

namespace berth::agent {

void PrintTo(const FieldChange& change, std::ostream* out) {
  *out << change.field << ": \"" << change.old_value << "\" -> \"" << change.new_value << '"';
}

namespace {

using boost::json::object;
using testing::ElementsAre;
using testing::IsEmpty;

object Json(const char* text) { return boost::json::parse(text).as_object(); }

TEST(Merge, TakesFromTheImageWhatTheRequestDoesNotSay) {
  const object merged =
      Merge(Json(R"({"Env": ["A=mine"]})"), Json(R"({"Env": ["A=1", "B=2"], "Cmd": ["x"], "User": "u"})"));
  EXPECT_EQ(merged.at("Env"), boost::json::parse(R"(["A=mine", "B=2"])"));
  EXPECT_EQ(merged.at("Cmd"), boost::json::parse(R"(["x"])"));
  EXPECT_EQ(StringAt(merged, "User"), "u");
}

TEST(Merge, DoesNotTakeTheImagesCommandUnderAnEntrypointOfTheRequest) {
  const object merged = Merge(Json(R"({"Entrypoint": ["/mine"]})"), Json(R"({"Entrypoint": ["/run"], "Cmd": ["x"]})"));
  EXPECT_FALSE(merged.contains("Cmd"));
}

TEST(ConfigChanges, ShowWhatIsNewWhatIsGoneAndWhatIsDifferent) {
  const auto changes = ConfigChanges(Json(R"({"Image": "web:1", "Env": ["A=1", "B=2"], "User": "u"})"),
                                     Json(R"({"Image": "web:2", "Env": ["A=1", "C=3"], "User": "u"})"));
  EXPECT_THAT(changes, ElementsAre(FieldChange{"Env.B", "2", ""}, FieldChange{"Env.C", "", "3"},
                                   FieldChange{"Image", "web:1", "web:2"}));
}

TEST(ConfigChanges, DoNotShowWhatStaysTheSameInAnotherOrderOrAnotherKindOfNothing) {
  EXPECT_THAT(ConfigChanges(Json(R"({"Env": ["A=1", "B=2"], "Cmd": null, "Labels": {}})"),
                            Json(R"({"Env": ["B=2", "A=1"], "Cmd": []})")),
              IsEmpty());
}

TEST(HostChanges, ShowWhoseNamespacesAndVolumesItUsesFromNowOn) {
  const auto changes = HostChanges(
      Json(R"({"NetworkMode": "container:1", "PidMode": "container:1", "VolumesFrom": ["1:ro"], "Memory": 1})"),
      Json(R"({"NetworkMode": "container:2", "PidMode": "container:1", "VolumesFrom": ["2:ro"]})"));
  EXPECT_THAT(changes, ElementsAre(FieldChange{"HostConfig.NetworkMode", "container:1", "container:2"},
                                   FieldChange{"HostConfig.VolumesFrom", R"(["1:ro"])", R"(["2:ro"])"}));
}

TEST(HostChanges, DoNotShowDefaultsThatTheEngineSpelledOut) {
  EXPECT_THAT(HostChanges(Json(R"({"NetworkMode": "default", "IpcMode": "private", "VolumesFrom": null})"), Json("{}")),
              IsEmpty());
}

TEST(ConfigChanges, HideTheValuesOfVariablesAndNothingElse) {
  const auto hidden = HideVariables({{"Env.A", "swordfish", ""}, {"Env.B", "1", "2"}, {"Image", "a", "b"}});
  EXPECT_THAT(hidden, ElementsAre(FieldChange{"Env.A", "(hidden)", ""}, FieldChange{"Env.B", "(hidden)", "(hidden)"},
                                  FieldChange{"Image", "a", "b"}));
}

}  // namespace
}  // namespace berth::agent

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "metrics/metrics.h"

namespace berth::metrics {
namespace {

std::string OfValue(double value) {
  const auto text = Render({Gauge("x", "", value)});
  const auto last = text.rfind("\nx ");
  return text.substr(last + 3, text.size() - last - 4);
}

TEST(Render, WritesHelpAndTypeBeforeTheSamples) {
  EXPECT_EQ(Render({Counter("berth_heals_total", "Heals begun.", 3)}),
            "# HELP berth_heals_total Heals begun.\n"
            "# TYPE berth_heals_total counter\n"
            "berth_heals_total 3\n");
}

TEST(Render, KeepsTheOrderOfFamiliesSamplesAndLabels) {
  const Family containers{"b", Type::kGauge, "B.", {{{{"z", "1"}, {"a", "2"}}, 1}, {{{"z", "0"}, {"a", "3"}}, 2}}};
  EXPECT_EQ(Render({containers, Gauge("a", "A.", 0)}),
            "# HELP b B.\n# TYPE b gauge\nb{z=\"1\",a=\"2\"} 1\nb{z=\"0\",a=\"3\"} 2\n"
            "# HELP a A.\n# TYPE a gauge\na 0\n");
}

TEST(Render, EscapesTheValuesOfLabels) {
  EXPECT_EQ(Render({{"a", Type::kGauge, "A.", {{{{"l", "say \"\\\"\nnow"}}, 1}}}}),
            "# HELP a A.\n# TYPE a gauge\na{l=\"say \\\"\\\\\\\"\\nnow\"} 1\n");
}

TEST(Render, EscapesHelpButNotItsQuotes) {
  EXPECT_EQ(Render({{"a", Type::kGauge, "a \"b\"\n\\c", {}}}), "# HELP a a \"b\"\\n\\\\c\n# TYPE a gauge\n");
}

TEST(Render, WritesNumbersThatAreReadBackAsTheSame) {
  for (const double value : {0.0, 1.0, -2.5, 0.1, 1e-9, 123456789.0, 1763737412.123, 1e300}) {
    EXPECT_EQ(std::stod(OfValue(value)), value);
  }
}

TEST(Render, WritesWhatIsNoNumberAsPrometheusCallsIt) {
  EXPECT_EQ(OfValue(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(OfValue(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(OfValue(-std::numeric_limits<double>::infinity()), "-Inf");
}

TEST(Render, WritesNothingForNothing) { EXPECT_EQ(Render({}), ""); }

}  // namespace
}  // namespace berth::metrics

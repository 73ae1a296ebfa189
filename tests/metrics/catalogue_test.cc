// What is said about the figures, in the manual, in the alerts and in the dashboard, is said of figures that there are.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "tests/metrics/all_figures.h"

namespace berth {
namespace {

using metrics::Family;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::IsSubsetOf;
using testing::MatchesRegex;
using testing::Not;

std::string Slurp(const std::string& name) {
  std::ifstream file(BERTH_SOURCE_DIR "/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::set<std::string> NamesOf(const std::vector<Family>& families) {
  std::set<std::string> names;
  for (const auto& family : families) names.insert(family.name);
  return names;
}

// Every name of ours in a text.
std::set<std::string> NamesIn(const std::string& text) {
  static const std::regex kName("\\b(?:berth|process)_[a-z_]+\\b");
  return {std::sregex_token_iterator(text.begin(), text.end(), kName), {}};
}

// "`kind`, `state`"
std::string LabelsOf(const Family& family) {
  std::string labels;
  for (const auto& [name, value] : family.samples.front().labels) labels += (labels.empty() ? "`" : ", `") + name + '`';
  return labels;
}

std::string RowOf(const Family& family) {
  const std::string type = family.type == metrics::Type::kCounter ? "counter" : "gauge";
  return "| `" + family.name + "` | " + type + " | " + LabelsOf(family) + " | " + family.help + " |\n";
}

const std::vector<Family>& All() {
  static const auto kAll = test::AllFigures().Families();
  return kAll;
}

boost::json::array Panels() {
  return boost::json::parse(Slurp("packaging/grafana/berth.json")).at("panels").as_array();
}

TEST(Catalogue, NamesFiguresAsPrometheusWantsIt) {
  for (const auto& family : All()) {
    EXPECT_THAT(family.name, MatchesRegex("(berth|process)_[a-z_]*[a-z]"));
    EXPECT_EQ(family.name.ends_with("_total"), family.type == metrics::Type::kCounter) << family.name;
    EXPECT_TRUE(family.help.ends_with('.')) << family.name;
    EXPECT_FALSE(family.samples.empty()) << family.name;
  }
  EXPECT_EQ(NamesOf(All()).size(), All().size());
}

TEST(Catalogue, DoesNotOfferTheWatchdogsFiguresWhereHealingIsOff) {
  EXPECT_THAT(NamesOf(All()), Contains(HasSubstr("berth_watchdog_")));
  EXPECT_THAT(NamesOf(test::AllFigures().WithoutWatchdog()), Each(Not(HasSubstr("berth_watchdog_"))));
}

TEST(Manual, ExplainsEveryFigure) {
  const auto manual = Slurp("docs/metrics.md");
  for (const auto& family : All()) EXPECT_TRUE(manual.find(RowOf(family)) != manual.npos) << RowOf(family);
}

TEST(Manual, DoesNotExplainFiguresThatThereAreNot) {
  EXPECT_THAT(NamesIn(Slurp("docs/metrics.md")), IsSubsetOf(NamesOf(All())));
}

TEST(Manual, NamesEveryValueOfALabel) {
  const auto manual = Slurp("docs/metrics.md");
  for (const auto& family : All()) {
    for (const auto& sample : family.samples) {
      for (const auto& [name, value] : sample.labels) {
        EXPECT_TRUE(name == "version" || manual.find("`" + value + "`") != manual.npos) << family.name << ' ' << value;
      }
    }
  }
}

TEST(Manual, NamesEveryAlert) {
  static const std::regex kAlert("- alert: (\\w+)");
  const auto alerts = Slurp("packaging/prometheus/berth-alerts.yml");
  const auto manual = Slurp("docs/metrics.md");
  const auto end = std::sregex_token_iterator();
  for (auto name = std::sregex_token_iterator(alerts.begin(), alerts.end(), kAlert, 1); name != end; ++name) {
    EXPECT_TRUE(manual.find("| `" + name->str() + "` |") != manual.npos) << *name;
  }
}

TEST(Alerts, NameOnlyFiguresThatThereAre) {
  const auto names = NamesIn(Slurp("packaging/prometheus/berth-alerts.yml"));
  EXPECT_THAT(names, Contains("berth_watchdog_circuits"));
  EXPECT_THAT(names, IsSubsetOf(NamesOf(All())));
}

TEST(Dashboard, NamesOnlyFiguresThatThereAre) {
  const auto names = NamesIn(Slurp("packaging/grafana/berth.json"));
  EXPECT_THAT(names, Contains("berth_watchdog_circuits"));
  EXPECT_THAT(names, IsSubsetOf(NamesOf(All())));
}

TEST(Dashboard, HasPanelsWithATitleAndSomethingToShow) {
  std::set<std::int64_t> ids;
  for (const auto& panel : Panels()) {
    EXPECT_TRUE(ids.insert(panel.at("id").as_int64()).second);
    EXPECT_FALSE(panel.at("title").as_string().empty());
    EXPECT_FALSE(panel.at("targets").as_array().empty());
  }
  EXPECT_GE(ids.size(), 10u);
}

TEST(Dashboard, DoesNotPutAPanelOnAnotherOne) {
  std::set<std::pair<std::int64_t, std::int64_t>> taken;
  for (const auto& panel : Panels()) {
    const auto at = [&](const char* name) { return panel.at("gridPos").at(name).as_int64(); };
    EXPECT_LE(at("x") + at("w"), 24);
    for (auto x = at("x"); x < at("x") + at("w"); ++x) {
      for (auto y = at("y"); y < at("y") + at("h"); ++y) EXPECT_TRUE(taken.emplace(x, y).second) << panel.at("title");
    }
  }
}

}  // namespace
}  // namespace berth

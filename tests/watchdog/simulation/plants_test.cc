// Whether the observer sees what it is there to see: bugs are planted, and each must break the promise that it is about
// on one of the first hosts.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "engine/base/log.h"
#include "tests/watchdog/simulation/simulation.h"

namespace berth::watchdog::test {
namespace {

constexpr std::uint64_t kMostSeeds = 40;

bool IsHealth(const engine::Event& event) { return event.action.starts_with("health_status"); }
bool IsStop(const engine::Event& event) { return event.action == "kill" || event.action == "stop"; }

std::vector<Plant> AllPlants() {
  return {
      {.name = "NoBudget", .promise = "S2", .settings = [](Settings& it) { it.budget = 0; }},
      {.name = "NoBackoff", .promise = "S2", .settings = [](Settings& it) { it.backoff_first = milliseconds(0); }},
      {.name = "ForgetsWhenItIsRestarted", .promise = "S2", .forgets = true},
      {.name = "ActsLongAfterItsLastLook", .promise = "S1", .dawdles = seconds(20)},
      {.name = "DoesNotHearOfStops", .promise = "S1", .event = [](engine::Event& it) { return !IsStop(it); }},
      {.name = "HealsBrokenChecks",
       .promise = "S1",
       .details = [](engine::ContainerDetails& it) { it.health_log.clear(); }},
      {.name = "HealsWhatIsNotItsOwn",
       .promise = "S3",
       .event = [](engine::Event& it) { return it.attributes["autoheal"] = "true", true; },
       .row = [](engine::ContainerSummary& it) { it.labels["autoheal"] = "true"; }},
      {.name = "HealsTheNeighbour", .promise = "S3", .heal = [](Heal& it) { it.id = "stranger"; }},
      {.name = "HealsAnyNumberAtOnce",
       .promise = "S4",
       .settings = [](Settings& it) { it.in_flight = it.storm_in_flight = 1000; }},
      {.name = "DoesNotLetTheEngineSettle",
       .promise = "S4",
       .settings = [](Settings& it) { it.engine_settle = milliseconds(0); }},
      {.name = "DoesNotSeeDependencies",
       .promise = "S5",
       .event = [](engine::Event& it) { return it.attributes.erase("berth.depends-on"), true; },
       .row = [](engine::ContainerSummary& it) { it.labels.erase("berth.depends-on"); }},
      {.name = "IgnoresLeases", .promise = "S6", .ignores_leases = true},
      {.name = "RecreatesFromAnotherImage", .promise = "S7", .image = "app:2"},
      {.name = "LosesTheEnvironment", .promise = "S8", .loses = "Env"},
      {.name = "DoesNotHearOfHealth", .promise = "L1", .event = [](engine::Event& it) { return !IsHealth(it); }},
      {.name = "WaitsForHours", .promise = "L2", .settings = [](Settings& it) { it.confirm = std::chrono::hours(5); }},
      {.name = "WaitsForAHealForEver", .promise = "episodes", .never_answers = true},
  };
}

class Planted : public testing::TestWithParam<Plant> {
 protected:
  void SetUp() override { log::SetThreshold(log::Level::kError); }
};

TEST_P(Planted, IsFound) {
  std::string others;
  for (std::uint64_t seed = 0; seed < kMostSeeds; ++seed) {
    const std::string broken = Simulation(seed, GetParam()).Run();
    if (broken.starts_with(GetParam().promise + ":")) return;
    if (!broken.empty()) others += "\n" + std::to_string(seed) + " " + broken;
  }
  FAIL() << GetParam().promise << " was kept on all of " << kMostSeeds << " hosts" << others;
}

INSTANTIATE_TEST_SUITE_P(Bugs, Planted, testing::ValuesIn(AllPlants()), [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace berth::watchdog::test

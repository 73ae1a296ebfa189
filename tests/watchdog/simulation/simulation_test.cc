// Many hosts, ten hours each, everything going wrong on them. A seed that fails is printed, with the command that runs
// it alone and what happened in it.
#include "tests/watchdog/simulation/simulation.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "engine/base/log.h"

namespace berth::watchdog::test {
namespace {

constexpr std::uint64_t kShards = 20;
constexpr std::size_t kLastLines = 80;

std::uint64_t SeedsPerShard() {
  if (const char* seeds = std::getenv("BERTH_TEST_SEEDS")) return std::stoull(seeds);
  return std::getenv("BERTH_TEST_FULL") != nullptr ? 1000 : 100;
}

std::string LastOf(const std::vector<std::string>& trace, std::size_t lines) {
  std::string text;
  for (std::size_t i = trace.size() > lines ? trace.size() - lines : 0; i < trace.size(); ++i) text += trace[i] + "\n";
  return text;
}

// Empty when all is well.
std::string Complaint(std::uint64_t seed) {
  const std::string broken = Simulation(seed).Run();
  if (broken.empty()) return "";
  std::vector<std::string> lines;
  Simulation again(seed, {}, [&](const std::string& line) { lines.push_back(line); });
  (void)again.Run();
  return LastOf(lines, kLastLines) + broken + "\nthe whole story: BERTH_SEED=" + std::to_string(seed) +
         " simulation_test --gtest_filter='*KeepsItsPromises/0'";
}

std::string TellAll(std::uint64_t seed) {
  Simulation simulation(seed, {}, [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); });
  return simulation.Run();
}

class Simulated : public testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override { log::SetThreshold(log::Level::kError); }
};

TEST_P(Simulated, KeepsItsPromises) {
  if (const char* seed = std::getenv("BERTH_SEED")) {
    EXPECT_EQ(TellAll(std::stoull(seed)), "");
    return;
  }
  for (std::uint64_t i = 0; i < SeedsPerShard(); ++i) {
    ASSERT_EQ(Complaint(GetParam() + i * kShards), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Hosts, Simulated, testing::Range<std::uint64_t>(0, kShards));

}  // namespace
}  // namespace berth::watchdog::test

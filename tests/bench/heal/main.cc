// Measures a program that heals unhealthy containers, any such program, against the engine itself.
//
//   scripts/private-engine run -- berth_heal_bench [--quick] COMMAND...     {} in a word: the path of the engine's
//   socket
//
//   ... berth_heal_bench env DOCKER_SOCK={} AUTOHEAL_CONTAINER_LABEL=all build/release/watchdog/berth-autoheal
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <unistd.h>

#include "tests/bench/heal/heal_bench.h"
#include "tests/bench/raw_engine.h"

namespace berth::bench {
namespace {

// Whatever hangs ends with this process: the engine is ours alone and ends with us. A program that heals one after the
// other takes its time.
constexpr unsigned kMostSeconds = 1200;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) {
    throw std::runtime_error(std::string(name) + " is not set: run this by scripts/private-engine run --");
  }
  return value;
}

void Tell(const std::string& what) { std::cerr << "measuring " << what << '\n'; }

std::vector<Row> MeasureAll(const HealWorld& world) {
  std::vector<Row> rows;
  Tell("how fast it is");
  rows.push_back(MeasureReaction(world));
  Tell("many at once");
  rows.push_back(MeasureStubborn(world));
  rows.push_back(MeasureAtOnce(world));
  Tell("what nothing cures");
  rows.push_back(MeasureIncurable(world));
  Tell("what it costs");
  rows.push_back(MeasureIdle(world));
  for (auto& row : MeasureChecked(world)) rows.push_back(std::move(row));
  return rows;
}

int Main(std::vector<std::string> words) {
  const bool quick = !words.empty() && words.front() == "--quick";
  if (quick) words.erase(words.begin());
  if (words.empty()) {
    std::cerr << "usage: berth_heal_bench [--quick] COMMAND...\n";
    return 2;
  }
  alarm(kMostSeconds);
  const std::string image = Environment("BERTH_TEST_REGISTRY") + "/web:plain";
  const HealWorld world{Environment("BERTH_TEST_ENGINE"), image, std::move(words), quick ? kQuickHeals : HealScale()};
  RawEngine(world.endpoint).Pull(image);
  Print(std::cout, MeasureAll(world), "the program");
  return 0;
}

}  // namespace

std::unique_ptr<Program> HealWorld::Begin() const {
  auto program = std::make_unique<Program>(command, endpoint, directory / "log");
  std::this_thread::sleep_for(scale.settle);
  program->CheckRuns();
  return program;
}

}  // namespace berth::bench

int main(int count, char** words) {
  try {
    return berth::bench::Main({words + 1, words + count});
  } catch (const std::exception& error) {
    std::cerr << "berth_heal_bench: " << error.what() << '\n';
    return 1;
  }
}

// Measures berthd against the engine that it stands on, and prints docs/performance.md's table.
//
//   scripts/private-engine run -- berth_bench [--quick] PATH/TO/berthd
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

#include "tests/bench/fleet.h"
#include "tests/bench/measures.h"

namespace berth::bench {
namespace {

namespace json = boost::json;

// Whatever hangs ends with this process: the engine is ours alone and ends with us.
constexpr unsigned kMostSeconds = 285;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) {
    throw std::runtime_error(std::string(name) + " is not set: run this by scripts/private-engine run --");
  }
  return value;
}

void Tell(const std::string& what) { std::cerr << "measuring " << what << '\n'; }

class Bench {
 public:
  Bench(std::filesystem::path program, Scale scale)
      : world_{Environment("BERTH_TEST_ENGINE"), Environment("BERTH_TEST_REGISTRY"), std::move(program), scale},
        resting_(world_.endpoint, "bench-resting", {{"Image", world_.Image("web:plain")}}),
        running_(world_.endpoint, "bench-running", {{"Image", world_.Image("web:1")}}) {
    for (const char* name : {"web:plain", "web:1", "web:2"}) world_.engine.Pull(world_.Image(name));
  }

  std::vector<Row> Run() {
    Busy();
    Tell("starts");
    Add({MeasureStart(world_)});
    Idle();
    return rows_;
  }

  // "Docker 20.10.24 on Debian GNU/Linux 12 (bookworm), 2 cores".
  std::string Machine() {
    const json::value info = json::parse(world_.engine.Get("/info"));
    return "Docker " + json::value_to<std::string>(info.at("ServerVersion")) + " on " +
           json::value_to<std::string>(info.at("OperatingSystem")) + ", " +
           std::to_string(info.at("NCPU").to_number<int>()) + " cores";
  }

 private:
  void Busy() {
    const Berthd berthd(world_.program, world_.endpoint, world_.directory.path());
    Agent agent(berthd.address());
    resting_.GrowTo(world_.scale.few_containers);
    Tell("calls");
    Add(MeasureCallsWithoutEngine(world_, agent, resting_.Any()));
    Add({MeasureList(world_, agent)});
    resting_.GrowTo(world_.scale.containers - world_.scale.running);
    running_.GrowTo(world_.scale.running);
    Add({MeasureList(world_, agent), MeasureOperationThatDoesNothing(world_, agent, resting_.Any())});
    Add(MeasureStartAndStop(world_, agent));
    Tell("upgrades");
    Add(MeasureUpgradeGap(world_, agent));
    Add(MeasureMemory(world_, berthd));
  }

  void Idle() {
    Tell("what it costs when nothing is asked");
    const Berthd berthd(world_.program, world_.endpoint, world_.directory.path());
    running_.StartAll();
    Add(MeasureIdleCpu(world_, berthd));
  }

  void Add(std::vector<Row> rows) {
    for (Row& row : rows) rows_.push_back(std::move(row));
  }

  World world_;
  Fleet resting_;
  Fleet running_;
  std::vector<Row> rows_;
};

int Main(int count, char** words) {
  const bool quick = count == 3 && std::string(words[1]) == "--quick";
  if (count != 2 && !quick) {
    std::cerr << "usage: berth_bench [--quick] PATH/TO/berthd\n";
    return 2;
  }
  alarm(kMostSeconds);
  Bench bench(words[count - 1], quick ? kQuick : Scale());
  const auto rows = bench.Run();
  std::cout << bench.Machine() << "\n\n";
  Print(std::cout, rows);
  return 0;
}

}  // namespace
}  // namespace berth::bench

int main(int count, char** words) {
  try {
    return berth::bench::Main(count, words);
  } catch (const std::exception& error) {
    std::cerr << "berth_bench: " << error.what() << '\n';
    return 1;
  }
}

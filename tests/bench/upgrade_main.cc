// Measures what clients notice of upgrades, and prints docs/performance.md's table of these.
//
//   scripts/private-engine run -- berth_upgrade_bench [--quick] PATH/TO/berthd
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <unistd.h>

#include "tests/bench/measures.h"

namespace berth::bench {
namespace {

// Whatever hangs ends with this process: the engine is ours alone and ends with us.
constexpr unsigned kMostSeconds = 580;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) {
    throw std::runtime_error(std::string(name) + " is not set: run this by scripts/private-engine run --");
  }
  return value;
}

int Main(int count, char** words) {
  const bool quick = count == 3 && std::string(words[1]) == "--quick";
  if (count != 2 && !quick) {
    std::cerr << "usage: berth_upgrade_bench [--quick] PATH/TO/berthd\n";
    return 2;
  }
  alarm(kMostSeconds);
  World world{Environment("BERTH_TEST_ENGINE"), Environment("BERTH_TEST_REGISTRY"), words[count - 1],
              quick ? kQuick : Scale()};
  const std::string push = std::string(BERTH_SOURCE_DIR) + "/scripts/test-images --stack " + world.registry;
  if (std::system(push.c_str()) != 0) throw std::runtime_error("scripts/test-images failed");
  for (const char* name : {"shop:1", "shop:2", "nginx:1"}) world.engine.Pull(world.Image(name));
  const Berthd berthd(world.program, world.endpoint, world.directory.path());
  Agent agent(berthd.address());
  Print(std::cout, MeasureStartFirst(world, agent));
  return 0;
}

}  // namespace
}  // namespace berth::bench

int main(int count, char** words) {
  try {
    return berth::bench::Main(count, words);
  } catch (const std::exception& error) {
    std::cerr << "berth_upgrade_bench: " << error.what() << '\n';
    return 1;
  }
}

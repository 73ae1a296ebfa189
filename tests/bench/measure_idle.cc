#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "tests/bench/measures.h"
#include "tests/bench/process_usage.h"

namespace berth::bench {
namespace {

constexpr double kMostStartTime = 50;
constexpr double kMostResident = 30;
constexpr double kMostCpuTime = 2;
constexpr char kUnit[] = "s per hour";

pid_t PidOfEngine() {
  const char* directory = std::getenv("BERTH_TEST_ENGINE_DIR");
  pid_t pid = 0;
  if (directory == nullptr || !(std::ifstream(std::string(directory) + "/docker.pid") >> pid)) {
    throw std::runtime_error("nobody knows the engine's process: run this by scripts/private-engine run --");
  }
  return pid;
}

// What both used in an hour of what was seen in a minute.
struct Cost {
  double engine;
  double berthd;
};

double SecondsPerHour(std::chrono::nanoseconds used, std::chrono::seconds window) {
  return std::chrono::duration<double>(used).count() * 3600 / static_cast<double>(window.count());
}

template <class Pass>
Cost CostOf(const Berthd& berthd, std::chrono::seconds window, Pass pass) {
  const pid_t engine = PidOfEngine();
  const auto engine_before = CpuTimeOf(engine);
  const auto berthd_before = CpuTimeOf(berthd.pid());
  pass(window);
  return {SecondsPerHour(CpuTimeOf(engine) - engine_before, window),
          SecondsPerHour(CpuTimeOf(berthd.pid()) - berthd_before, window)};
}

}  // namespace

// With the journal of all that was done before.
Row MeasureStart(World& world) {
  Samples samples;
  for (int i = 0; i < world.scale.processes; ++i) {
    samples.Add(Berthd(world.program, world.endpoint, world.directory.path()).start_time());
  }
  return MedianRow("from no process to READY", samples, kMostStartTime);
}

std::vector<Row> MeasureMemory(const World& world, const Berthd& berthd) {
  const std::string with = " with " + std::to_string(world.scale.containers) + " containers";
  const Memory memory = MemoryOf(berthd.pid());
  return {NumberRow("resident memory" + with, memory.resident_mb, kMostResident, "MB"),
          TellRow("of this, its own (RssAnon)", memory.private_mb, "MB")};
}

std::vector<Row> MeasureIdleCpu(const World& world, const Berthd& berthd) {
  const std::string running = ", " + std::to_string(world.scale.running) + " containers running";
  Agent watcher(berthd.address());
  std::this_thread::sleep_for(world.scale.settle);
  const Cost alone = CostOf(berthd, world.scale.idle, [](auto window) { std::this_thread::sleep_for(window); });
  const Cost watched = CostOf(berthd, world.scale.watched, [&](auto window) { watcher.Watch(window); });

  Row idle = NumberRow("CPU time while nothing is asked" + running, alone.berthd, kMostCpuTime, kUnit);
  Row watching = TellRow("CPU time while one client watches events" + running, watched.berthd, kUnit);
  idle.engine = Figure(alone.engine) + " " + kUnit;
  watching.engine = Figure(watched.engine) + " " + kUnit;
  return {idle, watching};
}

}  // namespace berth::bench

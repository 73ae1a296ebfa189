#include <memory>
#include <thread>

#include "tests/bench/fleet.h"
#include "tests/bench/heal/heal_bench.h"

namespace berth::bench {
namespace {

namespace json = boost::json;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr double kMostCpuTime = 0.5;
constexpr double kMostResident = 8;
constexpr char kUnit[] = "s per hour";

json::object RunsForEver(const std::string& image) {
  return {{"Image", image},
          {"Entrypoint", {"/bin/sleep", "infinity"}},
          {"Cmd", json::array()},
          {"Labels", {{"autoheal", "true"}}},
          {"HostConfig", {{"NetworkMode", "none"}}}};
}

json::object AlwaysHealthy(const std::string& image) {
  auto config = RunsForEver(image);
  config["Healthcheck"] = {{"Test", {"CMD", "/bin/true"}}, {"Interval", kSecond}, {"Retries", 1}};
  return config;
}

// What it would use in an hour like the window.
double SecondsPerHour(const Program& program, std::chrono::seconds window) {
  const auto before = program.CpuTime();
  std::this_thread::sleep_for(window);
  program.CheckRuns();
  const std::chrono::duration<double> used = program.CpuTime() - before;
  return used.count() * 3600 / static_cast<double>(window.count());
}

}  // namespace

Row MeasureIdle(const HealWorld& world) {
  Fleet fleet(world.endpoint, "bench-idle", RunsForEver(world.image));
  fleet.GrowTo(world.scale.idle);
  fleet.StartAll();
  const auto program = world.Begin();
  return NumberRow("CPU time, " + std::to_string(world.scale.idle) + " containers without a health check",
                   SecondsPerHour(*program, world.scale.window), kMostCpuTime, kUnit);
}

std::vector<Row> MeasureChecked(const HealWorld& world) {
  Fleet fleet(world.endpoint, "bench-checked", AlwaysHealthy(world.image));
  fleet.GrowTo(world.scale.checked);
  fleet.StartAll();
  const auto program = world.Begin();
  return {NumberRow("CPU time, " + std::to_string(world.scale.checked) + " containers with a health check a second",
                    SecondsPerHour(*program, world.scale.window), kMostCpuTime, kUnit),
          NumberRow("resident memory", program->ResidentMegabytes(), kMostResident, "MB")};
}

}  // namespace berth::bench

// Every figure of a program that heals containers, a function each.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/heal/program.h"
#include "tests/bench/table.h"
#include "tests/support/temporary_directory.h"

namespace berth::bench {

struct HealScale {
  int one_by_one = 20;  // fall ill in turns
  int stubborn = 10;    // at once, and ignore SIGTERM
  int at_once = 20;
  int incurable_seconds = 40;
  int idle = 200;    // that run, without a health check
  int checked = 20;  // that run, with a health check a second
  std::chrono::seconds settle{5};
  std::chrono::seconds window{60};  // over which processor time is measured
};

inline constexpr HealScale kQuickHeals{.one_by_one = 2,
                                       .stubborn = 1,
                                       .at_once = 2,
                                       .incurable_seconds = 4,
                                       .idle = 3,
                                       .checked = 2,
                                       .settle = std::chrono::seconds(2),
                                       .window = std::chrono::seconds(3)};

struct HealWorld {
  std::string endpoint;              // of the engine
  std::string image;                 // with a shell
  std::vector<std::string> command;  // of the program; {} is the engine's socket
  HealScale scale;
  test::TemporaryDirectory directory = {};

  // A new process, which has had time to look around.
  std::unique_ptr<Program> Begin() const;
};

// From the event that says unhealthy to the event that says kill; beside them, a restart by the engine's API.
Row MeasureReaction(const HealWorld& world);
// Until the last one runs again; beside them, as many restarts at once by the engine's API.
Row MeasureStubborn(const HealWorld& world);
Row MeasureAtOnce(const HealWorld& world);
Row MeasureIncurable(const HealWorld& world);
// What it costs when there is nothing to heal.
Row MeasureIdle(const HealWorld& world);
std::vector<Row> MeasureChecked(const HealWorld& world);

}  // namespace berth::bench

// What is measured with, and how often.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "tests/bench/raw_engine.h"
#include "tests/support/temporary_directory.h"

namespace berth::bench {

struct Scale {
  int calls = 2000;           // that need no engine
  int lists = 200;            // of all containers, on either side
  int idle_operations = 200;  // of which the engine makes nothing
  int starts_and_stops = 25;  // of a container
  int upgrades = 12;          // on either side
  int upgrades_under_load = 20;
  std::chrono::seconds before_upgrades{10};  // of load without any
  int processes = 20;                        // of berthd, from nothing to READY
  int few_containers = 10;
  int containers = 200;
  int running = 50;  // of these, with a health check a second
  std::chrono::seconds settle{10};
  std::chrono::seconds idle{60};
  std::chrono::seconds watched{20};
};

// Whether it runs at all; what it says is worth nothing.
inline constexpr Scale kQuick{.calls = 50,
                              .lists = 10,
                              .idle_operations = 10,
                              .starts_and_stops = 2,
                              .upgrades = 2,
                              .upgrades_under_load = 2,
                              .before_upgrades = std::chrono::seconds(2),
                              .processes = 2,
                              .few_containers = 3,
                              .containers = 10,
                              .running = 3,
                              .settle = std::chrono::seconds(1),
                              .idle = std::chrono::seconds(3),
                              .watched = std::chrono::seconds(2)};

struct World {
  std::string endpoint;  // of the engine
  std::string registry;
  std::filesystem::path program;  // berthd
  Scale scale;
  RawEngine engine{endpoint};
  test::TemporaryDirectory directory = {};

  std::string Image(const std::string& name) const { return registry + "/" + name; }
};

}  // namespace berth::bench

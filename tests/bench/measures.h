// Every figure of docs/performance.md, a function each.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/agent.h"
#include "tests/bench/berthd.h"
#include "tests/bench/table.h"
#include "tests/bench/world.h"

namespace berth::bench {

// Calls, side by side with the engine's. `container` is one that does not run.
std::vector<Row> MeasureCallsWithoutEngine(World& world, Agent& agent, const std::string& container);
Row MeasureList(World& world, Agent& agent);
Row MeasureOperationThatDoesNothing(World& world, Agent& agent, const std::string& container);
std::vector<Row> MeasureStartAndStop(World& world, Agent& agent);

// A client asks all the time, and an upgrade takes the answer away for a moment.
std::vector<Row> MeasureUpgradeGap(World& world, Agent& agent);

// Clients ask nginx all the time, and notice nothing of an upgrade behind it.
std::vector<Row> MeasureStartFirst(World& world, Agent& agent);

// What berthd costs when nobody wants anything from it.
Row MeasureStart(World& world);
std::vector<Row> MeasureMemory(const World& world, const Berthd& berthd);
std::vector<Row> MeasureIdleCpu(const World& world, const Berthd& berthd);

}  // namespace berth::bench

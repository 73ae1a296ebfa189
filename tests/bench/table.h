// What is told in the end: one table, in Markdown.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/bench/samples.h"

namespace berth::bench {

struct Row {
  std::string what;
  std::string engine;  // the engine itself; empty when there is nothing to compare with
  std::string berthd;
  std::string compared;
  std::string target;
  std::optional<bool> reached;  // nothing when there is no target, or the noise is larger than what is looked for
};

// 1.234 -> "1.23"; three digits that count, or whole numbers.
std::string Figure(double value);

// At most so many times the engine's own median.
Row RatioRow(std::string what, const Pairs& pairs, double most);
// At most so many milliseconds more than the engine's own median.
Row DifferenceRow(std::string what, const Pairs& pairs, double most);
// A median of at most so many milliseconds.
Row MedianRow(std::string what, const Samples& samples, double most);
// One number of some unit.
Row NumberRow(std::string what, double value, double most, const std::string& unit);
// Without a target.
Row TellRow(std::string what, const Samples& samples);
Row TellRow(std::string what, double value, const std::string& unit);

// The heads of the two columns that are compared: what was measured, and its floor.
void Print(std::ostream& out, const std::vector<Row>& rows, const std::string& measured = "through berthd",
           const std::string& floor = "the engine itself");

}  // namespace berth::bench

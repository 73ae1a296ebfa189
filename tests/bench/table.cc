#include "tests/bench/table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace berth::bench {
namespace {

using Cells = std::array<std::string, 6>;

std::string Spread(const Samples& samples) {
  return Figure(samples.Median()) + " (" + Figure(samples.Percentile(99)) + ", " + Figure(samples.Max()) + ") ms";
}

std::string Sign(double value) { return (value < 0 ? "-" : "+") + Figure(std::abs(value)); }

std::string AtMost(const std::string& limit) { return "<= " + limit; }

// Where the noise is larger than the distance to the target, nothing is known.
std::optional<bool> Reached(double value, double noise, double most) {
  if (std::abs(value - most) < noise) return std::nullopt;
  return value <= most;
}

std::string Word(const Row& row) {
  if (row.target.empty()) return "";
  if (!row.reached) return "within the noise";
  return *row.reached ? "yes" : "**no**";
}

Cells CellsOf(const Row& row) {
  return {row.what, row.engine.empty() ? "–" : row.engine, row.berthd, row.compared, row.target, Word(row)};
}

// Of what is seen: a dash is one character, and three bytes.
std::size_t Width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void PrintLine(std::ostream& out, const Cells& cells, const std::array<std::size_t, 6>& widths) {
  out << '|';
  for (std::size_t i = 0; i < cells.size(); ++i) {
    out << ' ' << cells[i] << std::string(widths[i] - Width(cells[i]), ' ') << " |";
  }
  out << '\n';
}

}  // namespace

std::string Figure(double value) {
  const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : value >= 0.0995 ? 2 : 3;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

Row RatioRow(std::string what, const Pairs& pairs, double most) {
  return {std::move(what),
          Spread(pairs.engine),
          Spread(pairs.berthd),
          Figure(pairs.Ratio()) + " x",
          AtMost(Figure(most) + " x"),
          pairs.Ratio() <= most};
}

Row DifferenceRow(std::string what, const Pairs& pairs, double most) {
  const double noise = pairs.NoiseOfDifference();
  return {std::move(what),
          Spread(pairs.engine),
          Spread(pairs.berthd),
          Sign(pairs.Difference()) + " ± " + Figure(noise) + " ms",
          AtMost("+" + Figure(most) + " ms"),
          Reached(pairs.Difference(), noise, most)};
}

Row MedianRow(std::string what, const Samples& samples, double most) {
  return {std::move(what), "", Spread(samples), "", AtMost(Figure(most) + " ms"), samples.Median() <= most};
}

Row NumberRow(std::string what, double value, double most, const std::string& unit) {
  return {std::move(what), "", Figure(value) + " " + unit, "", AtMost(Figure(most) + " " + unit), value <= most};
}

Row TellRow(std::string what, const Samples& samples) {
  return {std::move(what), "", Spread(samples), "", "", std::nullopt};
}

Row TellRow(std::string what, double value, const std::string& unit) {
  return {std::move(what), "", Figure(value) + " " + unit, "", "", std::nullopt};
}

void Print(std::ostream& out, const std::vector<Row>& rows, const std::string& measured, const std::string& floor) {
  std::vector<Cells> lines = {{"what", floor, measured, "compared", "target", "reached"}, {}};
  for (const Row& row : rows) lines.push_back(CellsOf(row));
  std::array<std::size_t, 6> widths{};
  for (const Cells& cells : lines) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], Width(cells[i]));
  }
  for (std::size_t i = 0; i < widths.size(); ++i) lines[1][i] = std::string(widths[i], '-');
  for (const Cells& cells : lines) PrintLine(out, cells, widths);
}

}  // namespace berth::bench

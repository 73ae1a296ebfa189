#include "cli/text/table.h"

#include <algorithm>
#include <numeric>

#include "cli/text/utf8.h"

namespace berth::cli {
namespace {

constexpr int kGap = 3;
constexpr int kNarrowest = 12;

// Columns at the end of a line are not padded: no line ends with spaces.
std::string Line(const std::vector<std::string>& cells, const std::vector<int>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string cell = Fit(cells[i], widths[i]);
    line += i + 1 == cells.size() ? cell : Pad(cell, widths[i] + kGap);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

int Table::NaturalWidth(std::size_t column) const {
  int width = DisplayWidth(columns_[column].heading);
  for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[column]));
  return width;
}

std::vector<int> Table::Widths(int limit) const {
  std::vector<int> widths(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) widths[i] = NaturalWidth(i);
  if (limit == kUnlimited) return widths;

  int excess = std::reduce(widths.begin(), widths.end()) + kGap * (static_cast<int>(widths.size()) - 1) - limit;
  for (; excess > 0; --excess) {
    int* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (columns_[i].elastic && widths[i] > kNarrowest && (!widest || widths[i] > *widest)) widest = &widths[i];
    }
    if (!widest) break;
    --*widest;
  }
  return widths;
}

std::string Table::Render(int width, const Palette& palette) const {
  const auto widths = Widths(width);
  std::vector<std::string> headings;
  for (const Column& column : columns_) headings.push_back(palette(Tone::kStrong, column.heading));
  std::string text = Line(headings, widths);
  for (const auto& row : rows_) text += Line(row, widths);
  return text;
}

}  // namespace berth::cli

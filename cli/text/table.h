// Aligned columns; pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/text/palette.h"

namespace berth::cli {

inline constexpr int kUnlimited = 0;

struct Column {
  std::string heading;
  bool elastic = false;  // gives way, widest first, when the table is wider than the terminal
};

// Cells may carry colours; they are one line each.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // REQUIRES: as many cells as columns.
  void Add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // A heading and a line for each row. `width` is the terminal's, or kUnlimited; a table whose elastic columns are all
  // at their narrowest may still be wider.
  std::string Render(int width, const Palette& palette = Palette()) const;

 private:
  std::vector<int> Widths(int limit) const;
  int NaturalWidth(std::size_t column) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace berth::cli

#include "cli/text/live_area.h"

#include <algorithm>

#include "cli/text/utf8.h"

namespace berth::cli {
namespace {

void CutToRows(std::vector<std::string>& lines, int rows) {
  const auto fit = static_cast<std::size_t>(std::max(rows - 1, 1));  // the cursor stands on one more
  if (lines.size() <= fit) return;
  const std::size_t hidden = lines.size() - fit + 1;
  lines.resize(fit);
  lines.back() = "… " + std::to_string(hidden) + " more";
}

}  // namespace

std::string LiveArea::Replace(std::vector<std::string> lines, const WindowSize& window) {
  CutToRows(lines, window.rows);
  std::string text;
  // To the first column as well: a terminal echoes ^C.
  if (drawn_ > 0) text = "\x1b[" + std::to_string(drawn_) + "F\x1b[J";
  for (const std::string& line : lines) text += Fit(line, window.columns) + "\n";
  drawn_ = lines.size();
  return text;
}

}  // namespace berth::cli

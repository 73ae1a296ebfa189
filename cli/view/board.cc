#include "cli/view/board.h"

#include <algorithm>

#include "cli/text/safe.h"
#include "cli/text/utf8.h"
#include "cli/view/progress.h"

namespace berth::cli {

Board::Board(const Session& session, const std::vector<std::string>& containers)
    : session_(session),
      live_(session.CanRedraw(session.world().err)),
      detailed_(containers.size() == 1),
      palette_(session.ErrPalette()) {
  for (const auto& name : containers) name_width_ = std::max(name_width_, DisplayWidth(Safe(name)));
}

void Board::Show(const std::string& container, const v1::Progress& progress) {
  if (session_.globals().json) return;
  const std::lock_guard lock(mutex_);
  if (!live_) return ShowStep(container, progress);
  name_width_ = std::max(name_width_, DisplayWidth(Safe(container)));  // those of a group are not known before
  under_way_[container] = progress;
  Redraw();
}

void Board::Note(const std::string& container, const std::string& text) {
  if (session_.globals().json) return;
  const std::lock_guard lock(mutex_);
  PrintAbove("", Safe(container) + ": " + Safe(text) + "\n");
}

void Board::Settle(const std::string& container, const Outcome& outcome) {
  const std::lock_guard lock(mutex_);
  under_way_.erase(container);
  PrintAbove(session_.globals().json ? "" : outcome.result, outcome.trouble);
}

// A pull has many progresses in one step; whoever reads a log wants one line of it.
void Board::ShowStep(const std::string& container, const v1::Progress& progress) {
  const std::string step = StepOf(progress);
  if (last_step_[container] == step) return;
  last_step_[container] = step;
  session_.PrintError(Safe(container) + ": " + step + "\n");
}

std::vector<std::string> Board::Lines() const {
  std::vector<std::string> lines;
  for (const auto& [container, progress] : under_way_) {
    if (detailed_) return ProgressBlock(container, progress, palette_);
    lines.push_back(ProgressLine(Pad(Safe(container), name_width_), progress, palette_));
  }
  return lines;
}

void Board::Redraw() { session_.PrintError(area_.Replace(Lines(), session_.world().window())); }

void Board::PrintAbove(const std::string& out, const std::string& err) {
  if (live_) session_.PrintError(area_.Clear());
  if (!out.empty()) session_.Print(out);
  if (!err.empty()) session_.PrintError(err);
  if (live_) Redraw();
}

}  // namespace berth::cli

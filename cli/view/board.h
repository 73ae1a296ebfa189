// Where several operations show how far they are, at once and each on its own lines, under the name of its container
// (or of the lineage, where it is about a certificate).
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "berth/v1/operation.pb.h"
#include "cli/session.h"
#include "cli/text/live_area.h"
#include "cli/view/outcome.h"

namespace berth::cli {

// Progress goes to standard error: on a terminal as lines that are written over, otherwise as a line for each step.
// Outcomes go where they belong and stay. With --json nothing but trouble is shown. Any thread may call.
class Board {
 public:
  // One container is shown with all details, several with a line each.
  Board(const Session& session, const std::vector<std::string>& containers);

  void Show(const std::string& container, const v1::Progress& progress);
  // A line between the others that stays.
  void Note(const std::string& container, const std::string& text);
  // Takes the container off the board and prints its outcome.
  void Settle(const std::string& container, const Outcome& outcome);

 private:
  std::vector<std::string> Lines() const;
  void ShowStep(const std::string& container, const v1::Progress& progress);
  void Redraw();
  void PrintAbove(const std::string& out, const std::string& err);

  const Session& session_;
  const bool live_;
  const bool detailed_;
  const Palette palette_;
  int name_width_ = 0;

  std::mutex mutex_;  // guards what follows, and the order of what is printed
  LiveArea area_;
  std::map<std::string, v1::Progress> under_way_;
  std::map<std::string, std::string> last_step_;
};

}  // namespace berth::cli

// Lines on a terminal that are written over in place; pure: it makes text and writes nothing.
#pragma once

#include <string>
#include <vector>

#include "cli/world.h"

namespace berth::cli {

class LiveArea {
 public:
  // The text that puts `lines` in the place of those drawn last. Each is cut to the window's width, and no more are
  // drawn than the window has rows, because what has scrolled away can't be written over.
  std::string Replace(std::vector<std::string> lines, const WindowSize& window);

  std::string Clear() { return Replace({}, {}); }

 private:
  std::size_t drawn_ = 0;
};

}  // namespace berth::cli

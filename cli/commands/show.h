// Commands that look once, or again and again with --watch.
#pragma once

#include <functional>
#include <string>

#include "cli/session.h"
#include "cli/text/live_area.h"

namespace berth::cli {

// Prints one text after the other: in place on a terminal, otherwise with an empty line between; JSON without.
class Repeater {
 public:
  explicit Repeater(const Session& session);

  // REQUIRES: `text` ends with a newline.
  void Print(const std::string& text);

 private:
  const Session& session_;
  const bool in_place_;
  bool first_ = true;
  LiveArea area_;
};

// What is there now, as text that ends with a newline.
using Snapshot = std::function<Result<std::string>()>;

// Prints it once, or with --watch until Ctrl-C or an error.
ExitCode Show(const Session& session, const Snapshot& snapshot);

}  // namespace berth::cli

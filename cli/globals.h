// The options that every command takes.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace berth::cli {

struct Globals {
  std::string host;  // as it was given; empty: wherever the context leads
  std::vector<std::string> contexts;
  bool all_contexts = false;
  bool json = false;
  bool no_color = false;
  std::optional<std::chrono::milliseconds> watch;  // between two looks; only once when empty
  std::chrono::milliseconds call_timeout{std::chrono::seconds(30)};
};

}  // namespace berth::cli

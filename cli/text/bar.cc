#include "cli/text/bar.h"

#include <algorithm>
#include <string_view>

namespace berth::cli {
namespace {

std::string Repeat(std::string_view piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

}  // namespace

std::string Bar(double fraction, int width) {
  const int filled = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * width);
  return Repeat("█", filled) + Repeat("░", width - filled);
}

}  // namespace berth::cli

#include "cli/text/size.h"

#include <array>
#include <cstddef>
#include <cstdio>

namespace berth::cli {
namespace {

std::string Format(std::uint64_t bytes, double base, const std::array<const char*, 6>& units) {
  if (static_cast<double>(bytes) < base) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  // 0.05 less than the base would be rounded up to it: "1000.0 kB".
  for (; value >= base - 0.05 && unit + 1 < units.size(); ++unit) value /= base;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", value, units[unit]);
  return text.data();
}

}  // namespace

std::string FormatSize(std::uint64_t bytes) { return Format(bytes, 1000, {"B", "kB", "MB", "GB", "TB", "PB"}); }

std::string FormatMemory(std::uint64_t bytes) { return Format(bytes, 1024, {"B", "KiB", "MiB", "GiB", "TiB", "PiB"}); }

}  // namespace berth::cli

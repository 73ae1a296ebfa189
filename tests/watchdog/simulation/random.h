// Chance that is the same again for the same seed, everywhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

namespace berth::watchdog::test {

class Random {
 public:
  explicit Random(std::uint64_t seed) : draw_(seed * 0x9E3779B97F4A7C15U + 1) {}

  // In [0, bound).
  std::size_t Below(std::size_t bound) { return static_cast<std::size_t>(draw_() % bound); }
  bool Chance(double probability) { return static_cast<double>(draw_() >> 11) * 0x1.0p-53 < probability; }
  std::chrono::milliseconds Between(std::chrono::milliseconds least, std::chrono::milliseconds most) {
    return least + std::chrono::milliseconds(Below(static_cast<std::size_t>((most - least).count()) + 1));
  }
  template <class T>
  T& Pick(std::vector<T>& from) {
    return from[Below(from.size())];
  }

 private:
  std::mt19937_64 draw_;
};

}  // namespace berth::watchdog::test

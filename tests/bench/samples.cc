#include "tests/bench/samples.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace berth::bench {

double Samples::Percentile(double percent) const {
  if (values_.empty()) throw std::runtime_error("there is nothing to say about no samples");
  std::vector<double> sorted = values_;
  std::sort(sorted.begin(), sorted.end());
  const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

// As if normally distributed, with a deviation that outliers don't touch.
double Samples::NoiseOfMedian() const {
  Samples distances;
  for (const double value : values_) distances.Add(std::abs(value - Median()));
  const double deviation = 1.4826 * distances.Median();
  return 1.96 * 1.2533 * deviation / std::sqrt(static_cast<double>(size()));
}

double Pairs::NoiseOfDifference() const { return std::hypot(engine.NoiseOfMedian(), berthd.NoiseOfMedian()); }

}  // namespace berth::bench

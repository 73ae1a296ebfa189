// How many calls somebody may make; pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>

#include "engine/base/clock.h"

namespace berth::rpc {

// A bucket for each caller: it holds `burst` calls, and `per_second` are put back.
class RateLimit {
 public:
  RateLimit(double per_second, double burst) : per_second_(per_second), burst_(burst) {}

  // Takes one, if there is one.
  bool Take(const std::string& caller, SteadyTime now) {
    if (buckets_.size() >= kMostBuckets) Forget(now);
    auto& bucket = buckets_.try_emplace(caller, Bucket{burst_, now}).first->second;
    bucket.calls = Filled(bucket, now);
    bucket.at = now;
    if (bucket.calls < 1) return false;
    bucket.calls -= 1;
    return true;
  }

  std::size_t Remembered() const { return buckets_.size(); }

 private:
  static constexpr std::size_t kMostBuckets = 1000;

  struct Bucket {
    double calls;
    SteadyTime at;
  };
  double Filled(const Bucket& bucket, SteadyTime now) const {
    const double seconds = std::chrono::duration<double>(now - bucket.at).count();
    return std::min(burst_, bucket.calls + seconds * per_second_);
  }
  // A full bucket is as good as none.
  void Forget(SteadyTime now) {
    std::erase_if(buckets_, [&](const auto& entry) { return Filled(entry.second, now) >= burst_; });
  }

  const double per_second_;
  const double burst_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace berth::rpc

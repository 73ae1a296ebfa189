// How long to wait before the next try; pure.
#pragma once

#include <algorithm>
#include <chrono>

namespace berth {

// 200 ms, 400 ms ... up to `ceiling`, for ever: reconnecting is never given up.
class Backoff {
 public:
  explicit Backoff(std::chrono::milliseconds first = std::chrono::milliseconds(200),
                   std::chrono::milliseconds ceiling = std::chrono::milliseconds(5000))
      : first_(first), ceiling_(ceiling), next_(first) {}

  std::chrono::milliseconds Next() {
    const auto delay = next_;
    next_ = std::min(next_ * 2, ceiling_);
    return delay;
  }
  void Reset() { next_ = first_; }

 private:
  std::chrono::milliseconds first_;
  std::chrono::milliseconds ceiling_;
  std::chrono::milliseconds next_;
};

}  // namespace berth

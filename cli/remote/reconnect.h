// How long a broken connection is tried again.
#pragma once

#include <chrono>
#include <functional>

#include "cli/remote/status.h"
#include "engine/base/backoff.h"

namespace berth::cli {

// Enough for an agent that is restarted, also by a package upgrade.
inline constexpr std::chrono::seconds kReconnectFor{60};

class Reconnect {
 public:
  // `sleep` returns false when it was interrupted.
  using Sleep = std::function<bool(std::chrono::milliseconds)>;
  explicit Reconnect(Sleep sleep) : sleep_(std::move(sleep)) {}

  // Waits before the next try. Or there shall be none: the error is then `last`, when kReconnectFor is over, or says
  // that the wait was interrupted.
  Result<> Again(const Error& last) {
    const auto delay = backoff_.Next();
    waited_ += delay;
    if (waited_ > kReconnectFor) return last;
    if (!sleep_(delay)) return Interrupted();
    return {};
  }

  // The agent answered: the next break starts from the beginning.
  void Reset() {
    backoff_.Reset();
    waited_ = {};
  }

 private:
  Sleep sleep_;
  Backoff backoff_;
  std::chrono::milliseconds waited_{0};
};

}  // namespace berth::cli

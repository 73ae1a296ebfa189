// What an upgrade or a rollback writes down before it touches anything.
#pragma once

#include <string>

#include "agent/operations/swap.h"

namespace berth::agent {

// How far it is, as far as that can't be seen on the engine.
enum class Phase {
  kPreparing,  // pulling, creating; the old container was not touched: recovery removes the new one
  kSwitching,  // the old one may have been touched: recovery goes back
  kCommitted,  // the new one proved healthy: recovery goes on
};

struct UpgradeRecord {
  Phase phase = Phase::kPreparing;
  SwapRecord swap;
  int keep_previous = 1;

  bool operator==(const UpgradeRecord&) const = default;
};

}  // namespace berth::agent

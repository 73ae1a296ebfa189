// What an upgrade or a rollback writes down before it touches anything.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "agent/operations/swap.h"
#include "agent/operations/types.h"

namespace berth::agent {

// How far it is, as far as that can't be seen on the engine.
enum class Phase {
  kPreparing,   // pulling, creating; the old container was not touched: recovery removes the new one
  kSwitching,   // the old one may have been touched: recovery goes back
  kTakingOver,  // START_FIRST, and the new one proved healthy: recovery lets it take over
  kCommitted,   // the new one proved healthy: recovery goes on
};

// What stays of the containers that were replaced.
struct KeepRule {
  int count = 1;
  std::chrono::milliseconds age{0};  // none is kept for longer; 0: for ever
  bool image_cleanup = false;        // the image of one that goes, goes too

  bool operator==(const KeepRule&) const = default;
};

// A container that lives in a namespace of the one that is replaced, as it was when the operation began.
struct Dependant {
  std::string id;
  std::string name;
  std::string service_key;
  bool ran = false;
  int depth = 1;  // 2: in a namespace of one of those, and so on

  bool operator==(const Dependant&) const = default;
};

struct UpgradeRecord {
  Phase phase = Phase::kPreparing;
  SwapRecord swap;
  KeepRule keep;
  std::string image;  // what to get, where the request does not say it by itself: an earlier digest, for a rollback
  std::vector<Dependant> dependants;  // the least deep first
  WallTime owner_started_at;          // of the one that they live with, before anything was touched

  // START_FIRST alone.
  Strategy strategy = Strategy::kStopFirst;
  std::vector<std::string> proxies;  // ids of the containers in front of it
  std::chrono::milliseconds drain{0};

  bool operator==(const UpgradeRecord&) const = default;
};

}  // namespace berth::agent

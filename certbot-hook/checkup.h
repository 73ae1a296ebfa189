// What would keep the next renewal, or its deployment, from succeeding.
#pragma once

#include <string>
#include <vector>

#include "certbot-hook/keeper.h"

namespace berth::certificates {

struct Finding {
  enum class Level { kOk, kWarning, kProblem };
  Level level = Level::kOk;
  std::string lineage;  // empty: all
  std::string subject;  // "certbot", "timer", "hook", "pair", "mount", "container", "webroot", "port 80", "dns"
  std::string text;     // what was seen, and what to change
};

// `lineage`: empty for all. Writes a file below each webroot, asks for it as the CA would, and removes it; nothing else
// is changed. Every question has a deadline of seconds. NOT_FOUND (LINEAGE_NOT_FOUND).
ResultTask<std::vector<Finding>> CheckUp(boost::asio::any_io_executor loop, Keeper& keeper, Clock& clock,
                                         std::string lineage);

}  // namespace berth::certificates

// Which containers a command is about.
#pragma once

#include <string>
#include <vector>

#include "cli/session.h"

namespace berth::cli {

// Those that are named, each once, or else all that have every one of the labels, running or not. On success the agent
// is there; NOT_FOUND when nothing has the labels.
Result<std::vector<std::string>> Targets(const Session& session, const std::vector<std::string>& containers,
                                         const std::vector<std::string>& labels);

}  // namespace berth::cli

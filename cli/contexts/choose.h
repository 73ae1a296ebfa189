// Which agents a command is for.
#pragma once

#include <string>
#include <vector>

#include "cli/globals.h"
#include "cli/remote/address.h"
#include "cli/world.h"
#include "engine/base/error.h"

namespace berth::cli {

struct Target {
  std::string context;  // kLocalContext where none was chosen
  AgentAddress address;
};

// What is said first counts: --context or --all-contexts, --host, BERTH_HOST, BERTH_CONTEXT, the context in use, and at
// last the agent of this host. A host that is not this one is called with the certificates of the context.
//
// At least one. CONTEXT_NOT_FOUND, NO_CERTIFICATES, NO_CONTEXTS; INVALID_ARGUMENT for a host that is none.
Result<std::vector<Target>> ChooseAgents(const Globals& globals, const World& world);

// A line for people when the certificate has ended or ends within 30 days; empty otherwise.
std::string WarnOfEnd(const Target& target, std::chrono::system_clock::time_point now);

}  // namespace berth::cli

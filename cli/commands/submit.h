// Asking the agent for a change.
#pragma once

#include <string>

#include "cli/commands/commands.h"

namespace berth::cli {

// What goes with a request but is no option: secrets.
struct Secrets {
  std::string registry_password;
};

// The operation as it began. Every request has an id, so a connection that breaks on the way is simply tried again: the
// agent does nothing twice. REQUIRES: the agent was there a moment ago.
Result<v1::Operation> Submit(const Session& session, const ChangeOptions& options, const std::string& container,
                             const Secrets& secrets);

// The same for all that the options select, as one operation.
Result<v1::Operation> SubmitGroup(const Session& session, const ChangeOptions& options, const Secrets& secrets);

// A UUID, version 4.
std::string NewRequestId();

}  // namespace berth::cli

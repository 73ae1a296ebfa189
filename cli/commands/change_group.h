// An upgrade of several containers as one operation.
#pragma once

#include "cli/commands/commands.h"
#include "cli/commands/submit.h"

namespace berth::cli {

ExitCode ChangeGroup(const Session& session, const ChangeOptions& options, const Secrets& secrets);

}  // namespace berth::cli

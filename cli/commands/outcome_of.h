// What an operation came to, with what the agent knows besides.
#pragma once

#include "cli/session.h"
#include "cli/view/outcome.h"

namespace berth::cli {

// REQUIRES: the operation has ended. Asks the agent whether the container that was replaced is still there for a
// rollback, or how the certificate is now, since the operation does not say.
Outcome OutcomeOf(const Session& session, const v1::Operation& operation);

}  // namespace berth::cli

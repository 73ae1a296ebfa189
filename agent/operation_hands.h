// The watchdog's hands in berthd: whatever they do is an operation, with a lease and a journal entry.
#pragma once

#include <memory>

#include "agent/operations/operations.h"
#include "engine/base/clock.h"
#include "watchdog/hands.h"

namespace berth::agent {

// An upgrade that is older than this is not what made a container ill.
inline constexpr std::chrono::hours kRollBackWithin{24};

// All remedies. A rollback only of an upgrade that ended less than
// kRollBackWithin ago and is the last that was done; UNIMPLEMENTED (NOT_POSSIBLE_HERE) otherwise, and for what the
// operations refuse because something would be lost.
std::unique_ptr<watchdog::Hands> MakeOperationHands(Operations& operations, Clock& clock);

}  // namespace berth::agent

// Who is healed now, and what everybody else waits for.
#pragma once

#include "watchdog/policy/memory.h"

namespace berth::watchdog::policy {

void DecideHeals(Deciding& d);

}  // namespace berth::watchdog::policy

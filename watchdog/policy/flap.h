// Containers that change between healthy and unhealthy again and again.
#pragma once

#include "watchdog/policy/memory.h"

namespace berth::watchdog::policy {

// It turned healthy, or unhealthy; tells once when that begins to be too often.
void CountTransition(Deciding& d, Container& container, engine::Health verdict);
// As it is now, though it may not have changed for long.
bool IsFlapping(const Container& container, Now now, const Settings& settings);

}  // namespace berth::watchdog::policy

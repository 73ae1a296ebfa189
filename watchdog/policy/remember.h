// What the stories of an earlier process mean for this one.
#pragma once

#include "watchdog/policy/memory.h"

namespace berth::watchdog::policy {

void Observe(Deciding& d, const Remembered& remembered);

}  // namespace berth::watchdog::policy

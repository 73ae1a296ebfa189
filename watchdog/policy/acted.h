// What a heal came to.
#pragma once

#include "watchdog/policy/memory.h"

namespace berth::watchdog::policy {

void Observe(Deciding& d, const Acted& acted);

}  // namespace berth::watchdog::policy

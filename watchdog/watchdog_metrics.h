// What the watchdog sees and does, as figures.
#pragma once

#include <vector>

#include "metrics/metrics.h"
#include "watchdog/watcher.h"

namespace berth::watchdog {

// berth_watchdog_...: always the same samples, however many containers there are. Loop thread only.
std::vector<metrics::Family> WatchdogFamilies(const Watcher& watcher);

}  // namespace berth::watchdog

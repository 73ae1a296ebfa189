// What this program is and what it costs, under the names that every Prometheus client uses.
#pragma once

#include <string>
#include <vector>

#include "metrics/metrics.h"

namespace berth::metrics {

// berth_build_info and process_*; reads /proc/self. A figure that can't be read is left out.
std::vector<Family> ProcessFamilies(const std::string& program, const std::string& version);

}  // namespace berth::metrics

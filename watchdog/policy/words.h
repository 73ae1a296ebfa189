// How times, names and figures are written in reasons.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "watchdog/policy.h"

namespace berth::watchdog::policy {

std::string Words(std::chrono::nanoseconds duration);           // "10 s", "2.5 s", "30 min", "4 h"
std::string Clock(WallTime time);                               // "2026-11-21T18:00:00Z"
std::string Plural(std::size_t count, std::string_view thing);  // "1 heal", "5 heals"
std::string Past(Remedy remedy);                                // "restarted"

}  // namespace berth::watchdog::policy

// What the watchdog watches, as text; pure.
#pragma once

#include <string>

#include "berth/v1/watchdog_service.pb.h"
#include "cli/text/palette.h"
#include "cli/text/time.h"

namespace berth::cli {

// CONTAINER STATE HEALTH LAST CHECK HEALS CIRCUIT NEXT; over it why nothing, or little, is healed on the whole host,
// and under it what a person can do about open circuits.
std::string RenderWatchdog(const v1::Watchdog& watchdog, WallTime now, int width, const Palette& palette);

// Neither unhealthy nor in the midst of an illness.
bool IsWell(const v1::WatchedContainer& container);

}  // namespace berth::cli

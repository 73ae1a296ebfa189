// A report as a line of a log; pure.
#pragma once

#include "engine/base/log.h"
#include "watchdog/policy.h"

namespace berth::watchdog {

// How much it matters: what people have to look at is a warning, or an error when nothing more is done.
log::Level LevelOf(const Report& report);

// One line with the episode's number, service key and outcome as fields.
void Log(const Report& report);

}  // namespace berth::watchdog

// What is seen becomes what is remembered; stories begin and end by it, nothing is decided yet.
#pragma once

#include <string>

#include "watchdog/policy/memory.h"

namespace berth::watchdog::policy {

void Observe(Deciding& d, const Listed& listed);
void Observe(Deciding& d, const Changed& changed);
void Observe(Deciding& d, const Gone& gone);
void Observe(Deciding& d, const StopAsked& asked);

}  // namespace berth::watchdog::policy

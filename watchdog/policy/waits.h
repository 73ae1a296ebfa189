// Every reason to do nothing about an unhealthy container for now.
#pragma once

#include <optional>
#include <string>

#include "watchdog/policy/memory.h"

namespace berth::watchdog::policy {

// Somebody asked the engine to stop it: nothing is even told.
bool WasStopped(Deciding& d, Container& container);
// Its story has ended, but not its illness: given up until the trial, or only to be told.
bool IsDoneWith(Deciding& d, const Container& container);
// The first reason to wait; nothing when it may be healed as far as backoff, budget and ladder allow.
std::optional<Wait> WaitBefore(Deciding& d, Container& container);
// Why there is nothing left to try; empty while there is.
std::string WhySpent(Deciding& d, const Container& container);
std::optional<Wait> BackoffOf(Deciding& d, const Container& container);

}  // namespace berth::watchdog::policy

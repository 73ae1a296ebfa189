// What holds for the whole host: holds, pauses, storms.
#pragma once

#include <optional>

#include "watchdog/policy/memory.h"

namespace berth::watchdog::policy {

void Observe(Deciding& d, const EngineLost& lost);
void Observe(Deciding& d, const EngineBack& back);
void Observe(Deciding& d, const Leased& leased);
void Observe(Deciding& d, const Pause& pause);
void Observe(Deciding& d, const Resume& resume);
void Observe(Deciding& d, const Reset& reset);

// Ends what is over, and tells once of each beginning and end.
void UpdateHost(Deciding& d);
void UpdateStorm(Deciding& d);
std::size_t MostInFlight(const Deciding& d);

// Why nothing at all is healed; the engine's reasons only.
std::optional<Wait> HostHold(const Host& host, Now now);
// Somebody wants it so: for the host, a service, or by label.
std::optional<Wait> PausedNow(const Deciding& d, const Container& container);

}  // namespace berth::watchdog::policy

// How often and by what means: backoff, budget, ladder and circuit of one service.
#pragma once

#include <optional>
#include <string>

#include "watchdog/policy/memory.h"

namespace berth::watchdog::policy {

// After the n-th heal in a row, n = 1, 2 ...: doubles up to the ceiling; the jitter comes from the key and n.
std::chrono::milliseconds Backoff(const Settings& settings, const std::string& key, int heals);

int HealsInWindow(const Service& service, Now now, const Settings& settings);

// What is next on the ladder; nothing at its end.
std::optional<Remedy> NextRemedy(const Container& container, const Service& service, const Settings& settings);

// A heal was tried: it counts.
void Count(Service& service, const Flight& flight, const std::string& key, Now now, const Settings& settings);
// It is healthy: the ladder begins anew, the backoff and the budget don't; a trial has succeeded.
void Helped(Service& service);
// In a row, without a heal, up to now.
bool WasHealthyForLong(const Container& container, const Service& service, Now now, const Settings& settings);
// It was healthy for long, or a person asks.
void Forget(Service& service);

void OpenCircuit(Service& service, Now now, const Settings& settings);
// As it is now, though nothing may have been decided since.
Circuit CircuitOf(const Container& container, const Service* service, Now now, const Settings& settings);

}  // namespace berth::watchdog::policy

// Which containers there are, under which names, and which of them there is something to decide about.
#pragma once

#include "watchdog/policy/memory.h"

namespace berth::watchdog::policy {

// A container that was not known; its state and health are still to be told.
Container& Register(Deciding& d, const Seen& seen);
// Its name or its labels have changed.
void Rename(Deciding& d, Container& container, const Seen& seen);
void LearnFacts(Deciding& d, Container& container, const Facts& facts);
void Remove(Deciding& d, Container& container);

// There is something to decide about it, or there may be soon.
bool IsMinded(const Container& container);
void Mind(World& world, Container& container);

// Made when it is not there yet.
Service& ServiceOf(World& world, const std::string& key);
// Those that nothing needs to be remembered of.
void DropServices(Deciding& d);

}  // namespace berth::watchdog::policy

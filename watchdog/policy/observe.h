// What is seen becomes what is remembered; stories begin and end by it, nothing is decided yet.
#pragma once

#include <string>

#include "watchdog/policy/memory.h"

namespace berth::watchdog::policy {

void Observe(Deciding& d, const Listed& listed);
void Observe(Deciding& d, const Changed& changed);
void Observe(Deciding& d, const Gone& gone);
void Observe(Deciding& d, const StopAsked& asked);

void SetHealth(Deciding& d, Container& container, engine::Health health);
void SetState(Deciding& d, Container& container, engine::ContainerState state);
// It was started, by whomever.
void Started(Deciding& d, Container& container);
// `container` was made anew as `id`; its story goes on there.
Container& MoveTo(Deciding& d, Container& container, const std::string& id);

}  // namespace berth::watchdog::policy

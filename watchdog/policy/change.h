// What becomes of one container: its health turns, it starts, stops or is made anew; stories end by it.
#pragma once

#include <string>

#include "watchdog/policy/memory.h"

namespace berth::watchdog::policy {

void SetHealth(Deciding& d, Container& container, engine::Health health);
void SetState(Deciding& d, Container& container, engine::ContainerState state);
// It was started, by whomever.
void Started(Deciding& d, Container& container);
// `container` was made anew as `id`; its story goes on there.
Container& MoveTo(Deciding& d, Container& container, const std::string& id);

}  // namespace berth::watchdog::policy

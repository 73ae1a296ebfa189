// What is behind a State.
#pragma once

#include "watchdog/policy/memory.h"

namespace berth::watchdog {

struct State::Memory {
  policy::World world;
};

}  // namespace berth::watchdog

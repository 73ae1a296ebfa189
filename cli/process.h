// This process as a World: its streams, its clock, its Ctrl-C.
#pragma once

#include "cli/world.h"

namespace berth::cli {

// Call once, before any thread starts: Ctrl-C asks what is under way to stop, a second one ends the process at once.
World ThisProcess();

}  // namespace berth::cli

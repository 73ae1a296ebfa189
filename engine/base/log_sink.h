// Where records go instead of standard error; of main() alone.
#pragma once

#include "engine/base/log.h"

namespace berth::log {

// `line` is the whole record, its fields in it. False: it was not taken, and goes to standard error after all.
using Sink = bool (*)(Level level, std::string_view line, Fields fields);

// Call before any thread starts.
void SendTo(Sink sink);

}  // namespace berth::log

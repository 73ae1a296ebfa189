// Errors for people; pure.
#pragma once

#include <string>

#include "cli/exit_code.h"
#include "engine/base/error.h"

namespace berth::cli {

ExitCode ExitCodeOf(const Error& error);

// What to do next, as a sentence without a full stop; empty where nothing is known to help.
std::string NextStep(const Error& error);

// "berthctl: there is no container web" and, on a line of its own, the next step. Ends with a newline.
std::string Describe(const Error& error);

}  // namespace berth::cli

// One command on several agents at the same time.
#pragma once

#include <vector>

#include "cli/command_line.h"
#include "cli/contexts/choose.h"
#include "cli/exit_code.h"
#include "cli/world.h"

namespace berth::cli {

// Every line is marked with its context: "web1 | NAME  STATE", or as JSON {"context": "web1", "answer": ...}. Each of
// them finds the same text on standard input. The exit code of all.
ExitCode RunSideBySide(const Invocation& invocation, const std::vector<Target>& targets, const World& world);

}  // namespace berth::cli

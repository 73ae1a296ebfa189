// The whole program but for the process around it.
#pragma once

#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/world.h"

namespace berth::cli {

// `arguments` without the program's name.
ExitCode Run(const std::vector<std::string>& arguments, World& world);

}  // namespace berth::cli

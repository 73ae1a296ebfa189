// Where berthctl keeps what it is told.
#pragma once

#include <filesystem>

#include "cli/world.h"
#include "engine/base/error.h"

namespace berth::cli {

// $XDG_CONFIG_HOME/berth, else ~/.config/berth. FAILED_PRECONDITION (NO_HOME) when neither is known.
Result<std::filesystem::path> ConfigDirectory(const World& world);

}  // namespace berth::cli

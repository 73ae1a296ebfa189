// The stories of illnesses, as text; pure.
#pragma once

#include <string>

#include "berth/v1/watchdog_service.pb.h"
#include "cli/text/palette.h"
#include "cli/text/time.h"

namespace berth::cli {

// BEGAN CONTAINER ILLNESS OUTCOME HEALS LASTED REASON.
std::string RenderEpisodes(const v1::ListEpisodesResponse& list, WallTime now, int width, const Palette& palette);

// Each in full, with its steps; an empty line between them.
std::string RenderEpisodesInFull(const v1::ListEpisodesResponse& list, WallTime now, const Palette& palette);

}  // namespace berth::cli

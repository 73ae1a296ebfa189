// What a container ran before, as a table; pure.
#pragma once

#include <string>

#include "berth/v1/container_service.pb.h"
#include "cli/text/palette.h"
#include "cli/text/time.h"

namespace berth::cli {

std::string RenderHistory(const v1::ListVersionsResponse& list, WallTime now, int width, const Palette& palette);

}  // namespace berth::cli

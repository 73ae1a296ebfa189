// What became of the containers of a group, as text; pure.
#pragma once

#include <string>
#include <vector>

#include "berth/v1/operation.pb.h"
#include "cli/text/palette.h"

namespace berth::cli {

// A line for each operation, in the order in which they began.
std::string RenderGroup(const std::vector<v1::Operation>& children, int width, const Palette& palette);

}  // namespace berth::cli

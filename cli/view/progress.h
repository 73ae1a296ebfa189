// How far an operation is, as lines of text; pure.
#pragma once

#include <string>
#include <vector>

#include "berth/v1/operation.pb.h"
#include "cli/text/palette.h"

namespace berth::cli {

inline constexpr int kShownLayers = 6;

// "[2/6] Pull registry:5000/web:2"; without the brackets while the steps are not known.
std::string StepOf(const v1::Progress& progress);

// One operation, with room: the step, and under it a bar for the whole pull and one for each of at most kShownLayers
// layers, those at work first; or the health check under way.
std::vector<std::string> ProgressBlock(const std::string& container, const v1::Progress& progress,
                                       const Palette& palette);

// One of several: all of it in a line. `container` may be padded, so that the lines are aligned.
std::string ProgressLine(const std::string& container, const v1::Progress& progress, const Palette& palette);

}  // namespace berth::cli

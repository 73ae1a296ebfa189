// Operations as text; pure.
#pragma once

#include <string>

#include "berth/v1/operation_service.pb.h"
#include "cli/text/palette.h"
#include "cli/text/time.h"

namespace berth::cli {

// OPERATION CONTAINER KIND STATE STARTED TOOK DETAIL.
std::string RenderOperations(const v1::ListOperationsResponse& list, WallTime now, int width, const Palette& palette);

// One, with its last progress, its plan and what it came to.
std::string RenderOperation(const v1::Operation& operation, WallTime now, int width, const Palette& palette);

}  // namespace berth::cli

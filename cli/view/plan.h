// A plan as text; pure.
#pragma once

#include <string>

#include "berth/v1/operation.pb.h"
#include "cli/text/palette.h"

namespace berth::cli {

// Steps, the strategy and why, changes field by field, warnings, refusals: a heading over each that is not empty.
std::string RenderPlan(const v1::Plan& plan, int width, const Palette& palette);

// With a headline: "web: the upgrade would go ahead" or "... would be refused".
std::string RenderDryRun(const v1::Operation& validated, int width, const Palette& palette);

}  // namespace berth::cli

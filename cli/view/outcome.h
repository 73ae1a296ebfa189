// What an operation came to, as text; pure.
#pragma once

#include <optional>
#include <string>

#include "berth/v1/operation.pb.h"
#include "cli/exit_code.h"
#include "cli/text/palette.h"
#include "engine/base/error.h"

namespace berth::cli {

// One of the two texts is empty. Each ends with a newline.
struct Outcome {
  ExitCode code = ExitCode::kOk;
  std::string result;   // for standard output
  std::string trouble;  // for standard error
};

// Of an operation that has ended. `kept`: whether the container that was replaced is still there; unknown when empty.
Outcome DescribeOutcome(const v1::Operation& operation, std::optional<bool> kept, const Palette& out,
                        const Palette& err);

// Of an operation whose end is not known, because of `error` (Ctrl-C, the agent is gone): it goes on, and how to find
// it again.
Outcome DescribeLostSight(const v1::Operation& operation, const Error& error);

}  // namespace berth::cli

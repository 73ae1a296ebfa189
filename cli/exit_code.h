// What the exit code says; docs/berthctl.md lists them for people.
#pragma once

#include <vector>

namespace berth::cli {

enum class ExitCode {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,
  kPartly = 3,       // some of several containers failed
  kUnreachable = 4,  // the agent, not the engine behind it
  kDenied = 5,
  kTimedOut = 124,  // no answer in time: what was asked for may still happen
  kInterrupted = 130,
};

// Of several containers: what all of them came to, kPartly when some succeeded, otherwise kFailed. An interruption
// outweighs all.
ExitCode Combine(const std::vector<ExitCode>& codes);

}  // namespace berth::cli

#include "cli/exit_code.h"

#include <algorithm>

namespace berth::cli {

ExitCode Combine(const std::vector<ExitCode>& codes) {
  if (codes.empty()) return ExitCode::kOk;
  const auto some = [&](ExitCode code) { return std::ranges::find(codes, code) != codes.end(); };
  const auto all = [&](ExitCode code) { return std::ranges::count(codes, code) == std::ssize(codes); };
  if (some(ExitCode::kInterrupted)) return ExitCode::kInterrupted;
  if (all(codes.front())) return codes.front();
  return some(ExitCode::kOk) || some(ExitCode::kPartly) ? ExitCode::kPartly : ExitCode::kFailed;
}

}  // namespace berth::cli

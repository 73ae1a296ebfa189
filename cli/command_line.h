// Arguments to a command; pure, but for the command itself. Only command_line*.cc know CLI11.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "cli/exit_code.h"
#include "cli/globals.h"
#include "cli/session.h"

namespace berth::cli {

struct Command {
  std::function<ExitCode(const Session&)> run;
  bool asks_agent = true;
};

struct Invocation {
  Globals globals;
  Command command;
};

// Help or --version (kOk, for standard output), or what is wrong with the arguments (kUsage, for standard error).
struct Answer {
  std::string text;
  ExitCode code = ExitCode::kOk;
};

std::variant<Invocation, Answer> ParseCommandLine(const std::vector<std::string>& arguments);

}  // namespace berth::cli

// The command line of berthd. CLI11 stands behind it, in flags.cc alone: its header is slow to compile.
#pragma once

#include <variant>

#include "agent/config.h"

namespace berth::agent {

struct Flags {
  ConfigSources sources;  // the file and the flags; the environment is the caller's to add
  bool check_config = false;
  bool print_default_config = false;
};

// What was typed; or, where there is nothing more to do (--help, --version, a mistake), the exit code: what there was
// to say has been said.
std::variant<Flags, int> ParseFlags(int argc, const char* const* argv);

}  // namespace berth::agent

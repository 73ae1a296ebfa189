// Another program, run to its end without blocking the loop and without a shell. Needs Linux 5.3.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "engine/base/task.h"

namespace berth {

struct ChildCommand {
  std::vector<std::string> arguments;    // the first one is the program, looked for in PATH when it has no slash
  std::vector<std::string> environment;  // KEY=value; nothing else is inherited
  std::chrono::milliseconds time_limit{30'000};
  std::chrono::milliseconds patience{2'000};  // from SIGTERM to SIGKILL, when the limit is over
  std::size_t max_output = 4096;              // bytes that are kept; the rest is read and dropped
  bool keep_end = false;                      // the last ones are kept, instead of the first ones
  std::string input = {};                     // what it reads from its stdin: at most 4096 bytes
  bool keep_errors = true;                    // else what it writes to stderr is dropped
};

struct ChildEnd {
  int exit_code = 0;  // 128 + N when signal N ended it
  bool timed_out = false;
  std::string output;  // stdout and, unless they are dropped, stderr as they came
};

// Ends when the program has ended and nobody holds its output any more; at the limit the whole process group is
// killed. It gets none of our open files and signal masks. A cancelled caller kills it.
// NOT_FOUND (PROGRAM_NOT_FOUND), PERMISSION_DENIED (PROGRAM_NOT_EXECUTABLE), INVALID_ARGUMENT (NOT_A_PROGRAM), else
// INTERNAL (CANNOT_START_PROGRAM).
ResultTask<ChildEnd> RunChild(ChildCommand command);

}  // namespace berth

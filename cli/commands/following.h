// Operations of one command, side by side: followed to their ends on one board, and summed up.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/session.h"
#include "cli/view/board.h"

namespace berth::cli {

inline constexpr std::size_t kAtOnce = 8;

// What one of them came to: the operation as last seen, and the exit code that it alone would have.
struct Settled {
  v1::Operation operation;
  ExitCode code = ExitCode::kOk;
};

// Any thread may call. Everything is printed under the operation's subject.
class Following {
 public:
  Following(const Session& session, const std::vector<std::string>& subjects)
      : session_(session), board_(session, subjects) {}

  // None came to be. `wanted` stands in its place in the JSON; only its kind and its subject are set.
  Settled Refused(v1::Operation wanted, const Error& error);
  // Its name alone.
  Settled Begun(v1::Operation operation);
  // Follows it to its end, if that has not come yet.
  Settled Await(v1::Operation begun);
  Settled Settle(v1::Operation operation, const Outcome& outcome);

 private:
  Settled Ended(v1::Operation operation);

  const Session& session_;
  Board board_;
};

// The exit code of all; prints them as JSON. With `things` ("containers") also a summary of several for people:
// "3 containers: 1 failed, 2 upgraded".
ExitCode Conclude(const Session& session, const std::vector<Settled>& all, const std::string& things);

}  // namespace berth::cli

#include "cli/session.h"

#include <utility>

#include "cli/describe_error.h"
#include "cli/remote/status.h"
#include "cli/text/table.h"

namespace berth::cli {

Session::Session(World& world, Globals globals, AgentAddress address)
    : world_(world),
      globals_(std::move(globals)),
      client_({std::move(address), globals_.call_timeout, world.interrupted}),
      dumb_(world.environment("TERM") == "dumb"),
      colours_(!dumb_ && !globals_.no_color && world.environment("NO_COLOR").empty()) {}

int Session::TableWidth() const { return world_.out.is_terminal ? world_.window().columns : kUnlimited; }

void Session::Print(const std::string& text) const { world_.out.stream << text << std::flush; }

void Session::PrintError(const std::string& text) const { world_.err.stream << text << std::flush; }

ExitCode Session::Fail(const Error& error) const {
  // Whoever pressed Ctrl-C knows what happened.
  if (error.reason != reason::kInterrupted) PrintError(Describe(error));
  return ExitCodeOf(error);
}

}  // namespace berth::cli

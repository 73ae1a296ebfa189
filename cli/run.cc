#include "cli/run.h"

#include <variant>

#include "cli/command_line.h"
#include "cli/describe_error.h"
#include "cli/remote/address.h"

namespace berth::cli {
namespace {

std::string DefaultHost(const World& world) {
  const std::string host = world.environment("BERTH_HOST");
  return host.empty() ? kDefaultHost : host;
}

ExitCode Print(const Answer& answer, World& world) {
  auto& stream = answer.code == ExitCode::kOk ? world.out.stream : world.err.stream;
  stream << answer.text << std::flush;
  return answer.code;
}

}  // namespace

ExitCode Run(const std::vector<std::string>& arguments, World& world) {
  const auto parsed = ParseCommandLine(arguments, DefaultHost(world));
  if (const auto* answer = std::get_if<Answer>(&parsed)) return Print(*answer, world);
  const auto& invocation = std::get<Invocation>(parsed);
  const auto address = ParseAddress(invocation.globals.host);
  if (!address) return Print({Describe(address.error()), ExitCode::kUsage}, world);
  return invocation.command(Session(world, invocation.globals, *address));
}

}  // namespace berth::cli

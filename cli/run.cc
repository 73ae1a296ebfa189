#include "cli/run.h"

#include <variant>

#include "cli/command_line.h"
#include "cli/contexts/choose.h"
#include "cli/describe_error.h"
#include "cli/side_by_side.h"

namespace berth::cli {
namespace {

ExitCode Print(const Answer& answer, World& world) {
  auto& stream = answer.code == ExitCode::kOk ? world.out.stream : world.err.stream;
  stream << answer.text << std::flush;
  return answer.code;
}

// A command that asks no agent gets one all the same, and does not call it.
ExitCode RunHere(const Invocation& invocation, World& world) {
  return invocation.command.run(Session(world, invocation.globals, *ParseAddress(kDefaultHost)));
}

ExitCode RunOn(const Target& target, const Invocation& invocation, World& world) {
  const Session session(world, invocation.globals, target.address);
  session.PrintError(WarnOfEnd(target, session.Now()));
  return invocation.command.run(session);
}

}  // namespace

ExitCode Run(const std::vector<std::string>& arguments, World& world) {
  const auto parsed = ParseCommandLine(arguments);
  if (const auto* answer = std::get_if<Answer>(&parsed)) return Print(*answer, world);
  const auto& invocation = std::get<Invocation>(parsed);
  if (!invocation.command.asks_agent) return RunHere(invocation, world);
  const auto targets = ChooseAgents(invocation.globals, world);
  if (!targets) return Print({Describe(targets.error()), ExitCode::kUsage}, world);
  // Of all contexts there may be one today and two tomorrow: the answer looks the same.
  const bool one = targets->size() == 1 && !invocation.globals.all_contexts;
  if (one) return RunOn(targets->front(), invocation, world);
  return RunSideBySide(invocation, *targets, world);
}

}  // namespace berth::cli

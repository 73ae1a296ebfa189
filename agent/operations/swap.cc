#include "agent/operations/swap.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;
using engine::ContainerState;

// The winner and the loser of a walk: the same record, read in its direction.
struct Side {
  const Contender& contender;
  const std::optional<ContainerDetails>& seen;
};

// A restarting container runs again in a moment, so it counts.
bool Runs(const ContainerDetails& container) {
  return container.state == ContainerState::kRunning || container.state == ContainerState::kPaused ||
         container.state == ContainerState::kRestarting;
}

bool RestartsByItself(const ContainerDetails& container) {
  return !container.restart_policy.name.empty() && container.restart_policy.name != "no";
}

// The loser first stops being able to come back, then stops: a reboot between the two starts the winner or nobody.
std::optional<Step> StandDown(const Side& loser) {
  if (!loser.seen) return std::nullopt;
  if (RestartsByItself(*loser.seen) && Runs(*loser.seen)) return DisableRestart{loser.seen->id};
  if (Runs(*loser.seen)) return StopIt{loser.seen->id, loser.seen->stop_timeout};
  return std::nullopt;
}

// The names follow once the winner runs: they cost the service nothing then.
std::optional<Step> TakeName(const SwapRecord& record, const Side& winner, const Side& loser) {
  if (loser.seen && loser.seen->name == record.name) return RenameIt{loser.seen->id, loser.contender.side_name};
  if (winner.seen->name != record.name) return RenameIt{winner.seen->id, record.name};
  return std::nullopt;
}

std::optional<Step> GiveRestartPolicy(const Side& winner) {
  if (winner.seen->restart_policy == winner.contender.restart_policy) return std::nullopt;
  return RestoreRestart{winner.seen->id, winner.contender.restart_policy};
}

std::optional<Step> TidyUp(const SwapRecord& record, const Side& winner, const Side& loser, Goal goal) {
  if (auto step = GiveRestartPolicy(winner)) return step;
  if (!loser.seen) return std::nullopt;
  if (goal == Goal::kOutgoing && record.created) return RemoveIt{loser.seen->id};
  if (RestartsByItself(*loser.seen)) return DisableRestart{loser.seen->id};
  return std::nullopt;
}

// The loser goes on serving.
Step NextStepBeside(const SwapRecord& record, const Side& winner, const Side& loser, Goal goal, Reach reach) {
  const bool unproved = goal == Goal::kIncoming && reach == Reach::kBeside;
  if (unproved && RestartsByItself(*winner.seen)) return DisableRestart{winner.seen->id};
  if (!Runs(*winner.seen)) return StartIt{winner.seen->id};
  if (reach == Reach::kBeside) return Arrived{};
  if (const auto step = TakeName(record, winner, loser)) return *step;
  if (const auto step = GiveRestartPolicy(winner)) return *step;
  return Arrived{};
}

}  // namespace

Step NextStep(const SwapRecord& record, const Seen& seen, Goal goal, Reach reach) {
  const bool incoming_wins = goal == Goal::kIncoming;
  const Side winner{incoming_wins ? record.incoming : record.outgoing, incoming_wins ? seen.incoming : seen.outgoing};
  const Side loser{incoming_wins ? record.outgoing : record.incoming, incoming_wins ? seen.outgoing : seen.incoming};

  if (!winner.seen) return Lost{incoming_wins ? "the new container" : "the old container"};
  if (reach != Reach::kAlone) return NextStepBeside(record, winner, loser, goal, reach);
  if (const auto step = StandDown(loser)) return *step;
  if (record.serves && !Runs(*winner.seen)) return StartIt{winner.seen->id};
  if (const auto step = TakeName(record, winner, loser)) return *step;
  if (const auto step = TidyUp(record, winner, loser, goal)) return *step;
  return Arrived{};
}

namespace {

// What a person calls the container: by its place in the swap, not by its id.
std::string Who(const std::string& id, const SwapRecord& record) {
  return (id == record.outgoing.id ? "the old " : "the new ") + record.name;
}

struct Describer {
  const SwapRecord& record;

  std::string operator()(const DisableRestart& step) const {
    return "Keep " + Who(step.id, record) + " from restarting by itself";
  }
  std::string operator()(const StopIt& step) const { return "Stop " + Who(step.id, record); }
  std::string operator()(const StartIt& step) const { return "Start " + Who(step.id, record); }
  std::string operator()(const RenameIt& step) const { return "Rename " + Who(step.id, record) + " to " + step.to; }
  std::string operator()(const RestoreRestart& step) const {
    return "Give " + Who(step.id, record) + " its restart policy";
  }
  std::string operator()(const RemoveIt& step) const { return "Remove " + Who(step.id, record); }
  std::string operator()(const Arrived&) const { return "Nothing left to do"; }
  std::string operator()(const Lost& step) const { return "Look for " + step.who; }
};

}  // namespace

std::string Describe(const Step& step, const SwapRecord& record) { return std::visit(Describer{record}, step); }

}  // namespace berth::agent

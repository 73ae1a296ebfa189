#include "agent/operations/group_run.h"

#include <algorithm>

#include <boost/algorithm/string/trim.hpp>

#include "agent/operations/away.h"
#include "agent/operations/fingerprint.h"
#include "agent/operations/group_plan.h"

namespace berth::agent {
namespace {

constexpr int kMostTries = 3;

// Before its first word of it, an operation is not in the journal.
bool NeverBegan(const Result<Operation>& operation) { return !operation && operation.error().code == Code::kNotFound; }

bool ReplacedIt(const Operation& upgrade) {
  const auto& result = upgrade.upgrade_result;
  return result && result->container_id != result->old_container_id;
}

const char* WordFor(Stage stage) {
  switch (stage) {
    case Stage::kWaiting:
      return "waits";
    case Stage::kUpgrading:
      return "is being upgraded";
    case Stage::kUpgraded:
      return "upgraded";
    case Stage::kUnchanged:
      return "runs this image already";
    case Stage::kFailed:
      return "failed";
    case Stage::kGoingBack:
      return "is being rolled back";
    case Stage::kBack:
      return "rolled back";
    case Stage::kStuck:
      return "could not be rolled back";
  }
  return "";
}

std::uint32_t CountDone(const std::vector<Stage>& stages) {
  return static_cast<std::uint32_t>(std::count_if(stages.begin(), stages.end(), [](Stage stage) {
    return stage != Stage::kWaiting && stage != Stage::kUpgrading;
  }));
}

}  // namespace

Task<> GroupRun::Run() {
  operation_->SetStepCount(static_cast<std::uint32_t>(operation_->group()->members.size()));
  operation_->AllowCancel();
  while (true) {
    const auto stages = Stages();
    TellChanges(stages);
    NoteCancel(stages);
    GroupRecord record = *operation_->group();
    record.roll_back = record.roll_back && !journal_failed_;  // what can't be written down is not begun
    const bool stop = record.cancelled || operation_->CancelRequested() || journal_failed_;
    const auto decision = Decide(record, stages, stop);
    if (decision.finished) {
      Conclude(stages);
      co_return;
    }
    if (decision.upgrade.empty() && !decision.roll_back) {
      co_await operation_->changed().Wait();
      continue;
    }
    const bool go_on = co_await Carry(decision);
    if (!go_on) co_return;
  }
}

Stage GroupRun::StageOfUpgrade(const GroupMember& member) {
  if (member.upgrade.empty()) return Stage::kWaiting;
  const auto upgrade = operations_.Get(member.upgrade);
  if (NeverBegan(upgrade)) return member.refused.empty() ? Stage::kWaiting : Stage::kFailed;
  if (!upgrade) return Stage::kFailed;
  if (!HasEnded(upgrade->state)) return Stage::kUpgrading;
  if (upgrade->state != State::kSucceeded) return MayTryAgain(*upgrade) ? Stage::kWaiting : Stage::kFailed;
  return ReplacedIt(*upgrade) ? Stage::kUpgraded : Stage::kUnchanged;
}

Stage GroupRun::StageOf(const GroupMember& member) {
  if (member.rollback.empty()) return StageOfUpgrade(member);
  const auto rollback = operations_.Get(member.rollback);
  if (NeverBegan(rollback)) return member.refused.empty() ? Stage::kUpgraded : Stage::kStuck;
  if (!rollback) return Stage::kStuck;
  if (!HasEnded(rollback->state)) return Stage::kGoingBack;
  if (rollback->state == State::kSucceeded) return Stage::kBack;
  return MayTryAgain(*rollback) ? Stage::kUpgraded : Stage::kStuck;
}

// When it was only the agent that stopped. What makes the agent itself end shall not do so for ever.
bool GroupRun::MayTryAgain(const Operation& ended) {
  const auto was_interrupted = [&](const Operation& child) {
    return child.container == ended.container && child.error && child.error->reason == "INTERRUPTED";
  };
  const auto& children = operation_->operation().children;
  const auto tries = std::count_if(children.begin(), children.end(), [&](const std::string& id) {
    const auto child = operations_.Get(id);
    return child && was_interrupted(*child);
  });
  return was_interrupted(ended) && tries < kMostTries;
}

std::vector<Stage> GroupRun::Stages() {
  std::vector<Stage> stages;
  for (const auto& member : operation_->group()->members) stages.push_back(StageOf(member));
  return stages;
}

void GroupRun::TellChanges(const std::vector<Stage>& stages) {
  if (told_.empty() && !operation_->operation().children.empty()) told_ = stages;  // told before the agent's restart
  if (told_.empty()) told_.assign(stages.size(), Stage::kWaiting);
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (told_[i] == stages[i]) continue;
    told_[i] = stages[i];
    operation_->Report(CountDone(stages), operation_->group()->members[i].container + " " + WordFor(stages[i]));
  }
}

// Those under way are asked to go back; past their point of no return they end by themselves.
void GroupRun::NoteCancel(const std::vector<Stage>& stages) {
  if (!operation_->CancelRequested() || operation_->group()->cancelled) return;
  GroupRecord record = *operation_->group();
  record.cancelled = true;
  WriteDown(std::move(record));
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (stages[i] == Stage::kUpgrading) static_cast<void>(operations_.Cancel(operation_->group()->members[i].upgrade));
  }
}

bool GroupRun::WriteDown(GroupRecord record) {
  auto written = operation_->Intend(std::move(record));
  if (!written) journal_failed_ = written.error();
  return written.has_value();
}

Task<bool> GroupRun::Carry(GroupDecision decision) {
  for (const auto place : decision.upgrade) {
    const bool go_on = co_await BeginUpgrade(place);
    if (!go_on) co_return false;
  }
  if (!decision.roll_back) co_return true;
  co_return co_await BeginRollback(*decision.roll_back);
}

Task<bool> GroupRun::BeginUpgrade(std::size_t place) {
  const GroupRecord& record = *operation_->group();
  co_return co_await Begin(place, &GroupMember::upgrade, AskMember(record, record.members[place]));
}

// Of the very container that the upgrade put there: another one is somebody else's.
Task<bool> GroupRun::BeginRollback(std::size_t place) {
  const GroupRecord& record = *operation_->group();
  Request request = AskMember(record, record.members[place]);
  const auto upgrade = operations_.Get(record.members[place].upgrade);
  if (upgrade && upgrade->upgrade_result) request.container = upgrade->upgrade_result->container_id;
  request.kind = Kind::kRollback;
  request.image.clear();
  co_return co_await Begin(place, &GroupMember::rollback, std::move(request));
}

// False when the agent is stopping: what did not begin waits for the next start.
Task<bool> GroupRun::Begin(std::size_t place, std::string GroupMember::*id, Request request) {
  GroupRecord record = *operation_->group();
  request.parent = operation_->operation().id;
  request.origin = operation_->operation().origin;
  request.id = record.members[place].*id = NewOperationId();
  if (!WriteDown(record)) co_return true;
  auto begun = co_await operations_.Submit(std::move(request));
  if (begun) {
    backoff_.Reset();
    co_return true;
  }
  const Error refused = begun.error();
  if (refused.reason == "DRAINING") co_return false;
  if (IsAway(refused)) {
    const auto delay = backoff_.Next();
    co_await clock_.SleepFor(delay);
    co_return true;
  }
  record = *operation_->group();
  record.members[place].refused = refused.message;
  WriteDown(std::move(record));
  co_return true;
}

// As a part of a sentence: what a health check printed ends its line.
std::string GroupRun::TroubleOf(const GroupMember& member) {
  if (!member.refused.empty()) return member.refused;
  const auto last = operations_.Get(member.rollback.empty() ? member.upgrade : member.rollback);
  if (!last) return last.error().message;
  return last->error ? boost::algorithm::trim_right_copy(last->error->message) : "";
}

std::optional<Error> GroupRun::WhyNotAll(const std::vector<Stage>& stages) {
  if (journal_failed_) return Annotate(*journal_failed_, "nothing more was begun");
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const auto& member = operation_->group()->members[i];
    if (stages[i] != Stage::kFailed || operation_->group()->cancelled) continue;
    return Error{Code::kFailedPrecondition,
                 "GROUP_STOPPED",
                 member.container + ": " + TroubleOf(member),
                 {{"container", member.container}, {"operation", "operations/" + member.upgrade}}};
  }
  if (!operation_->group()->cancelled && !operation_->CancelRequested()) return std::nullopt;
  return Error{Code::kCancelled, "CANCELLED", "cancelled by request"};
}

void GroupRun::Conclude(const std::vector<Stage>& stages) {
  auto why = WhyNotAll(stages);
  if (why) why->message += "; " + Tally(stages);
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (stages[i] != Stage::kStuck || !why) continue;
    const auto& member = operation_->group()->members[i];
    why->message += "; " + member.container + " could not be rolled back: " + TroubleOf(member);
  }
  const State state = !why ? State::kSucceeded : why->code == Code::kCancelled ? State::kCancelled : State::kFailed;
  operation_->End(state, std::move(why));
}

}  // namespace berth::agent

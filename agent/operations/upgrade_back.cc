// An upgrade's way back: after a failure, and after a restart of the agent.
#include "agent/operations/away.h"
#include "agent/operations/owners.h"
#include "agent/operations/rebuild.h"
#include "agent/operations/upgrade.h"
#include "agent/operations/upgrade_plan.h"
#include "engine/base/backoff.h"
#include "engine/base/log.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kCreationInFlight{5'000};  // an engine goes on creating when the agent that asked is killed
constexpr std::size_t kOutputBytes = 4096;
constexpr std::size_t kOutputLines = 20;
constexpr const char* kAsBefore = "; everything is as it was before";

}  // namespace

// The old container was not touched, and is not now.
Task<> UpgradeRun::Abandon(Error why) {
  operation_->PassPointOfNoReturn();
  if (Record().swap.created) co_await RemoveIncoming();
  if (resumed_) why.message += kAsBefore;
  End(std::move(why));
}

Task<> UpgradeRun::RemoveIncoming() {
  const std::string id = co_await FindIncoming();
  Backoff backoff;
  while (!id.empty()) {
    auto removed = co_await engine_.Remove(id, false);
    if (removed || removed.error().code == Code::kNotFound) co_return;
    if (!IsAway(removed.error())) {
      outcome_.warnings.push_back("could not remove the new container: " + removed.error().message);
      co_return;
    }
    const auto delay = backoff.Next();
    co_await clock_.SleepFor(delay);
  }
}

Task<> UpgradeRun::GoBack(Error why) {
  operation_->PassPointOfNoReturn();
  co_await CollectEvidence();
  const bool can_go_back = co_await CanGoBack();
  if (!can_go_back) {
    why.message += "; the old container can't be started any more";
    why = co_await LeaveIncoming(std::move(why));
    End(std::move(why));
    co_return;
  }
  operation_->Report(step_, "Go back to the old " + Record().swap.name);
  if (Record().phase == Phase::kTakingOver) co_await HandBack();
  const auto began = walk_.log().service_started;
  auto back = co_await walk_.Persist(Record().swap, Goal::kOutgoing);
  co_await SettleProxies(began);
  NoteGap();
  outcome_.rolled_back = back.has_value();
  if (back) co_await RestoreDependants();
  if (!back && back.error().reason == "CONTAINER_LOST") {
    why.message += "; the old container is gone";
    why = co_await LeaveIncoming(std::move(why));
  } else if (!back) {
    why.message += "; and going back failed: " + back.error().message;
    why.reason = "ROLLBACK_FAILED";
  } else if (resumed_) {
    why.message += kAsBefore;
  }
  End(std::move(why));
}

// A recreate may be there because the old container's namespace is gone. Then the old one would stay down for ever,
// and the new one, which is the same but for its namespace, is better than nothing.
Task<bool> UpgradeRun::CanGoBack() {
  if (operation_->request().kind != Kind::kRecreate || !Record().swap.serves) co_return true;
  Backoff backoff;
  while (true) {
    auto can = co_await OldCanStart();
    if (can) co_return *can;
    if (!IsAway(can.error())) co_return true;
    const auto delay = backoff.Next();
    co_await clock_.SleepFor(delay);
  }
}

ResultTask<bool> UpgradeRun::OldCanStart() {
  auto old = co_await engine_.Inspect(Record().swap.outgoing.id);
  if (!old) co_return old.error();
  co_return co_await CanStartAgain(engine_, std::move(*old));
}

Task<Error> UpgradeRun::LeaveIncoming(Error why) {
  operation_->Report(step_, "Leave the new " + Record().swap.name + " in its place");
  auto forward = co_await walk_.Persist(Record().swap, Goal::kIncoming);
  co_await SettleProxies(std::nullopt);
  NoteGap();
  outcome_.container_id = Record().swap.incoming.id;
  why.message += ", so the new one was left in its place";
  if (forward) {
    co_await RenewDependants();
    co_await TidyUp();
  } else {
    why.message += " (" + forward.error().message + ")";
  }
  co_return why;
}

// Before the failed container is removed: what its health check and its output said.
Task<> UpgradeRun::CollectEvidence() {
  const std::string id = Record().swap.incoming.id;
  auto failed = co_await engine_.Inspect(id);
  if (failed) outcome_.failed_probes = failed->health_log;
  auto tail = TailOf(id);
  auto output = co_await std::move(tail);
  if (output) outcome_.failed_output = std::move(*output);
}

ResultTask<std::string> UpgradeRun::TailOf(std::string id) {
  engine::LogOptions options;
  options.tail = kOutputLines;
  auto stream = co_await engine_.Logs(id, options);
  if (!stream) co_return stream.error();
  std::string output;
  while (true) {
    auto chunk = co_await (*stream)->Next();
    if (!chunk) co_return chunk.error();
    if (!*chunk) break;
    output += (*chunk)->data;
    if (output.size() > kOutputBytes) output.erase(0, output.size() - kOutputBytes);
  }
  co_return output;
}

// --- after a restart of the agent

// A creation that was not written down any more is found by its name.
Task<std::string> UpgradeRun::FindIncoming() {
  const Contender incoming = Record().swap.incoming;
  const SteadyTime give_up = clock_.Now() + (resumed_ ? kCreationInFlight : milliseconds(0));
  Backoff backoff;
  while (incoming.id.empty()) {
    auto there = co_await engine_.Inspect(incoming.side_name);
    if (there) co_return there->id;
    if (there.error().code == Code::kNotFound && clock_.Now() >= give_up) break;
    const auto delay = backoff.Next();
    co_await clock_.SleepFor(delay);
  }
  co_return incoming.id;
}

// The new container may be there, and have either name, though the record does not know it.
ResultTask<Seen> UpgradeRun::LookByName() {
  const SwapRecord swap = Record().swap;
  auto seen = co_await walk_.Look(swap);
  if (!seen || seen->incoming) co_return seen;
  for (const auto& name : {swap.incoming.side_name, swap.name}) {
    auto there = co_await engine_.Inspect(name);
    if (!there && there.error().code != Code::kNotFound) co_return there.error();
    const bool ours =
        there && engine::LabelOf(there->labels, std::string(kOperationLabel)) == operation_->operation().id;
    if (ours) seen->incoming = std::move(*there);
  }
  co_return seen;
}

// Is the switch under way, though the record says that it was still being prepared? Then the record says so, too.
Task<bool> UpgradeRun::CatchUp() {
  Backoff backoff;
  auto seen = co_await LookByName();
  while (!seen) {
    const auto delay = backoff.Next();
    co_await clock_.SleepFor(delay);
    seen = co_await LookByName();
  }
  UpgradeRecord record = Record();
  if (!HasBegunToSwitch(record.swap, *seen)) co_return false;
  const bool beside = record.strategy == Strategy::kStartFirst;
  record.phase = beside ? Phase::kTakingOver : Phase::kSwitching;  // the proxies may know the new one already
  record.swap.incoming.id = seen->incoming->id;
  co_return operation_->Intend(std::move(record)).has_value();
}

Task<> UpgradeRun::Resume() {
  outcome_.strategy = Record().strategy;
  outcome_.old_container_id = Record().swap.outgoing.id;
  outcome_.container_id = Record().swap.outgoing.id;
  resumed_ = true;
  step_ = operation_->operation().progress.step;
  operation_->SetStepCount(operation_->operation().progress.step_count);
  Error why{Code::kAborted, "INTERRUPTED", "the agent was stopped in the middle of this operation"};
  co_await dependants_.AwaitChildren();

  switch (Record().phase) {
    case Phase::kPreparing: {
      const bool switching = co_await CatchUp();
      if (switching)
        co_await GoBack(std::move(why));
      else
        co_await Abandon(std::move(why));
      break;
    }
    case Phase::kSwitching:
      co_await GoBack(std::move(why));
      break;
    case Phase::kTakingOver:
      co_await ResumeTakingOver(std::move(why));
      break;
    case Phase::kCommitted:
      co_await Finish();
      break;
  }
}

}  // namespace berth::agent

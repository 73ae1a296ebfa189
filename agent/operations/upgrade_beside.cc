// START_FIRST: the new container proves itself beside the old one, takes over its name and its place behind the
// proxies, and the old one ends when it has finished what it has begun.
#include <utility>

#include "agent/operations/upgrade.h"
#include "engine/base/log.h"

namespace berth::agent {

Task<> UpgradeRun::RunBeside() {
  auto proved = co_await ProveBeside();
  if (proved) {
    co_await TakeOverAndFinish();
  } else {
    co_await GoBack(proved.error());
  }
}

// The names that a proxy knows mean the old one alone, also for one that somebody reloads meanwhile: the new one has
// the same aliases from its start on.
ResultTask<> UpgradeRun::ProveBeside() {
  if (auto entered = Enter(Phase::kSwitching); !entered) co_return entered;
  NextStep();
  auto old = co_await engine_.Inspect(Record().swap.outgoing.id);
  if (!old) co_return old.error();
  auto pinned = co_await router_.Pin(Record().proxies, *old, *old);
  if (!pinned) co_return pinned.error();
  auto walked = co_await walk_.Forward(Record().swap, Reach::kBeside);
  if (!walked) co_return co_await WhyNotUp(walked.error());
  NextStep();
  auto gate = Gate();
  co_return co_await operation_->Interruptible(std::move(gate));
}

Task<> UpgradeRun::TakeOverAndFinish() {
  operation_->PassPointOfNoReturn();
  NextStep();
  Result<> taken = Enter(Phase::kTakingOver);
  if (taken) taken = co_await TakeOver();
  if (taken) taken = Enter(Phase::kCommitted);
  if (taken) {
    co_await Finish();
  } else {
    co_await GoBack(taken.error());
  }
}

ResultTask<> UpgradeRun::TakeOver() {
  auto named = co_await walk_.Forward(Record().swap, Reach::kNamed);
  if (!named) co_return named;
  co_return co_await PointProxies(Record().swap.incoming.id);
}

// The aliases are the old one's: the engine shows the new one's only while that runs.
ResultTask<> UpgradeRun::PointProxies(std::string chosen) {
  if (Record().proxies.empty()) co_return Result<>();
  auto there = co_await engine_.Inspect(std::move(chosen));
  if (!there) co_return there.error();
  auto old = co_await engine_.Inspect(Record().swap.outgoing.id);
  if (!old) co_return old.error();
  auto pinned = co_await router_.Pin(Record().proxies, std::move(*there), std::move(*old));
  if (!pinned) co_return pinned.error();
  auto told = co_await router_.Reload(Record().proxies);
  if (!told) co_return told.error();
  told_ = std::move(*told);
  co_return Result<>();
}

// Committed. The proxies ask the new one from now on; the old one stops when their earlier workers have ended.
Task<> UpgradeRun::Finish() {
  const UpgradeRecord record = Record();
  const bool beside = record.strategy == Strategy::kStartFirst;
  NextStep();
  if (resumed_ && beside) {  // told or not, nobody knows
    auto again = co_await TakeOver();
    if (!again) log::Warning("the proxies may not know yet", {{"error", again.error().message}});
  }
  if (beside) co_await Drain("old");
  const auto began = walk_.log().service_started;
  auto done = co_await walk_.Persist(record.swap, Goal::kIncoming);
  outcome_.container_id = record.swap.incoming.id;
  co_await SettleProxies(began);
  NoteGap();
  if (done) {  // else the old one may be all that is left
    co_await RenewDependants();
    co_await TidyUp();
    co_await ForgetSpecs();
  }
  End(done ? std::nullopt : std::optional(done.error()));
}

// Both run. What the proxies were told is taken back before the new one stops.
Task<> UpgradeRun::HandBack() {
  auto named = co_await walk_.Persist(Record().swap, Goal::kOutgoing, Reach::kNamed);
  if (!named) co_return;
  auto told = co_await PointProxies(Record().swap.outgoing.id);
  if (!told) {
    outcome_.warnings.push_back("the proxies could not be led back: " + told.error().message);
    co_return;
  }
  co_await Drain("new");
}

// Until the proxies have let go of the `loser`.
Task<> UpgradeRun::Drain(std::string loser) {
  const auto late = co_await router_.Drain(std::exchange(told_, {}), Record().drain);
  for (const auto& name : late) {
    outcome_.warnings.push_back("proxy " + name + " still worked on requests to the " + loser +
                                " container when that was stopped");
  }
}

Task<> UpgradeRun::ResumeTakingOver(Error why) {
  auto incoming = co_await engine_.Inspect(Record().swap.incoming.id);
  const bool is_well =
      incoming && incoming->state == engine::ContainerState::kRunning && incoming->health != engine::Health::kUnhealthy;
  if (is_well) {
    co_await TakeOverAndFinish();
  } else {
    co_await GoBack(std::move(why));
  }
}

// One alone has the name again, and the engine's DNS counts. Whoever was started since `began` may have another address
// than the proxies know: with STOP_FIRST always, otherwise when the engine was away meanwhile.
Task<> UpgradeRun::SettleProxies(std::optional<SteadyTime> began) {
  co_await router_.Unpin(Record().proxies);
  const bool stop_first = Record().strategy != Strategy::kStartFirst;
  const bool moved = stop_first || walk_.log().service_started != began;
  if (Record().proxies.empty() || !moved) co_return;
  auto told = co_await router_.Reload(Record().proxies);
  if (!told) outcome_.warnings.push_back("a proxy could not be told of the new address: " + told.error().message);
}

}  // namespace berth::agent

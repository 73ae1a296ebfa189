#include "agent/operations/upgrade.h"

#include "agent/operations/kept.h"
#include "agent/operations/preflight.h"
#include "agent/operations/upgrade_plan.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;
using std::chrono::milliseconds;

constexpr milliseconds kGatePoll{200};
constexpr milliseconds kEndPoll{50};
constexpr int kLooksForEnd = 20;

bool WasAskedFor(const Error& error) { return error.code == Code::kCancelled; }

Error GateFailed(const Verdict& verdict) {
  return {Code::kFailedPrecondition, "HEALTH_GATE_FAILED",
          "the new container failed its health gate: " + verdict.reason};
}

HealthProgress ProgressOf(const ContainerDetails& container, const HealthGate& gate, milliseconds elapsed,
                          std::uint32_t probes) {
  HealthProgress progress;
  progress.probes = probes;
  progress.health = container.health;
  progress.elapsed = elapsed;
  progress.timeout = GateTimeout(container, gate);
  if (!container.health_log.empty()) progress.last_output = container.health_log.back().output;
  return progress;
}

// The engine keeps the last few probes only, so they are counted as they come.
bool HasNewProbe(const ContainerDetails& before, const ContainerDetails& now) {
  if (now.health_log.empty()) return false;
  return before.health_log.empty() || before.health_log.back().started_at != now.health_log.back().started_at;
}

}  // namespace

Task<> UpgradeRun::Run(ContainerDetails container) {
  operation_->SetStepCount(static_cast<std::uint32_t>(operation_->operation().plan->steps.size()));
  outcome_.strategy = Record().strategy;
  outcome_.old_image = container.image;
  outcome_.old_container_id = container.id;
  outcome_.container_id = container.id;
  operation_->AllowCancel();

  auto prepared = co_await Prepare(container);
  if (!prepared) {
    co_await Abandon(prepared.error());
    co_return;
  }
  if (Record().swap.incoming.id.empty()) {  // it runs this image already
    End(std::nullopt);
    co_return;
  }
  auto unchanged = co_await CheckUnchanged(container);
  if (!unchanged) {
    co_await Abandon(unchanged.error());
    co_return;
  }
  if (Record().strategy == Strategy::kStartFirst) {
    co_await RunBeside();
    co_return;
  }
  auto switched = co_await Switch();
  if (!switched) {
    co_await GoBack(switched.error());
    co_return;
  }
  co_await Commit();
}

// What it came to is told with the end, and not before.
void UpgradeRun::End(std::optional<Error> why) {
  operation_->mutable_operation().upgrade_result = std::move(outcome_);
  const State state = !why ? State::kSucceeded : WasAskedFor(*why) ? State::kCancelled : State::kFailed;
  operation_->End(state, std::move(why));
}

void UpgradeRun::NextStep() {
  const auto& steps = operation_->operation().plan->steps;
  if (step_ < steps.size()) operation_->Report(step_ + 1, steps[step_]);
  ++step_;
}

Result<> UpgradeRun::Enter(Phase phase) {
  UpgradeRecord record = Record();
  record.phase = phase;
  return operation_->Intend(std::move(record));
}

// The pull may have taken long: what an operator did meanwhile counts.
ResultTask<> UpgradeRun::CheckUnchanged(const ContainerDetails& container) {
  const SwapRecord swap = Record().swap;
  auto now = co_await engine_.Inspect(swap.outgoing.id);
  if (!now) co_return now.error();
  if (auto needed = CheckStillNeeded(operation_->request(), *now); !needed) co_return needed;
  const bool same_state = RunsOrWill(*now) == RunsOrWill(container);
  if (now->name == swap.name && same_state && now->restart_policy == swap.outgoing.restart_policy) {
    if (operation_->request().kind == Kind::kRecreate) co_return Result<>();
    co_return co_await dependants_.Recheck(std::move(*now));
  }
  co_return Error{Code::kAborted, "CONTAINER_CHANGED",
                  "somebody changed " + swap.name + " while the new container was prepared; nothing was done"};
}

ResultTask<> UpgradeRun::Switch() {
  if (auto entered = Enter(Phase::kSwitching); !entered) co_return entered;
  NextStep();
  auto walked = co_await walk_.Forward(Record().swap);
  if (!walked) co_return co_await WhyNotUp(walked.error());
  if (!Record().swap.serves) co_return walked;

  NextStep();
  auto gate = Gate();
  co_return co_await operation_->Interruptible(std::move(gate));
}

// A container that dies at once makes the engine fail in odd ways: its own end is the better reason.
Task<Error> UpgradeRun::WhyNotUp(Error failure) {
  auto now = co_await engine_.Inspect(Record().swap.incoming.id);
  if (!now || now->started_at == WallTime{}) co_return failure;
  now->restart_count = 0;
  const Verdict verdict = co_await CatchEnd(std::move(*now), {});
  co_return verdict.kind == Verdict::Kind::kBad ? GateFailed(verdict) : failure;
}

// One that is restarted again and again shows its exit code only between two runs: there it is caught, if it can be.
Task<Verdict> UpgradeRun::CatchEnd(ContainerDetails first, Verdict verdict) {
  for (int look = 0; look < kLooksForEnd; ++look) {
    auto now = co_await engine_.Inspect(first.id);
    if (!now) break;
    verdict = Judge(first, *now, operation_->request().gate, {});
    if (now->state != engine::ContainerState::kRunning) break;
    co_await clock_.SleepFor(kEndPoll);
  }
  co_return verdict;
}

ResultTask<> UpgradeRun::Gate() {
  const HealthGate& gate = operation_->request().gate;
  const SteadyTime began = clock_.Now();
  std::optional<ContainerDetails> first;
  std::optional<ContainerDetails> last_told;
  std::uint32_t probes = 0;
  while (true) {
    auto now = co_await engine_.Inspect(Record().swap.incoming.id);
    if (!now) co_return now.error();
    if (!first) first = *now;
    const auto elapsed = std::chrono::duration_cast<milliseconds>(clock_.Now() - began);
    const bool probed = HasNewProbe(last_told.value_or(ContainerDetails()), *now);
    if (probed) ++probes;
    if (!last_told || probed || last_told->health != now->health) {
      operation_->ReportDetail(ProgressOf(*now, gate, elapsed, probes));
      last_told = *now;
    }
    Verdict verdict = Judge(*first, *now, gate, elapsed);
    if (verdict.kind == Verdict::Kind::kGood) {
      // Without a HEALTHCHECK it counts from its start: that it goes on running is proof, not readiness.
      if (now->has_healthcheck) walk_.ServesSince(clock_.Now());
      co_return Result<>();
    }
    if (verdict.kind == Verdict::Kind::kBad) {
      if (now->started_at != first->started_at) verdict = co_await CatchEnd(std::move(*first), std::move(verdict));
      co_return GateFailed(verdict);
    }
    co_await clock_.SleepFor(kGatePoll);
  }
}

Task<> UpgradeRun::Commit() {
  operation_->PassPointOfNoReturn();
  if (auto entered = Enter(Phase::kCommitted); !entered) {
    co_await GoBack(entered.error());
    co_return;
  }
  outcome_.container_id = Record().swap.incoming.id;
  NoteGap();
  co_await SettleProxies(std::nullopt);
  co_await RenewDependants();
  NextStep();
  co_await TidyUp();
  co_await ForgetSpecs();
  End(std::nullopt);
}

void UpgradeRun::NoteGap() {
  const WalkLog& log = walk_.log();
  if (!log.service_stopped || !log.service_started) return;
  const auto gap = std::chrono::duration_cast<milliseconds>(*log.service_started - *log.service_stopped);
  outcome_.gap = std::max(gap, milliseconds(0));  // the other one served before this one stopped
}

void UpgradeRun::Warn(const std::vector<std::string>& trouble) {
  outcome_.warnings.insert(outcome_.warnings.end(), trouble.begin(), trouble.end());
}

Task<> UpgradeRun::RenewDependants() {
  if (Record().dependants.empty()) co_return;
  NextStep();
  const auto trouble = co_await dependants_.Renew();
  Warn(trouble);
}

Task<> UpgradeRun::RestoreDependants() {
  const auto trouble = co_await dependants_.Restore();
  Warn(trouble);
}

// What a recreate replaced was ill: it is nothing to go back to, and must not push out what is.
Task<> UpgradeRun::TidyUp() {
  const Contender outgoing = Record().swap.outgoing;
  std::vector<std::string> warnings;
  if (operation_->request().kind == Kind::kRecreate) {
    auto warning = co_await RemoveKept(engine_, outgoing.id, outgoing.side_name);
    if (!warning.empty()) warnings.push_back(std::move(warning));
  } else {
    warnings = co_await PruneKept(engine_, Record().swap.name, Record().keep.count);
  }
  outcome_.warnings.insert(outcome_.warnings.end(), warnings.begin(), warnings.end());
}

}  // namespace berth::agent

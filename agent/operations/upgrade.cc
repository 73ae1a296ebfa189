#include "agent/operations/upgrade.h"

#include "agent/operations/owners.h"
#include "agent/operations/preflight.h"
#include "agent/operations/recreate.h"
#include "agent/operations/upgrade_plan.h"
#include "engine/base/backoff.h"
#include "engine/base/log.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;
using std::chrono::milliseconds;

constexpr milliseconds kGatePoll{200};
constexpr milliseconds kCreationInFlight{5'000};  // an engine goes on creating when the agent that asked is killed
constexpr milliseconds kEndPoll{50};
constexpr int kLooksForEnd = 20;
constexpr std::size_t kOutputBytes = 4096;
constexpr std::size_t kOutputLines = 20;

bool WasAskedFor(const Error& error) { return error.reason == "CANCELLED"; }

Error GateFailed(const Verdict& verdict) {
  return {Code::kFailedPrecondition, "HEALTH_GATE_FAILED",
          "the new container failed its health gate: " + verdict.reason};
}

// A digest pins what runs, a tag keeps it readable: repository:tag@sha256:... The engine takes a digest only of the
// repository that it got the image from.
std::string Pinned(const engine::ImageReference& wanted, const engine::Image& image) {
  engine::ImageReference pinned = wanted;
  if (pinned.digest.empty()) pinned.digest = DigestIn(image, wanted.repository);
  return pinned.ToString();
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

// --- forward
// ------------------------------------------------------------------------------------------------------------

Task<> UpgradeRun::Run(ContainerDetails container) {
  operation_->SetStepCount(static_cast<std::uint32_t>(operation_->operation().plan->steps.size()));
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
  auto unchanged = co_await CheckUnchanged();
  if (!unchanged) {
    co_await Abandon(unchanged.error());
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

ResultTask<> UpgradeRun::Prepare(const ContainerDetails& container) {
  if (!Record().swap.created) {  // a rollback: the container is there
    auto kept = co_await engine_.Inspect(Record().swap.incoming.id);
    if (kept) outcome_.new_image = kept->image;
    co_return kept ? Result<>() : Result<>(kept.error());
  }
  auto candidate = co_await ObtainCandidate(container);
  if (!candidate) co_return candidate.error();
  outcome_.new_image = candidate->reference;
  outcome_.old_digest = DigestOf(candidate->old_image, container.image);
  outcome_.new_digest = DigestOf(candidate->new_image, candidate->reference);
  if (candidate->same) {
    outcome_.warnings.push_back("the container runs this very image already; nothing was done");
    co_return Result<>();
  }
  co_return co_await CreateIncoming(container, *candidate);
}

ResultTask<UpgradeRun::Candidate> UpgradeRun::ObtainCandidate(const ContainerDetails& container) {
  return operation_->request().kind == Kind::kRecreate ? SameAgain(container) : PullCandidate(container);
}

// By its name as long as that means the same image; a tag may have moved on.
ResultTask<UpgradeRun::Candidate> UpgradeRun::SameAgain(const ContainerDetails& container) {
  NextStep();
  auto image = co_await engine_.InspectImage(container.image_id);
  if (!image) co_return Annotate(image.error(), "reading the image");
  auto named = co_await engine_.InspectImage(container.image);
  const bool same_name = named && named->id == container.image_id;
  co_return Candidate{*image, *image, same_name ? container.image : container.image_id, false};
}

ResultTask<UpgradeRun::Candidate> UpgradeRun::PullCandidate(const ContainerDetails& container) {
  const Request& request = operation_->request();
  auto wanted = engine::ParseImageReference(request.image.empty() ? ImageOf(container) : request.image);
  if (!wanted) co_return wanted.error();
  auto old_image = co_await engine_.InspectImage(container.image_id);
  if (!old_image) co_return Annotate(old_image.error(), "reading the old image");

  auto credentials = request.credentials;
  if (!credentials && credentials_) credentials = credentials_(wanted->Registry());
  PullRequest pull{*wanted, request.pull, std::move(credentials), {}};
  NextStep();
  auto obtaining = ObtainImage(engine_, clock_, *operation_, std::move(pull));
  auto new_image = co_await operation_->Interruptible(std::move(obtaining));
  if (!new_image) co_return Annotate(new_image.error(), "pulling " + wanted->ToString());

  const bool same = new_image->id == container.image_id;
  std::string reference = Pinned(*wanted, *new_image);
  co_return Candidate{std::move(*old_image), std::move(*new_image), std::move(reference), same};
}

ResultTask<> UpgradeRun::CreateIncoming(const ContainerDetails& container, const Candidate& candidate) {
  const Operation& operation = operation_->operation();
  UpgradeRecord record = Record();
  const std::string asked = operation_->request().image.empty() ? ImageOf(container) : operation_->request().image;
  auto owners = co_await FindOwners(engine_, container);
  if (!owners) co_return owners.error();
  Recreated recreated = Recreate({container, candidate.old_image, candidate.new_image, candidate.reference,
                                  record.swap.incoming.side_name, engine_.ApiVersion(),
                                  OwnLabels(operation.id, LineOf(container), asked), std::move(*owners)});
  for (auto& warning : recreated.warnings) outcome_.warnings.push_back(std::move(warning));

  NextStep();
  auto created = co_await CreateOrAdopt(std::move(recreated.create));
  if (!created) co_return Annotate(created.error(), "creating the new container");
  record.swap.incoming.id = *created;
  auto connected = co_await ConnectLate(*created, std::move(recreated.late_networks));
  if (!connected) co_return Annotate(connected.error(), "connecting the new container");

  // Somebody may have moved a tag between the pull and the creation.
  auto there = co_await engine_.Inspect(*created);
  if (!there) co_return there.error();
  if (there->image_id != candidate.new_image.id) {
    co_return Error{Code::kAborted, "IMAGE_MOVED", "the image changed while the container was created; try again"};
  }
  co_return operation_->Intend(record);
}

// A creation whose answer was lost has happened all the same: its name and its label tell that it is ours.
ResultTask<std::string> UpgradeRun::CreateOrAdopt(engine::CreateRequest request) {
  const std::string name = request.name;
  auto created = co_await engine_.Create(std::move(request));
  if (created) {
    for (auto& warning : created->warnings) outcome_.warnings.push_back(std::move(warning));
    co_return created->id;
  }
  if (created.error().code != Code::kUnavailable && created.error().code != Code::kAborted) co_return created.error();
  auto there = co_await engine_.Inspect(name);
  if (!there) co_return created.error();
  const auto label = there->labels.find(std::string(kOperationLabel));
  if (label == there->labels.end() || label->second != operation_->operation().id) co_return created.error();
  co_return there->id;
}

ResultTask<> UpgradeRun::ConnectLate(const std::string& id, std::vector<LateNetwork> networks) {
  for (auto& late : networks) {
    auto connected = co_await engine_.ConnectNetwork(late.network, id, std::move(late.endpoint));
    if (!connected) co_return connected;
  }
  co_return Result<>();
}

Result<> UpgradeRun::Enter(Phase phase) {
  UpgradeRecord record = Record();
  record.phase = phase;
  return operation_->Intend(std::move(record));
}

// The pull may have taken long: what an operator did meanwhile counts.
ResultTask<> UpgradeRun::CheckUnchanged() {
  const SwapRecord swap = Record().swap;
  auto now = co_await engine_.Inspect(swap.outgoing.id);
  if (!now) co_return now.error();
  const bool runs = RunsOrWill(*now);
  if (now->name == swap.name && runs == swap.serves && now->restart_policy == swap.outgoing.restart_policy) {
    co_return Result<>();
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
  NextStep();
  co_await TidyUp();
  End(std::nullopt);
}

void UpgradeRun::NoteGap() {
  const WalkLog& log = walk_.log();
  if (!log.service_stopped || !log.service_started) return;
  outcome_.gap = std::chrono::duration_cast<milliseconds>(*log.service_started - *log.service_stopped);
}

// What a recreate replaced was ill: it is nothing to go back to, and must not push out what is.
Task<> UpgradeRun::TidyUp() {
  const SwapRecord swap = Record().swap;
  if (operation_->request().kind != Kind::kRecreate) return PruneKept();
  return RemoveKept(swap.outgoing.id, swap.outgoing.side_name);
}

// Without force: one that somebody started again is not ours to remove.
Task<> UpgradeRun::RemoveKept(std::string id, std::string name) {
  auto removed = co_await engine_.Remove(id, false);
  if (!removed && removed.error().code != Code::kNotFound)
    outcome_.warnings.push_back("could not remove " + name + ": " + removed.error().message);
}

Task<> UpgradeRun::PruneKept() {
  auto kept = co_await KeptContainers(engine_, Record().swap.name);
  if (!kept) {
    log::Warning("cannot tidy up kept containers; the next upgrade does", {{"error", kept.error().message}});
    co_return;
  }
  const auto limit = static_cast<std::size_t>(Record().keep_previous);
  for (std::size_t place = limit; place < kept->size(); ++place) {
    co_await RemoveKept((*kept)[place].id, (*kept)[place].name);
  }
}

// --- back
// ---------------------------------------------------------------------------------------------------------------

// The old container was not touched, and is not now.
Task<> UpgradeRun::Abandon(Error why) {
  operation_->PassPointOfNoReturn();
  if (Record().swap.created) co_await RemoveIncoming();
  End(std::move(why));
}

Task<> UpgradeRun::RemoveIncoming() {
  const std::string id = co_await FindIncoming();
  Backoff backoff;
  while (!id.empty()) {
    auto removed = co_await engine_.Remove(id, false);
    if (removed || removed.error().code == Code::kNotFound) co_return;
    if (removed.error().code != Code::kUnavailable && removed.error().code != Code::kDeadlineExceeded) {
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
  operation_->Report(step_, "Go back to the old " + Record().swap.name);
  auto back = co_await walk_.Persist(Record().swap, Goal::kOutgoing);
  NoteGap();
  outcome_.rolled_back = back.has_value();
  if (!back && back.error().reason == "CONTAINER_LOST") {
    auto forward = co_await walk_.Persist(Record().swap, Goal::kIncoming);
    outcome_.container_id = Record().swap.incoming.id;
    why.message += "; the old container is gone, so the new one was left in its place";
    if (!forward) why.message += " (" + forward.error().message + ")";
  } else if (!back) {
    why.message += "; and going back failed: " + back.error().message;
    why.reason = "ROLLBACK_FAILED";
  }
  End(std::move(why));
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

// --- after a restart
// ----------------------------------------------------------------------------------------------------

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

Task<> UpgradeRun::Resume() {
  outcome_.old_container_id = Record().swap.outgoing.id;
  outcome_.container_id = Record().swap.outgoing.id;
  resumed_ = true;
  step_ = operation_->operation().progress.step;
  operation_->SetStepCount(operation_->operation().progress.step_count);
  Error why{Code::kAborted, "INTERRUPTED",
            "the agent was stopped in the middle of this operation; everything is as it was before"};

  switch (Record().phase) {
    case Phase::kPreparing:
      co_await Abandon(std::move(why));
      break;
    case Phase::kSwitching:
      co_await GoBack(std::move(why));
      break;
    case Phase::kCommitted: {
      auto done = co_await walk_.Persist(Record().swap, Goal::kIncoming);
      outcome_.container_id = Record().swap.incoming.id;
      co_await TidyUp();
      End(done ? std::nullopt : std::optional(done.error()));
      break;
    }
  }
}

}  // namespace berth::agent

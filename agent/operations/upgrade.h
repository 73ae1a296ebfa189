// Replaces a container by one from another image, or by the one that was kept; and finishes what a killed agent began.
#pragma once

#include <memory>

#include "agent/operations/active_operation.h"
#include "agent/operations/dependants_run.h"
#include "agent/operations/health_gate.h"
#include "agent/operations/policy.h"
#include "agent/operations/pull.h"
#include "agent/operations/recreate.h"
#include "agent/operations/router.h"
#include "agent/operations/swap_walk.h"
#include "engine/engine.h"

namespace berth::agent {

// What the configuration says about images.
struct ImageRules {
  CredentialsFor credentials;
  Policy policy;
  Verify verify;  // empty: nobody asks
};

// One run of one operation. The operation's journal record is the only thing that outlives it.
//
//   Preparing    pull, create             on failure: remove what was created; the old container was not touched
//   Switching    stop, start, rename      on failure: the same walk backwards, until the old one serves again
//   Committed    the new one is healthy   on failure: go on, until the names are right
//
// With START_FIRST, Switching is: start the new one beside the old one, and wait until it is healthy. Then comes
//
//   Taking over  rename, tell the proxies on failure: tell them of the old one again, and then backwards; when the
//   agent
//                                         was killed: once more, because the new one has proved healthy
class UpgradeRun {
 public:
  UpgradeRun(engine::Engine& engine, Clock& clock, std::shared_ptr<ActiveOperation> operation, ImageRules rules,
             Operations& operations)
      : engine_(engine),
        clock_(clock),
        operation_(std::move(operation)),
        rules_(std::move(rules)),
        walk_(engine, clock, *operation_),
        router_(engine, clock, operation_->operation().container),
        dependants_(engine, clock, *operation_, operations) {}

  // `container` is fresh, and the operation's record says what changes places.
  Task<> Run(engine::ContainerDetails container);
  // After a restart of the agent: decided by the record's phase and by what is on the engine.
  Task<> Resume();

 private:
  struct Candidate {
    engine::Image old_image;
    engine::Image new_image;
    std::string reference;  // what is run: with a digest where there is one
    bool same = false;      // the container runs this very image already
  };

  ResultTask<Candidate> ObtainCandidate(const engine::ContainerDetails& container);
  ResultTask<Candidate> SameAgain(const engine::ContainerDetails& container);
  ResultTask<Candidate> PullCandidate(const engine::ContainerDetails& container);
  ResultTask<> Vet(engine::ImageReference image);
  ResultTask<> CreateIncoming(const engine::ContainerDetails& container, const Candidate& candidate);
  Task<> ForgetSpecs();
  ResultTask<std::string> CreateOrAdopt(engine::CreateRequest request);
  ResultTask<> ConnectLate(const std::string& id, std::vector<LateNetwork> networks);
  ResultTask<> Prepare(const engine::ContainerDetails& container);
  ResultTask<> CheckUnchanged(const engine::ContainerDetails& container);
  ResultTask<> Switch();
  Task<Error> WhyNotUp(Error failure);
  Task<Verdict> CatchEnd(engine::ContainerDetails first, Verdict verdict);
  ResultTask<> Gate();
  Task<> Commit();
  Task<> RunBeside();
  ResultTask<> ProveBeside();
  Task<> TakeOverAndFinish();
  ResultTask<> TakeOver();
  ResultTask<> PointProxies(std::string chosen);
  Task<> Finish();
  Task<> HandBack();
  Task<> ResumeTakingOver(Error why);
  Task<> Drain(std::string loser);
  Task<> SettleProxies(std::optional<SteadyTime> began);
  Task<> GoBack(Error why);
  Task<bool> CanGoBack();
  ResultTask<bool> OldCanStart();
  Task<Error> LeaveIncoming(Error why);
  Task<> Abandon(Error why);
  Task<> RemoveIncoming();
  Task<> CollectEvidence();
  ResultTask<std::string> TailOf(std::string id);
  Task<> RenewDependants();
  Task<> RestoreDependants();
  Task<> TidyUp();
  Task<std::string> FindIncoming();
  Task<bool> CatchUp();
  ResultTask<Seen> LookByName();

  Result<> Enter(Phase phase);
  UpgradeRecord Record() const { return *operation_->record(); }
  void NoteGap();
  void NextStep();
  void Warn(const std::vector<std::string>& trouble);
  void End(std::optional<Error> why);

  engine::Engine& engine_;
  Clock& clock_;
  std::shared_ptr<ActiveOperation> operation_;
  ImageRules rules_;
  SwapWalk walk_;
  Router router_;
  std::vector<Told> told_;  // proxies that may still work on requests to the container that they were led away from
  DependantsRun dependants_;
  UpgradeResult outcome_;
  std::uint32_t step_ = 0;
  bool resumed_ = false;
};

}  // namespace berth::agent

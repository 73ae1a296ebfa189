// Upgrades several containers, as child operations of one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/operations/active_operation.h"
#include "agent/operations/group.h"
#include "agent/operations/operations.h"
#include "engine/base/backoff.h"
#include "engine/base/clock.h"

namespace berth::agent {

// Who is to be begun is in the journal before it is begun, and how far each is says its own record: so a run may begin
// anywhere, also after the agent was killed.
class GroupRun {
 public:
  GroupRun(Operations& operations, Clock& clock, std::shared_ptr<ActiveOperation> operation)
      : operations_(operations), clock_(clock), operation_(std::move(operation)) {}

  // Until it has ended; or, when the agent stops, until the next child would begin: then it goes on after the start.
  Task<> Run();

 private:
  Stage StageOf(const GroupMember& member);
  Stage StageOfUpgrade(const GroupMember& member);
  bool MayTryAgain(const Operation& ended);
  std::vector<Stage> Stages();
  void TellChanges(const std::vector<Stage>& stages);
  void NoteCancel(const std::vector<Stage>& stages);
  Task<bool> Carry(GroupDecision decision);
  Task<bool> BeginUpgrade(std::size_t place);
  Task<bool> BeginRollback(std::size_t place);
  Task<bool> Begin(std::size_t place, std::string GroupMember::*id, Request request);
  bool WriteDown(GroupRecord record);
  std::string TroubleOf(const GroupMember& member);
  std::optional<Error> WhyNotAll(const std::vector<Stage>& stages);
  void Conclude(const std::vector<Stage>& stages);

  Operations& operations_;
  Clock& clock_;
  std::shared_ptr<ActiveOperation> operation_;
  std::vector<Stage> told_;
  std::optional<Error> journal_failed_;
  Backoff backoff_;  // while the engine is away
};

}  // namespace berth::agent

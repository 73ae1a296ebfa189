// What must survive a kill -9: operations, their progress, and the intent of the one under way. An interface, so that
// operations can be tested with a disk that is full at an exact point.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/operations/group_record.h"
#include "agent/operations/specs.h"
#include "agent/operations/types.h"
#include "agent/operations/upgrade_record.h"
#include "engine/base/error.h"

namespace berth::agent {

// A row, with what only the agent itself needs.
struct JournalEntry {
  Operation operation;
  std::string
      request_hash;  // SHA-256 of the canonical request without credentials; to tell a retry from another request
  std::optional<UpgradeRecord> upgrade;  // of all that replace a container, from before the first engine call on
  std::optional<GroupRecord> group;      // of a group
};

struct OperationQuery {
  std::string container;  // all when empty
  bool unfinished = false;
  bool replacing = false;  // only upgrades, rollbacks and recreates
  std::size_t limit = 50;
  std::string before_id;  // continue a listing behind this one; from the newest when empty
};

// When a method returns, the record is on disk. All run on the loop thread.
// Errors: RESOURCE_EXHAUSTED (DISK_FULL), INTERNAL (JOURNAL_FAILED). After an error nothing of that call is recorded.
class Journal : public SpecStore {
 public:
  // A new operation with its first progress, in one transaction.
  virtual Result<> Begin(const JournalEntry& entry) = 0;
  // Appends operation.progress under its sequence number, and stores the state and the plan with it.
  virtual Result<> Advance(const Operation& operation) = 0;
  // The intent, before the engine call that it announces.
  virtual Result<> Intend(const std::string& id, const UpgradeRecord& record) = 0;
  virtual Result<> Intend(const std::string& id, const GroupRecord& record) = 0;
  // The final record.
  virtual Result<> Finish(const Operation& operation) = 0;

  virtual Result<std::optional<JournalEntry>> Find(const std::string& id) = 0;
  virtual Result<std::optional<JournalEntry>> FindByRequestId(const std::string& request_id) = 0;
  virtual Result<std::vector<Operation>> List(const OperationQuery& query) = 0;  // newest first
  virtual Result<std::vector<JournalEntry>> Unfinished() = 0;                    // oldest first
  // Progress from `sequence` on, oldest first; at most `limit`. Each operation keeps its first 1,000.
  virtual Result<std::vector<Progress>> ProgressFrom(const std::string& id, std::uint64_t sequence,
                                                     std::size_t limit) = 0;
  // Drops operations that ended before `before`, and the oldest ended ones beyond `keep`; never a part of one that is
  // under way.
  virtual Result<> Prune(WallTime before, std::size_t keep) = 0;
};

}  // namespace berth::agent

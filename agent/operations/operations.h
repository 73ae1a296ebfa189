// The operations of this host: begins them, follows them, recovers them. The one way to change a container.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "agent/operations/errand.h"
#include "agent/operations/fingerprint.h"
#include "agent/operations/group.h"
#include "agent/operations/history.h"
#include "agent/operations/journal.h"
#include "agent/operations/policy.h"
#include "agent/operations/pull.h"
#include "agent/operations/types.h"
#include "engine/engine.h"

namespace berth::agent {

struct OperationSettings {
  KeepRule keep;
  CredentialsFor credentials;  // of the agent's own auth file; empty = none
  Policy policy;
  Verify verify;                         // of images; empty = nobody asks
  std::size_t maximum_unfinished = 256;  // running and queued; one more is refused with RESOURCE_EXHAUSTED
  std::chrono::hours keep_history{24 * 30};
  std::size_t maximum_history = 10'000;
  std::set<std::string> scope_labels = {};  // that scopes of callers speak of, besides the project
};

// A lease that was taken or given back.
struct LeaseChange {
  std::string service_key;
  std::string operation;            // that holds it now; empty: nobody
  Origin origin = Origin::kCaller;  // of that operation
};

Error NoSuchOperation(const std::string& id);

// Since the agent's start.
using EndedOperations = std::map<std::pair<Kind, State>, std::uint64_t>;

// One follower of one operation.
class OperationWatch {
 public:
  virtual ~OperationWatch() = default;

  struct Item {
    std::optional<Progress> progress;    // or
    std::optional<Operation> operation;  // the end; comes once, last
  };
  // Waits for the next item; nothing after the end.
  virtual ResultTask<std::optional<Item>> Next() = 0;
};

// Runs on the loop thread, and so does everything that it starts.
class Operations {
 public:
  virtual ~Operations() = default;

  // Validates, resolves the container, takes the lease, journals, begins; returns the operation as it is then (for
  // validate_only: VALIDATED, with a plan, not journaled). Errors: INVALID_ARGUMENT; NOT_FOUND (CONTAINER_NOT_FOUND);
  // ABORTED (OPERATION_IN_PROGRESS with metadata "operation", or ETAG_MISMATCH); ALREADY_EXISTS (REQUEST_ID_REUSED);
  // PERMISSION_DENIED (see policy.h); FAILED_PRECONDITION (WOULD_LOSE with one sentence per refusal, NOT_RUNNING,
  // NOT_UNHEALTHY, or as of FindOwners); RESOURCE_EXHAUSTED; UNAVAILABLE.
  virtual ResultTask<Operation> Submit(Request request) = 0;

  // The same for several containers: one operation, whose children are the upgrades. All are examined before the first
  // begins, and what refuses one refuses all. Errors besides those of Submit: NOT_FOUND (NOTHING_SELECTED),
  // FAILED_PRECONDITION (DEPENDENCY_CYCLE).
  virtual ResultTask<Operation> SubmitGroup(GroupRequest request) = 0;
  // Begins it at once, or stands in line. Errors: as above, as far as they concern no container.
  virtual Result<Operation> Submit(Errand errand) = 0;

  // What the container of this name can go back to, as far as the engine and the history know; what runs now first.
  // NOT_FOUND (CONTAINER_NOT_FOUND).
  virtual ResultTask<std::vector<Choice>> Versions(std::string container, Scope scope) = 0;

  // Removes the kept containers whose time is over, but those of services that an operation works on.
  virtual Task<> SweepKept() = 0;

  virtual Result<Operation> Get(const std::string& id) = 0;
  virtual Result<std::vector<Operation>> List(const OperationQuery& query) = 0;
  // NOT_FOUND (OPERATION_NOT_FOUND).
  virtual Result<std::unique_ptr<OperationWatch>> Watch(const std::string& id, std::uint64_t from_sequence) = 0;
  // Until it ends or `limit` is over; then as it is.
  virtual ResultTask<Operation> Wait(std::string id, std::optional<std::chrono::milliseconds> limit) = 0;
  // FAILED_PRECONDITION (OPERATION_ENDED, PAST_POINT_OF_NO_RETURN).
  virtual Result<Operation> Cancel(const std::string& id) = 0;

  // Takes up what a killed agent left: call once, before the first Submit. Returns when the leases are taken; the work
  // itself goes on in the background.
  virtual Result<> Recover() = 0;
  // Refuses what is new, lets what runs end, asks it to go back after half of `limit`; what is not done then is left to
  // Recover() of the next start.
  virtual Task<> Drain(std::chrono::milliseconds limit) = 0;

  virtual std::size_t RunningCount() const = 0;
  // The operation that works on what has this service key now.
  virtual std::optional<std::string> HolderOf(const std::string& service_key) const = 0;
  virtual const EndedOperations& Ended() const = 0;

  // What holds from now on; for what runs already, what held when it began.
  virtual void ChangeSettings(OperationSettings settings) = 0;

  // For one who has to keep away from what operations work on: told of the leases that are held now, and then of each
  // change. Set once.
  virtual void OnLease(std::function<void(const LeaseChange&)> told) = 0;
};

std::unique_ptr<Operations> MakeOperations(boost::asio::any_io_executor loop, engine::Engine& engine, Journal& journal,
                                           Clock& clock, OperationSettings settings);

}  // namespace berth::agent

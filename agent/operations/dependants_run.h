// Brings those that live with a container after it, as child operations of its upgrade or rollback.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/operations/active_operation.h"
#include "agent/operations/operations.h"
#include "engine/engine.h"

namespace berth::agent {

// All that it does is derived from the operation's record and from what is on the engine, so that it can be begun
// again anywhere. While the engine is away it waits for it.
class DependantsRun {
 public:
  DependantsRun(engine::Engine& engine, Clock& clock, ActiveOperation& operation, Operations& operations)
      : engine_(engine), clock_(clock), operation_(operation), operations_(operations) {}

  // Before anything is touched: who ran is written down once more. ABORTED (CONTAINER_CHANGED) when there is one that
  // the plan does not know.
  ResultTask<> Recheck(engine::ContainerDetails container);
  // Those that an agent which was killed had begun have ended.
  Task<> AwaitChildren();
  // The new container is there to stay: each is made anew, unless it was already. Returns what did not work.
  Task<std::vector<std::string>> Renew();
  // The old container runs again: each that lost its namespace meanwhile is restarted. Returns what did not work.
  Task<std::vector<std::string>> Restore();

 private:
  using Wanted = std::function<std::optional<Request>(const Dependant&, const engine::ContainerDetails& now)>;

  // What one attempt came to.
  struct Attempt {
    Dependant dependant;
    Result<> done;
  };

  Request Ask(Kind kind, const Dependant& dependant) const;
  Task<std::vector<std::string>> ForEach(Wanted wanted);
  Task<std::vector<std::string>> Persist(std::vector<Dependant> level, Wanted wanted);
  Task<std::vector<Attempt>> TryAll(std::vector<Dependant> level, Wanted wanted);
  ResultTask<std::string> Begin(Dependant dependant, Wanted wanted);
  ResultTask<> EndOf(Result<std::string> begun);
  Task<std::optional<engine::ContainerDetails>> OldContainer();

  engine::Engine& engine_;
  Clock& clock_;
  ActiveOperation& operation_;
  Operations& operations_;
};

}  // namespace berth::agent

// Several containers that are upgraded together: in which order, and what comes next; pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/operations/group_record.h"
#include "engine/types.h"

namespace berth::agent {

// What a caller asks for.
struct GroupRequest {
  Request each;  // of each container; request_id, validate_only and queue are the group's
  // Those that match everything that is given.
  std::string project;                        // of Compose
  std::vector<std::string> services;          // of the project; empty: all
  std::vector<std::string> labels;            // KEY or KEY=VALUE
  std::map<std::string, std::string> images;  // by service or the container's name; "": all others
  MaxUnavailable max_unavailable;
  bool roll_back = false;
};

// "project shop, service web", "label team=blue"
std::string DescribeSelection(const GroupRequest& request);

// Compose's service; else the container's name.
std::string ServiceOf(const engine::ContainerDetails& container);

// For each container the places of those that it depends on: by Compose's depends_on, or because it uses a namespace,
// volumes or a link of theirs.
std::vector<std::vector<std::size_t>> NeedsOf(const std::vector<engine::ContainerDetails>& containers);

// For each how many others have to come before it, one after the other. FAILED_PRECONDITION (DEPENDENCY_CYCLE) with the
// names of those that depend on each other in a circle.
Result<std::vector<int>> LevelsOf(const std::vector<std::vector<std::size_t>>& needs,
                                  const std::vector<std::string>& names);

// How far one of them is.
enum class Stage {
  kWaiting,
  kUpgrading,
  kUpgraded,
  kUnchanged,  // it runs that image already
  kFailed,     // or cancelled: it is as it was
  kGoingBack,
  kBack,
  kStuck,  // it could not be rolled back
};

// None of them, and not finished: wait until something has changed.
struct GroupDecision {
  std::vector<std::size_t> upgrade;      // to be begun now
  std::optional<std::size_t> roll_back;  // likewise
  bool finished = false;
};

// `stop`: nothing new is begun, also when none has failed.
GroupDecision Decide(const GroupRecord& record, const std::vector<Stage>& stages, bool stop);

// "1 of 3 upgraded, 1 failed, 1 not begun"
std::string Tally(const std::vector<Stage>& stages);

}  // namespace berth::agent

// Those that live in a namespace that is gone, because a replacement of which the journal knows nothing did not come to
// them; pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "agent/operations/upgrade_record.h"
#include "engine/types.h"

namespace berth::agent {

// Of `all` containers of the host, and those that live with them; the least deep first. `lost` are the operations that
// the journal does not know. Only what ran before and was left just now: else it may be a person's wish.
std::vector<Dependant> StrandedOf(const std::vector<engine::ContainerDetails>& all, const std::set<std::string>& lost,
                                  WallTime now);

}  // namespace berth::agent

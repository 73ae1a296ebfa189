// Which containers a group is, and what speaks against upgrading each of them: asked before anything is touched.
#pragma once

#include <functional>

#include "agent/operations/group.h"
#include "agent/operations/leases.h"
#include "agent/operations/preflight.h"
#include "engine/engine.h"

namespace berth::agent {

struct GroupPreflight {
  GroupRecord record;
  Plan plan;              // with a part for each container, and the refusals of all
  ServiceKeys services;   // of its members
  engine::Labels labels;  // that all of them have alike
};

// What speaks against one of them.
using ExamineMember = std::function<ResultTask<Preflight>(Request request, engine::ContainerDetails container)>;

// NOT_FOUND (NOTHING_SELECTED); INVALID_ARGUMENT (BAD_FIELD) for an image of none of them; FAILED_PRECONDITION
// (DEPENDENCY_CYCLE); PERMISSION_DENIED; and what the engine says.
ResultTask<GroupPreflight> PreflightGroup(engine::Engine& engine, ExamineMember examine, GroupRequest request);

// One container's upgrade, as the group asks for it.
Request AskMember(const GroupRecord& record, const GroupMember& member);

}  // namespace berth::agent

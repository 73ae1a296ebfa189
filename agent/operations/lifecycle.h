// Start, stop and restart: one call to the engine each.
#pragma once

#include "agent/operations/active_operation.h"
#include "engine/engine.h"

namespace berth::agent {

std::vector<std::string> LifecycleSteps(Kind kind, const engine::ContainerDetails& container);

// `container` is fresh.
Task<> RunLifecycle(engine::Engine& engine, ActiveOperation& operation, engine::ContainerDetails container);

// The agent was killed during the call: what came of it is seen on the container.
Task<> ResumeLifecycle(engine::Engine& engine, Clock& clock, ActiveOperation& operation);

}  // namespace berth::agent

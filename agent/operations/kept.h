// What upgrades put aside for a rollback, and how it goes again.
#pragma once

#include <string>
#include <vector>

#include "agent/operations/upgrade_record.h"
#include "engine/engine.h"

namespace berth::agent {

// The stopped containers that upgrades of this name left for a rollback; the last replaced first.
ResultTask<std::vector<engine::ContainerDetails>> KeptContainers(engine::Engine& engine, std::string name);

// Without force: one that somebody started again is not ours to remove. Returns why it is still there, else nothing.
Task<std::string> RemoveKept(engine::Engine& engine, std::string id, std::string name);

// Removes what is kept beyond the rule. Returns a warning for each that could not be removed.
Task<std::vector<std::string>> PruneKept(engine::Engine& engine, std::string name, KeepRule rule);

}  // namespace berth::agent

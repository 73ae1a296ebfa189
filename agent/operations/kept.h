// What upgrades put aside for a rollback, and how it goes again.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/operations/journal.h"
#include "agent/operations/upgrade_record.h"
#include "engine/engine.h"

namespace berth::agent {

// Was it put aside by us? Its name says so, and the labels of it or of one that came after it.
bool IsOurs(const engine::ContainerSummary& kept, const std::vector<engine::ContainerSummary>& all);

// When the time of a kept container is over; nothing: never. `entry` is the operation that put it aside, if the journal
// still knows it: that one's rule counts, else the `usual` one.
std::optional<WallTime> GoesAt(const engine::ContainerDetails& kept, const std::optional<JournalEntry>& entry,
                               const KeepRule& usual);

// The stopped containers that upgrades of this name left for a rollback; the last replaced first.
ResultTask<std::vector<engine::ContainerDetails>> KeptContainers(engine::Engine& engine, std::string name);

// Without force: one that somebody started again is not ours to remove. Returns why it is still there, else nothing.
Task<std::string> RemoveKept(engine::Engine& engine, std::string id, std::string name);

// Removes what we put aside, but the last `count`. Returns a warning for each that could not be removed.
Task<std::vector<std::string>> PruneKept(engine::Engine& engine, std::string name, int count);

}  // namespace berth::agent

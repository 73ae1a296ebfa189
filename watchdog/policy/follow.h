// Containers that share the namespace of another have to be started again after it was.
#pragma once

#include <optional>

#include "watchdog/policy/memory.h"

namespace berth::watchdog::policy {

// `container` was started: it uses the namespaces that there are now.
void Join(World& world, Container& container);
// Sees who has to follow, when something started, came or went.
void UpdateFollowers(Deciding& d);
// The owner runs and is well, and nobody else is about to do it: the container has to be started again now.
bool HasToFollow(Deciding& d, const Container& container);
// Its owner is gone and nobody has taken its place: a restart could only fail.
bool IsOrphan(World& world, const Container& container);

}  // namespace berth::watchdog::policy

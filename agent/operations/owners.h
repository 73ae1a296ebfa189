// Whose namespaces and volumes a container uses, and who took their place.
#pragma once

#include <array>
#include <set>
#include <string>
#include <string_view>

#include "agent/operations/types.h"
#include "engine/engine.h"

namespace berth::agent {

// HostConfig's fields that may be "container:<id>".
inline constexpr std::array kSharedModes = {"NetworkMode", "IpcMode", "PidMode"};
inline constexpr std::string_view kOfContainer = "container:";

// From what the configuration says, an id or a name, to the id of today; only where the two are different containers.
// What we replaced says so in a name or in a label; for the rest there is what the caller knows.
// FAILED_PRECONDITION: OWNER_GONE when one that is referred to is gone, and no other is known to have taken its place;
// OWNER_NOT_RUNNING when the container `shall_run` and can't, because one whose namespace it has to join does not run.
ResultTask<Owners> FindOwners(engine::Engine& engine, engine::ContainerDetails container, Owners known, bool shall_run);

// The names of the volumes that it has from the containers of its VolumesFrom, as far as those are there.
ResultTask<std::set<std::string>> BorrowedVolumes(engine::Engine& engine, engine::ContainerDetails container,
                                                  Owners owners);

// Could it be started again as it is? Not when one whose namespace it has to join is gone.
ResultTask<bool> CanStartAgain(engine::Engine& engine, engine::ContainerDetails container);

}  // namespace berth::agent

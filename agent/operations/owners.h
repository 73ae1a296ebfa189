// Whose namespaces and volumes a container uses, and who took their place.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "engine/engine.h"

namespace berth::agent {

// HostConfig's fields that may be "container:<id>".
inline constexpr std::array kSharedModes = {"NetworkMode", "IpcMode", "PidMode"};
inline constexpr std::string_view kOfContainer = "container:";

// From what the configuration says, an id or a name, to the id of today; only where the two are different containers.
using Owners = std::map<std::string, std::string>;

// Each container that another one was replaced by says so in a label. FAILED_PRECONDITION (OWNER_GONE) when one that
// is referred to is gone, and no other came after it.
ResultTask<Owners> FindOwners(engine::Engine& engine, engine::ContainerDetails container);

}  // namespace berth::agent

// Who has to wait for whom: the root of an illness is healed before what depends on it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "watchdog/policy/memory.h"

namespace berth::watchdog::policy {

// What a dependency or a share means for `container`: by id, name, service key or Compose service.
std::vector<Container*> Resolve(World& world, const Container& container, const std::string& name);

// The watched root that `container` has to wait for; marks it as wanted. In a cycle the lesser service key goes first.
std::optional<Wait> WaitForRoot(Deciding& d, Container& container);

}  // namespace berth::watchdog::policy

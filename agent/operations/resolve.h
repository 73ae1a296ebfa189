// The one way from what a caller wrote to a container.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "agent/operations/caller.h"
#include "engine/engine.h"

namespace berth::agent {

// A name in full, an id, or 12 or more digits of an id. The engine would take any two digits that only one id begins
// with: too little to stop something by. NOT_FOUND (CONTAINER_NOT_FOUND) with metadata "container", also for one that
// `scope` does not cover: whoever may not see it does not learn that it is there.
ResultTask<engine::ContainerDetails> Resolve(engine::Engine& engine, std::string container, Scope scope);

// Of all that `scope` covers, by their service keys; nothing: of the whole host.
using ServicesInScope = std::optional<std::set<std::string>>;
ResultTask<ServicesInScope> ServicesIn(engine::Engine& engine, Scope scope);

Error NoSuchContainer(const std::string& container);

}  // namespace berth::agent

// The one way from what a caller wrote to a container.
#pragma once

#include <string>

#include "engine/engine.h"

namespace berth::agent {

// A name in full, an id, or 12 or more digits of an id. The engine would take any two digits that only one id begins
// with: too little to stop something by. NOT_FOUND (CONTAINER_NOT_FOUND) with metadata "container".
ResultTask<engine::ContainerDetails> Resolve(engine::Engine& engine, std::string container);

}  // namespace berth::agent

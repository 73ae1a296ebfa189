// An engine with failpoints around each call that may change something.
#pragma once

#include <memory>

#include "engine/engine.h"

namespace berth::test::failpoints {

std::unique_ptr<engine::Engine> WithFailpoints(std::unique_ptr<engine::Engine> engine);

}  // namespace berth::test::failpoints

// Hands that say what they do, the moment before and the moment after.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "watchdog/hands.h"

namespace berth::watchdog::autoheal {

struct Narrator {
  std::function<void(const Heal&)> begins;
  std::function<void(const Heal&, const Result<std::string>&)> ended;
};

std::unique_ptr<Hands> Narrate(std::unique_ptr<Hands> hands, Narrator narrator);

}  // namespace berth::watchdog::autoheal

// What this machine calls itself.
#pragma once

#include <string>

namespace berth {

// Empty when the system does not say.
std::string HostName();

}  // namespace berth

// What may stand in a URL path of the engine, and nothing else; pure.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/error.h"

namespace berth::engine {

// A container's name, ^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$, or id, ^[0-9a-f]{12,64}$.
// INVALID_ARGUMENT (BAD_CONTAINER_NAME) otherwise: a path, an empty string, a control character ...
Result<> CheckContainerName(std::string_view name);

// A network's name or id. The engine allows more here than in a container's name, even spaces: INVALID_ARGUMENT
// (BAD_NETWORK_NAME) only for what could become another path.
Result<> CheckNetworkName(std::string_view name);

// Everything but unreserved characters as %XX, for one segment of a path or one value of a query.
std::string PercentEncode(std::string_view text);

}  // namespace berth::engine

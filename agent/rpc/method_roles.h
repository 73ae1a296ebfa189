// Which role each method of the API asks for: one table, and what is not in it is denied; pure.
#pragma once

#include <string_view>

#include "agent/operations/caller.h"

namespace berth::rpc {

// By the full name of the method's request, which no other method takes: "berth.v1.StopContainerRequest".
// PERMISSION_DENIED (METHOD_UNLISTED) for one that is not in the table.
Result<agent::Access> AccessOf(std::string_view request_type);

}  // namespace berth::rpc

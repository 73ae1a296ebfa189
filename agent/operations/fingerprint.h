// Short names for long things; pure but for NewOperationId.
#pragma once

#include <string>

#include "agent/operations/group.h"
#include "agent/operations/types.h"

namespace berth::agent {

// 16 hexadecimal digits at random.
std::string NewOperationId();

// SHA-256, in hexadecimal.
std::string HashOf(const std::string& text);

// SHA-256 over all that makes two requests the same: everything but request_id and credentials.
std::string HashOf(const Request& request);
std::string HashOf(const GroupRequest& request);

// Changes whenever something that an operation reads changes: id, image, state, start, name, restart policy.
std::string EtagOf(const engine::ContainerDetails& container);

}  // namespace berth::agent

// Why an agent can't be talked to, in a sentence; gRPC alone would only say that it could not connect.
#pragma once

#include <optional>

#include "cli/remote/address.h"
#include "engine/base/error.h"

namespace berth::cli {

// Tries to connect, and with another host to shake hands, for at most 10 s. Nothing when that works. Otherwise
// AGENT_UNREACHABLE, SOCKET_DENIED, or TLS_REFUSED where the two sides do not trust each other.
std::optional<Error> WhyUnreachable(const AgentAddress& address);

}  // namespace berth::cli

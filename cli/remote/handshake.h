// A TLS handshake that is made only to learn why gRPC's own one failed.
#pragma once

#include <optional>

#include "cli/remote/address.h"
#include "engine/base/error.h"

namespace berth::cli {

// REQUIRES: `socket` is connected and does not block. Nothing when both sides trust each other; otherwise
// UNAUTHENTICATED (TLS_REFUSED), or UNAVAILABLE (AGENT_UNREACHABLE) when the other side does not speak TLS within 5 s.
std::optional<Error> WhyNoHandshake(int socket, const AgentAddress& address);

}  // namespace berth::cli

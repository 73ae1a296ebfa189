// Where the agent listens.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/error.h"

namespace berth::cli {

inline constexpr char kDefaultHost[] = "unix:///run/berth/berthd.sock";

// A Unix socket.
struct AgentAddress {
  std::string path;

  std::string Target() const { return "unix:" + path; }  // for gRPC
};

// "unix:///path", "unix:path" or a bare path with a slash in it. INVALID_ARGUMENT says what is accepted.
Result<AgentAddress> ParseAddress(std::string_view text);

// Tries to connect, and says why that fails (AGENT_UNREACHABLE or SOCKET_DENIED); nothing when somebody listens. gRPC
// alone would only say that it could not connect.
std::optional<Error> WhyUnreachable(const AgentAddress& address);

}  // namespace berth::cli

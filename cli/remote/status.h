// Errors as they travel, unpacked; pure. error.proto says how they are packed.
#pragma once

#include <grpcpp/support/status.h>

#include "berth/v1/error.pb.h"
#include "engine/base/error.h"

namespace berth::cli {

// The reasons that berthctl itself gives. All others are the agent's.
namespace reason {
inline constexpr char kAgentUnreachable[] = "AGENT_UNREACHABLE";  // UNAVAILABLE: nobody listens
inline constexpr char kSocketDenied[] = "SOCKET_DENIED";          // PERMISSION_DENIED: by the mode of the socket
inline constexpr char kTlsRefused[] = "TLS_REFUSED";              // UNAUTHENTICATED: one side does not trust the other
inline constexpr char kConnectionLost[] = "CONNECTION_LOST";      // UNAVAILABLE: it broke before the answer came
inline constexpr char kNoAnswer[] = "NO_ANSWER";                  // DEADLINE_EXCEEDED: ours, not the operation's
inline constexpr char kInterrupted[] = "CTRL_C";                  // CANCELLED: Ctrl-C
}  // namespace reason

// REQUIRES: the status is not OK. Without the agent's ErrorInfo it did not come from the agent: then the reason is one
// of ours, or empty when gRPC refused the call.
Error FromStatus(const grpc::Status& status);

// Of an operation that failed.
Error FromStatus(const v1::Status& status);

// The other way round, for --json: an error in the place of an operation that never came to be.
v1::Status ToStatus(const Error& error);

// Ctrl-C.
Error Interrupted();

// The agent did not answer at all: it is not there, or it went away. The same call may succeed later.
bool IsOutOfReach(const Error& error);

}  // namespace berth::cli

#include "agent/rpc/grpc_log.h"

#include <grpc/support/log.h>

#include "engine/base/log.h"
#include "engine/base/utf8.h"

namespace berth::rpc {
namespace {

constexpr std::size_t kLimit = 1024;

// gRPC calls an error what a caller did wrong; what is wrong with the agent, its own calls report.
void Route(gpr_log_func_args* record) {
  const auto level = record->severity == GPR_LOG_SEVERITY_ERROR ? log::Level::kWarning : log::Level::kDebug;
  log::Write(level, "gRPC: " + Shortened(record->message, kLimit));
}

}  // namespace

void RouteGrpcLog() { gpr_set_log_function(Route); }

}  // namespace berth::rpc

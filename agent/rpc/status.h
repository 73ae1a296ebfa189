// Errors on their way to the caller; pure.
#pragma once

#include <grpcpp/support/status.h>

#include "berth/v1/error.pb.h"
#include "engine/base/error.h"

namespace berth::rpc {

// Every error leaves with one reason, under "berth"; its texts are well-formed UTF-8 and bounded.
v1::Status ToProto(const Error& error);

// The same as the trailer grpc-status-details-bin. Everything together stays below the 8 KiB of metadata that a gRPC
// client accepts by default: one byte more, and the caller would see RESOURCE_EXHAUSTED instead of the error.
grpc::Status ToStatus(const Error& error);

}  // namespace berth::rpc

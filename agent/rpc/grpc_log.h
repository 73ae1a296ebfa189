// What gRPC itself has to say goes where everything goes.
#pragma once

namespace berth::rpc {

// Call once, before anything else of gRPC's.
void RouteGrpcLog();

}  // namespace berth::rpc

// The Docker Engine API over a Unix socket, TCP or TLS.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "engine/endpoint.h"
#include "engine/engine.h"

namespace berth::engine {

struct DockerEngineOptions {
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds call_timeout{30000};       // of a call that only asks, first byte to last
  std::chrono::milliseconds change_timeout{120000};    // of one that changes something: disks and bridges may be slow
  std::chrono::milliseconds registry_timeout{120000};  // of the engine's first word from a registry
  std::size_t max_idle_connections = 8;                // kept alive between calls
  std::size_t max_body_bytes = 64u << 20;              // of one answer that is not a stream
};

// Connects at the first call, and again after each failure; it never gives up and holds no state about containers.
// The API version is negotiated by GET /_ping at the first call and after each reconnect to a restarted engine.
//
// `loop` has a single thread. The engine must outlive its calls, but not the streams that it returned.
std::unique_ptr<Engine> MakeDockerEngine(boost::asio::any_io_executor loop, Endpoint endpoint,
                                         DockerEngineOptions options = {});

}  // namespace berth::engine

// Offers figures to Prometheus: a small HTTP server, for programs of this host.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "engine/base/clock.h"
#include "engine/base/error.h"
#include "metrics/listen_address.h"
#include "metrics/metrics.h"

namespace berth::metrics {

struct ExporterSettings {
  ListenAddress address;
  unsigned socket_mode = 0660;  // of a Unix socket
  std::string socket_group = "berth";
};

// GET /metrics, and nothing else; one request a connection. At most 8 connections at a time, the next one waits; each
// ends after 5 s. Destroyed on the loop thread, or after the loop has stopped; the socket's file goes with it.
class Exporter {
 public:
  // Called on the loop at each scrape: must not block.
  using Collect = std::function<std::vector<Family>()>;

  virtual ~Exporter() = default;

  // Errors as of ListenAt (engine/base/socket_file.h), FAILED_PRECONDITION (CANNOT_LISTEN) for an address.
  static Result<std::unique_ptr<Exporter>> Start(boost::asio::any_io_executor loop, Clock& clock,
                                                 const ExporterSettings& settings, Collect collect);
};

}  // namespace berth::metrics

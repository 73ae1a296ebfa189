// What berthd offers to Prometheus.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "agent/config.h"
#include "agent/operations/operations.h"
#include "certbot-hook/standing.h"
#include "metrics/exporter.h"
#include "notices/sender.h"
#include "watchdog/watcher.h"

namespace berth::agent {

// Of the callers on other hosts.
struct RemoteFigures {
  std::size_t connections = 0;
  std::map<std::string, std::uint64_t> refusals;  // what was turned away, by the limit that it went beyond
  WallTime certificate_ends;
  std::string problem;  // of the certificates; empty while all is well
};

struct AgentFigures {
  std::string version;
  const Operations& operations;
  bool engine_answers = false;
  std::size_t connections = 0;                 // of callers
  const watchdog::Watcher* watcher = nullptr;  // nothing: healing is off
  std::vector<notices::Counted> notices = {};
  std::vector<certificates::Standing> certificates = {};
  std::optional<RemoteFigures> remote = {};  // nothing: other hosts are not let in
};

// All of them; docs/metrics.md says what each means. Loop thread only.
std::vector<metrics::Family> AgentFamilies(const AgentFigures& figures);

// Offers what `collect` says at metrics.listen; nothing where the configuration names no place. Errors as of
// Exporter::Start.
Result<std::unique_ptr<metrics::Exporter>> StartExporter(boost::asio::any_io_executor loop, Clock& clock,
                                                         const Config& config, metrics::Exporter::Collect collect);

}  // namespace berth::agent

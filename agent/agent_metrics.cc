#include "agent/agent_metrics.h"

#include <array>
#include <iterator>
#include <utility>

#include "certbot-hook/certificate_metrics.h"
#include "metrics/listen_address.h"
#include "metrics/process.h"
#include "watchdog/watchdog_metrics.h"

namespace berth::agent {
namespace {

using metrics::Family;
using metrics::Gauge;
using metrics::Type;

constexpr std::array kKinds = {
    Kind::kStart,    Kind::kStop,         Kind::kRestart,           Kind::kUpgrade,          Kind::kRollback,
    Kind::kRecreate, Kind::kUpgradeGroup, Kind::kObtainCertificate, Kind::kRenewCertificate, Kind::kDeployCertificate};
constexpr std::array kEnds = {State::kSucceeded, State::kFailed, State::kCancelled};

Family EndedFamily(const EndedOperations& ended) {
  Family family{
      "berth_operations_ended_total", Type::kCounter, "Operations that ended, by what was asked and how.", {}};
  for (const Kind kind : kKinds) {
    for (const State state : kEnds) {
      const auto found = ended.find({kind, state});
      const auto count = found == ended.end() ? 0.0 : static_cast<double>(found->second);
      family.samples.push_back({{{"kind", std::string(Name(kind))}, {"state", std::string(Name(state))}}, count});
    }
  }
  return family;
}

Family NoticesFamily(const std::vector<notices::Counted>& counted) {
  Family family{"berth_notices_total", Type::kCounter, "Notices to people, by target and by what became of them.", {}};
  for (const auto& [kind, count] : counted) {
    const auto add = [&, target = std::string(notices::Name(kind))](const char* result, std::uint64_t value) {
      family.samples.push_back({{{"target", target}, {"result", result}}, static_cast<double>(value)});
    };
    add("sent", count.sent);
    add("failed", count.failed);
    add("dropped", count.dropped);
  }
  return family;
}

std::vector<Family> RemoteFamilies(const RemoteFigures& remote) {
  Family refused{"berth_remote_refused_total", Type::kCounter, "What was refused other hosts, by limit.", {}};
  for (const auto& [limit, count] : remote.refusals) {
    refused.samples.push_back({{{"limit", limit}}, static_cast<double>(count)});
  }
  const auto ends = std::chrono::duration<double>(remote.certificate_ends.time_since_epoch()).count();
  return {Gauge("berth_remote_connections", "Connections of other hosts.", static_cast<double>(remote.connections)),
          std::move(refused),
          Gauge("berth_remote_certificate_expiry_timestamp_seconds",
                "When what other hosts are shown ends: the certificate, or the list of revoked ones.", ends),
          Gauge("berth_remote_certificate_problem", "1 while the files hold certificates that are not used.",
                !remote.problem.empty())};
}

void Append(std::vector<Family>& families, std::vector<Family> more) {
  families.insert(families.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::vector<Family> AgentFamilies(const AgentFigures& figures) {
  auto families = metrics::ProcessFamilies("berthd", figures.version);
  families.push_back(Gauge("berth_engine_up", "1 while the container engine answers.", figures.engine_answers));
  families.push_back(Gauge("berth_connections", "Connections of callers.", static_cast<double>(figures.connections)));
  families.push_back(Gauge("berth_operations_unfinished", "Operations that run or wait.",
                           static_cast<double>(figures.operations.RunningCount())));
  families.push_back(EndedFamily(figures.operations.Ended()));
  if (figures.watcher != nullptr) Append(families, watchdog::WatchdogFamilies(*figures.watcher));
  if (!figures.notices.empty()) families.push_back(NoticesFamily(figures.notices));
  if (!figures.certificates.empty()) Append(families, certificates::CertificateFamilies(figures.certificates));
  if (figures.remote) Append(families, RemoteFamilies(*figures.remote));
  return families;
}

Result<std::unique_ptr<metrics::Exporter>> StartExporter(boost::asio::any_io_executor loop, Clock& clock,
                                                         const Config& config, metrics::Exporter::Collect collect) {
  if (config.metrics.listen.empty()) return std::unique_ptr<metrics::Exporter>();
  auto address = metrics::ParseListenAddress(config.metrics.listen);
  if (!address) return address.error();
  return metrics::Exporter::Start(std::move(loop), clock,
                                  {std::move(*address), config.socket_mode, config.socket_group}, std::move(collect));
}

}  // namespace berth::agent

#include "agent/daemon.h"

#include <random>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include "agent/daemon_settings.h"
#include "agent/notice_sender.h"
#include "agent/operation_hands.h"
#include "agent/outside.h"
#include "engine/base/host_name.h"
#include "engine/base/log.h"
#include "watchdog/report_line.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;

// For answers that are on their way when everything else has ended.
constexpr auto kFarewell = 2s;

// A container that must not be healed is held until the next look at its certificate, which may be late.
constexpr auto kBetweenLooks = 2h;

// 0 to 1: so that not all hosts ask a CA at the same second.
double Jitter() {
  static std::mt19937_64 random(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(random);
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::Start(const Config& config) {
  auto endpoint = EndpointOf(config);
  if (!endpoint) return endpoint.error();
  auto journal = ReachJournal(config.state_dir);
  if (!journal) return journal.error();
  std::unique_ptr<Daemon> daemon(new Daemon(config, std::move(*endpoint), std::move(*journal)));
  daemon->Recover();
  daemon->Watch();
  daemon->KeepCertificates();
  const auto showing = daemon->ShowFigures();
  if (!showing) return showing.error();
  const auto serving = daemon->Serve();
  if (!serving) return serving.error();
  daemon->TellSystemd();
  daemon->thread_ = std::make_unique<LoopThread>(daemon->loop_);
  return daemon;
}

Daemon::Daemon(const Config& config, engine::Endpoint endpoint, OpenedJournal journal)
    : config_(config),
      endpoint_(std::move(endpoint)),
      clock_(MakeSystemClock()),
      engine_(ReachEngine(loop_.get_executor(), endpoint_)),
      journal_(std::move(journal)),
      operations_(
          MakeOperations(loop_.get_executor(), *engine_, *journal_.journal, *clock_, OperationSettingsOf(config_))),
      events_(loop_.get_executor(), *engine_, static_cast<std::size_t>(config_.limits.event_queue)),
      history_(loop_.get_executor(), *journal_.episodes, *clock_, HistoryLimitsOf(config_)),
      hold_(config_.certificates.interval + kBetweenLooks),
      kept_sweep_(loop_.get_executor(), *operations_, *clock_) {}

void Daemon::Recover() {
  if (!journal_.set_aside.empty()) degraded_reasons_.push_back("the journal began anew: " + journal_.set_aside);
  journal_.audit->Keep({std::chrono::hours(24 * config_.audit.days), static_cast<std::size_t>(config_.audit.max)});
  const auto closed = journal_.audit->CloseInterrupted();
  if (!closed) degraded_reasons_.push_back("the audit has open records of an earlier run: " + closed.error().message);
  const auto recovered = operations_->Recover();
  if (!recovered) degraded_reasons_.push_back("unfinished operations were not taken up: " + recovered.error().message);
  for (const auto& reason : degraded_reasons_) log::Error(reason);
}

// Behind the recovery: what it took up has its leases.
void Daemon::Watch() {
  notices_ = MakeNoticeSender(loop_.get_executor(), *clock_, config_.notices);
  if (!config_.heal.enabled || config_.certificates.only) return;
  watcher_ = watchdog::Watcher::Start(loop_.get_executor(), *engine_, *clock_,
                                      MakeOperationHands(*operations_, *clock_), HealSettingsOf(config_),
                                      history_.Remembered(), [this](const watchdog::Report& report) { Note(report); });
}

void Daemon::KeepCertificates() {
  if (!config_.certificates.enabled) return;
  hold_.Set(watcher_.get());
  keeper_ = std::make_unique<certificates::Keeper>(
      loop_.get_executor(), *engine_, *clock_, *journal_.certificates, hold_, KeeperSettingsOf(config_), Jitter,
      [this](notices::Notice notice) { notices_->Send(std::move(notice)); });
  certificate_jobs_ = std::make_unique<CertificateJobs>(*operations_, *keeper_);
  keeper_->Start(*certificate_jobs_);
}

std::vector<certificates::Standing> Daemon::CertificatesNow() {
  if (!keeper_) return {};
  auto standings = keeper_->Standings();
  return standings ? std::move(*standings) : std::vector<certificates::Standing>();
}

void Daemon::Note(const watchdog::Report& report) {
  watchdog::Log(report);
  if (report.episode) history_.Note(*report.episode);
  auto notice = told_.Hear(report, clock_->WallNow());
  if (notice) notices_->Send(std::move(*notice));
}

Result<> Daemon::Serve() {
  rpc::HostFacts facts{HostName(), BERTH_VERSION, endpoint_.ToString(), degraded_reasons_, [this] {
                         const std::string problem = remote_ ? remote_->Figures().problem : std::string();
                         return problem.empty() ? std::vector<std::string>() : std::vector<std::string>{problem};
                       }};
  const rpc::ServiceParts parts{
      loop_.get_executor(),
      *engine_,
      *operations_,
      events_,
      *clock_,
      {watcher_.get(), history_, *notices_},
      {loop_.get_executor(), *clock_, keeper_.get(), certificate_jobs_.get(), config_.certificates.config_dir},
      std::move(facts),
      config_.certificates.only,
      journal_.audit.get()};
  const SocketFile socket{config_.SocketPath(), config_.socket_mode, config_.socket_group};
  auto roles = LocalRolesOf(config_);
  if (!roles) return roles.error();
  auto server = rpc::Server::Start(parts, socket, std::move(*roles), ServerLimitsOf(config_));
  if (!server) return server.error();
  server_ = std::move(*server);
  const auto others = ServeOthers(parts);
  if (!others) return others.error();
  monitor_ = std::make_unique<EngineMonitor>(loop_.get_executor(), *engine_, *clock_, [this](bool reachable) {
    engine_answers_ = reachable;
    server_->ShowEngine(reachable);
    if (remote_) remote_->ShowEngine(reachable);
  });
  return {};
}

Result<> Daemon::ServeOthers(const rpc::ServiceParts& parts) {
  if (config_.remote.listen.empty()) return {};
  auto remote = rpc::RemoteServer::Start(parts, RemoteSettingsOf(config_));
  if (!remote) return remote.error();
  remote_ = std::move(*remote);
  return {};
}

Result<> Daemon::ShowFigures() {
  auto exporter = StartExporter(loop_.get_executor(), *clock_, config_, [this] {
    return AgentFamilies({.version = BERTH_VERSION,
                          .operations = *operations_,
                          .engine_answers = engine_answers_,
                          .connections = server_->Connections(),
                          .watcher = watcher_.get(),
                          .notices = notices_->Counters(),
                          .certificates = CertificatesNow(),
                          .remote = remote_ ? std::optional(remote_->Figures()) : std::nullopt});
  });
  if (!exporter) return exporter.error();
  exporter_ = std::move(*exporter);
  return {};
}

void Daemon::TellSystemd() {
  const auto look = [this] {
    ServiceState state{.operations = operations_->RunningCount(), .engine_answers = engine_answers_};
    if (watcher_) state.watched = watcher_->Watched().size();
    state.configuration_refused = configuration_refused_;
    return state;
  };
  service_reports_ = std::make_unique<ServiceReports>(loop_.get_executor(), *clock_, look);
}

Result<> Daemon::TakeOver(const Config& config) {
  auto clients = ClientRulesOf(config);
  const auto granted = GrantSomething(clients);
  if (!granted && !config.remote.listen.empty()) return granted.error();
  auto roles = LocalRolesOf(config);
  if (!roles) return roles.error();
  Config next = config_;
  next.access = config.access;
  next.registry = config.registry;
  next.policy = config.policy;
  boost::asio::post(loop_, boost::asio::use_future([&] {
                      server_->Grant(std::move(*roles));
                      if (remote_) remote_->Grant(std::move(clients));
                      operations_->ChangeSettings(OperationSettingsOf(next));
                    }))
      .wait();
  return {};
}

void Daemon::ShowReload(bool taken_over) {
  boost::asio::post(loop_, [this, taken_over] {
    configuration_refused_ = !taken_over;
    if (remote_) remote_->LookAtFiles();
    service_reports_->Tell();
  });
}

void Daemon::Stop() {
  server_->ShowDraining();
  if (remote_) remote_->ShowDraining();
  Drain();
  if (remote_) remote_->Shutdown(kFarewell);
  server_->Shutdown(kFarewell);
}

void Daemon::Drain() { boost::asio::co_spawn(loop_, DrainAll(), boost::asio::use_future).wait(); }

// The heals are operations, too: they end together.
Task<> Daemon::DrainAll() {
  using namespace boost::asio::experimental::awaitable_operators;
  const auto limit = config_.operations.drain_timeout;
  if (watcher_) {
    co_await (watcher_->Drain(limit) && operations_->Drain(limit));
  } else {
    co_await operations_->Drain(limit);
  }
  co_await notices_->Drain(kFarewell);
  history_.Flush();
}

}  // namespace berth::agent

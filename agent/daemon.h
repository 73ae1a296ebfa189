// Everything that runs in berthd, put together.
#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>

#include "agent/agent_metrics.h"
#include "agent/certificate_jobs.h"
#include "agent/config.h"
#include "agent/engine_monitor.h"
#include "agent/episode_history.h"
#include "agent/event_hub.h"
#include "agent/kept_sweep.h"
#include "agent/loop_thread.h"
#include "agent/operations/operations.h"
#include "agent/rpc/remote_server.h"
#include "agent/rpc/server.h"
#include "agent/service_reports.h"
#include "agent/sqlite_journal.h"
#include "engine/base/clock.h"
#include "engine/endpoint.h"
#include "engine/engine.h"
#include "notices/sender.h"
#include "watchdog/report_notice.h"
#include "watchdog/watcher.h"

namespace berth::agent {

// Started, stopped and destroyed by the main thread.
class Daemon {
 public:
  // Takes up what a killed agent left, and answers when it returns; whether the engine does, or not.
  static Result<std::unique_ptr<Daemon>> Start(const Config& config);
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // From now on holds what is in `config`, as far as IsReloaded(). FAILED_PRECONDITION: nothing was changed.
  Result<> TakeOver(const Config& config);
  // Whether the configuration that was read anew was taken over: systemd shows it.
  void ShowReload(bool taken_over);

  // Lets operations end, then callers, then itself: no longer than the configuration allows.
  void Stop();

 private:
  Daemon(const Config& config, engine::Endpoint endpoint, OpenedJournal journal);

  void Recover();
  Result<> Serve();
  Result<> ServeOthers(const rpc::ServiceParts& parts);
  Result<> ShowFigures();
  void Watch();
  void KeepCertificates();
  void TellSystemd();
  std::vector<certificates::Standing> CertificatesNow();
  void Note(const watchdog::Report& report);
  void Drain();
  Task<> DrainAll();

  const Config config_;
  const engine::Endpoint endpoint_;
  boost::asio::io_context loop_{1};
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<engine::Engine> engine_;
  OpenedJournal journal_;
  std::unique_ptr<Operations> operations_;
  EventHub events_;
  EpisodeHistory history_;
  std::unique_ptr<notices::Sender> notices_;
  watchdog::ReportNotices told_;
  std::unique_ptr<watchdog::Watcher> watcher_;  // none: switched off
  WatchdogHold hold_;
  std::unique_ptr<certificates::Keeper> keeper_;  // none: switched off, and so the next one
  std::unique_ptr<CertificateJobs> certificate_jobs_;
  std::vector<std::string> degraded_reasons_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<rpc::RemoteServer> remote_;  // none: other hosts are not let in
  std::unique_ptr<EngineMonitor> monitor_;
  KeptSweep kept_sweep_;
  std::unique_ptr<ServiceReports> service_reports_;
  bool configuration_refused_ = false;
  bool engine_answers_ = false;
  std::unique_ptr<metrics::Exporter> exporter_;  // none: nobody asked for figures
  std::unique_ptr<LoopThread> thread_;
};

}  // namespace berth::agent

// Everything that runs in berth-autoheal, put together.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "engine/base/clock.h"
#include "engine/base/side_task.h"
#include "engine/engine.h"
#include "metrics/exporter.h"
#include "notices/sender.h"
#include "watchdog/autoheal/environment.h"
#include "watchdog/autoheal/health_socket.h"
#include "watchdog/autoheal/log_lines.h"
#include "watchdog/autoheal/restart_script.h"
#include "watchdog/watcher.h"

namespace berth::watchdog::autoheal {

// Where its lines go: to people, by stdout and stderr.
void Print(const LogLine& line);

// One thread, which is the loop's.
class Program {
 public:
  // `environment` is what the script inherits.
  Program(boost::asio::io_context& loop, AutohealSettings settings, const engine::Endpoint& endpoint,
          std::vector<std::string> environment);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Begins nothing new and lets the heals under way, and what people are to be told of them, end; if they do so in
  // time.
  Task<> Drain();

 private:
  std::unique_ptr<Hands> MakeHands();
  void AnswerHealth();
  Task<> ShowWatched();
  void Ended(const Heal& heal, const Result<std::string>& done);
  void Reported(const Report& report);
  void Notify(notices::Notice notice);
  void OfferMetrics();

  boost::asio::io_context& loop_;
  const AutohealSettings settings_;
  const std::string endpoint_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<notices::Sender> sender_;
  RestartScript script_;
  std::unique_ptr<Watcher> watcher_;
  std::unique_ptr<HealthSocket> health_;
  std::unique_ptr<metrics::Exporter> metrics_;
  std::unique_ptr<SideTask> show_watched_;
};

}  // namespace berth::watchdog::autoheal

#include "engine/base/service.h"

#include <csignal>
#include <cstdint>
#include <string>

#include <systemd/sd-daemon.h>

namespace berth::service {
namespace {

sigset_t HandledSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

}  // namespace

void BlockSignals() {
  const sigset_t set = HandledSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

Signal WaitForSignal() {
  const sigset_t set = HandledSignals();
  int received = 0;
  while (sigwait(&set, &received) != 0) {
  }
  return received == SIGHUP ? Signal::kReload : Signal::kStop;
}

void NotifyReady() { sd_notify(0, "READY=1"); }

void NotifyReloading() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(since)).c_str());
}

void NotifyStopping() { sd_notify(0, "STOPPING=1"); }
void NotifyStatus(std::string_view status) { sd_notify(0, ("STATUS=" + std::string(status)).c_str()); }
void NotifyAlive() { sd_notify(0, "WATCHDOG=1"); }

std::optional<std::chrono::microseconds> WatchdogTimeout() {
  std::uint64_t timeout = 0;
  if (sd_watchdog_enabled(0, &timeout) <= 0) return std::nullopt;
  return std::chrono::microseconds(timeout);
}

}  // namespace berth::service

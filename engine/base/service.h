// What every daemon's main needs: signals before threads, and a word with systemd.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace berth::service {

// SIGTERM, SIGINT and SIGHUP are taken out of every thread's hands and SIGPIPE is ignored. Call before any thread
// starts.
void BlockSignals();

enum class Signal { kStop, kReload };

// Blocks the calling thread until one of the blocked signals comes.
Signal WaitForSignal();

// sd_notify(3); nothing happens where systemd does not listen.
void NotifyReady();
// Ends with NotifyReady().
void NotifyReloading();
void NotifyStopping();
void NotifyStatus(std::string_view status);
void NotifyAlive();

// How long systemd waits for NotifyAlive() before it takes us for hung; nothing where it does not wait.
std::optional<std::chrono::microseconds> WatchdogTimeout();

}  // namespace berth::service

// What every daemon's main needs: signals before threads, and a word with systemd.
#pragma once

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
void NotifyStopping();
void NotifyStatus(std::string_view status);

}  // namespace berth::service

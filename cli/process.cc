#include "cli/process.h"

#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

#include "cli/exit_code.h"

namespace berth::cli {
namespace {

std::stop_token StopOnInterrupt() {
  sigset_t interrupt;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  pthread_sigmask(SIG_BLOCK, &interrupt, nullptr);

  std::stop_source source;
  std::thread([interrupt, source]() mutable {
    int received = 0;
    sigwait(&interrupt, &received);
    source.request_stop();
    sigwait(&interrupt, &received);
    _exit(static_cast<int>(ExitCode::kInterrupted));
  }).detach();
  return source.get_token();
}

bool SleepUnlessStopped(std::chrono::milliseconds duration, std::stop_token stopped) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stopped, duration, [] { return false; });
  return !stopped.stop_requested();
}

// The terminal is asked each time: windows change their size.
WindowSize AskWindow() {
  winsize size{};
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return {size.ws_col, size.ws_row};
  }
  return {};
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

World ThisProcess() {
  const std::stop_token interrupted = StopOnInterrupt();
  std::ios::sync_with_stdio(false);
  std::cin.tie(nullptr);
  return {.in = std::cin,
          .out = {std::cout, isatty(STDOUT_FILENO) == 1},
          .err = {std::cerr, isatty(STDERR_FILENO) == 1},
          .window = AskWindow,
          .environment = Environment,
          .now = std::chrono::system_clock::now,
          .sleep = [interrupted](std::chrono::milliseconds time) { return SleepUnlessStopped(time, interrupted); },
          .interrupted = interrupted};
}

}  // namespace berth::cli

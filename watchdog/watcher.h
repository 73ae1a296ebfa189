// Sees what happens on the engine, asks the policy, and does what it says: the watchdog's loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "engine/base/clock.h"
#include "engine/engine.h"
#include "watchdog/hands.h"
#include "watchdog/policy.h"

namespace berth::watchdog {

// Counted since the start, for metrics.
struct Counters {
  std::uint64_t heals_begun = 0;
  std::uint64_t heals_failed = 0;
  std::map<Outcome, std::uint64_t> episodes_ended;
  std::uint64_t resyncs = 0;
  WallTime last_resync;  // WallTime{}: none yet
  std::uint64_t stream_losses = 0;
  std::uint64_t events = 0;
};

// NOT_FOUND (NOT_WATCHED).
Error NotWatched(const std::string& container);

// Loop thread only; destroyed on the loop thread, or after the loop has stopped.
class Watcher {
 public:
  // Every report, once, in order: for the log, the history and the notices.
  using OnReport = std::function<void(const Report&)>;

  virtual ~Watcher() = default;

  // Never ends by itself: an engine that is away, restarts or answers rubbish is asked again, 200 ms growing to 5 s.
  static std::unique_ptr<Watcher> Start(boost::asio::any_io_executor loop, engine::Engine& engine, Clock& clock,
                                        std::unique_ptr<Hands> hands, Settings settings, Remembered remembered,
                                        OnReport on_report);

  virtual HostStatus Host() const = 0;
  virtual std::vector<Status> Watched() const = 0;
  virtual std::map<std::string, WallTime> Pauses() const = 0;  // as State::Pauses
  virtual const Counters& counters() const = 0;
  virtual const Settings& settings() const = 0;
  // The engine answered the last question, and the last complete list is no older than three times what it should be.
  virtual bool SeesTheEngine() const = 0;
  virtual bool StreamIsUp() const = 0;  // of events; without it, the list alone tells what happens

  // As people ask. NOT_FOUND (NOT_WATCHED) for a service key or a container's name that is not watched.
  virtual Result<> Pause(std::optional<std::string> container, std::chrono::milliseconds duration) = 0;
  virtual Result<> Resume(std::optional<std::string> container) = 0;
  virtual Result<> Reset(const std::string& container) = 0;

  // Begins nothing new; returns when the heals under way have ended, or after `limit`.
  virtual Task<> Drain(std::chrono::milliseconds limit) = 0;
};

}  // namespace berth::watchdog

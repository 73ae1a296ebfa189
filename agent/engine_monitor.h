// Does the engine answer? Asked every few seconds, for health checks and for people.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "engine/base/side_task.h"
#include "engine/engine.h"

namespace berth::agent {

// Loop thread only. Logs one line when the engine goes and one when it comes back, and none in between.
class EngineMonitor {
 public:
  using OnChange = std::function<void(bool reachable)>;

  // The first ping at once, then every 5 s; while the engine is away after 1 s, 2 s, 4 s, 5 s ... `on_change` is called
  // after the first one and whenever the answer changes; never again once this object has gone.
  EngineMonitor(boost::asio::any_io_executor loop, engine::Engine& engine, Clock& clock, OnChange on_change);
  EngineMonitor(const EngineMonitor&) = delete;
  EngineMonitor& operator=(const EngineMonitor&) = delete;

  bool Reachable() const { return state_->reachable.value_or(false); }  // false before the first answer
  // One sentence while the engine does not answer, nothing otherwise.
  std::vector<std::string> DegradedReasons() const;

 private:
  struct State {
    OnChange on_change;
    std::optional<bool> reachable = std::nullopt;
    WallTime since = {};
    std::string last_error = {};
  };
  static Task<> Watch(engine::Engine& engine, Clock& clock, std::weak_ptr<State> state);
  static void Note(State& state, const Result<>& ping, WallTime now);

  Clock& clock_;
  std::shared_ptr<State> state_;
  SideTask pings_;
};

}  // namespace berth::agent

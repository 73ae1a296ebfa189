#include "agent/engine_monitor.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "engine/base/backoff.h"
#include "engine/base/log.h"

namespace berth::agent {
namespace {

using std::chrono::seconds;

constexpr seconds kBetweenPings{5};
constexpr seconds kDeadline{5};
constexpr seconds kFirstRetry{1};
constexpr seconds kLastRetry{5};

ResultTask<> PingInTime(engine::Engine& engine, Clock& clock) {
  using namespace boost::asio::experimental::awaitable_operators;
  const auto first = co_await (engine.Ping() || clock.SleepFor(kDeadline));
  if (const auto* answer = std::get_if<Result<>>(&first)) co_return *answer;
  co_return Error{Code::kDeadlineExceeded, "ENGINE_TIMEOUT",
                  "no answer within " + std::to_string(kDeadline.count()) + " s"};
}

}  // namespace

EngineMonitor::EngineMonitor(boost::asio::any_io_executor loop, engine::Engine& engine, Clock& clock,
                             OnChange on_change)
    : clock_(clock),
      state_(std::make_shared<State>(State{std::move(on_change)})),
      pings_(std::move(loop), Watch(engine, clock, state_)) {}

// A ping that is cancelled ends like any other: whether there is still somebody to tell, only `state` knows.
Task<> EngineMonitor::Watch(engine::Engine& engine, Clock& clock, std::weak_ptr<State> state) {
  Backoff retry(kFirstRetry, kLastRetry);
  for (;;) {
    const auto ping = co_await PingInTime(engine, clock);
    if (const auto alive = state.lock()) Note(*alive, ping, clock.WallNow());
    if (ping) retry.Reset();
    const std::chrono::nanoseconds pause = ping ? kBetweenPings : retry.Next();
    co_await clock.SleepFor(pause);
  }
}

void EngineMonitor::Note(State& state, const Result<>& ping, WallTime now) {
  const bool reachable = ping.has_value();
  if (!reachable) state.last_error = ping.error().message;
  if (std::exchange(state.reachable, reachable) == reachable) return;
  state.since = now;
  if (reachable) {
    log::Info("the engine answers");
  } else {
    log::Warning("the engine does not answer", {{"error", state.last_error}});
  }
  state.on_change(reachable);
}

std::vector<std::string> EngineMonitor::DegradedReasons() const {
  if (state_->reachable.value_or(true)) return {};
  const auto down = std::chrono::duration_cast<seconds>(clock_.WallNow() - state_->since);
  return {"the engine has not answered for " + std::to_string(down.count()) + " s: " + state_->last_error};
}

}  // namespace berth::agent

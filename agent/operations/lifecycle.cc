#include "agent/operations/lifecycle.h"

#include "agent/operations/upgrade_plan.h"
#include "engine/base/backoff.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;
using engine::ContainerState;

std::chrono::seconds StopTimeout(const Request& request, const ContainerDetails& container) {
  return request.stop_timeout.value_or(container.stop_timeout.value_or(engine::kDefaultStopTimeout));
}

ResultTask<> Start(engine::Engine& engine, const ContainerDetails& container) {
  if (container.state == ContainerState::kPaused) return engine.Unpause(container.id);
  return engine.Start(container.id);
}

// The engine does not stop what is paused, and a paused process can't handle the signal.
ResultTask<> StopOrRestart(engine::Engine& engine, const Request& request, const ContainerDetails& container) {
  if (container.state == ContainerState::kPaused) {
    auto resumed = co_await engine.Unpause(container.id);
    if (!resumed) co_return resumed;
  }
  const auto timeout = StopTimeout(request, container);
  if (request.kind == Kind::kStop) co_return co_await engine.Stop(container.id, timeout);
  co_return co_await engine.Restart(container.id, timeout);
}

ResultTask<> Call(engine::Engine& engine, const Request& request, const ContainerDetails& container) {
  return request.kind == Kind::kStart ? Start(engine, container) : StopOrRestart(engine, request, container);
}

// Did the call that nobody saw the end of do what it was for?
bool WasDone(const Operation& operation, const ContainerDetails& now) {
  switch (operation.kind) {
    case Kind::kStart:
      return now.state == ContainerState::kRunning;
    case Kind::kStop:
      return !RunsOrWill(now) && now.state != ContainerState::kPaused;
    default:
      return now.state == ContainerState::kRunning && now.started_at > operation.created_at;
  }
}

}  // namespace

std::vector<std::string> LifecycleSteps(Kind kind, const ContainerDetails& container) {
  switch (kind) {
    case Kind::kStart:
      if (container.state == ContainerState::kRunning) return {container.name + " is running already: nothing to do"};
      return {(container.state == ContainerState::kPaused ? "Resume " : "Start ") + container.name};
    case Kind::kStop:
      if (!RunsOrWill(container) && container.state != ContainerState::kPaused) {
        return {container.name + " is stopped already: nothing to do"};
      }
      return {"Stop " + container.name};
    default:
      return {"Restart " + container.name};
  }
}

Task<> RunLifecycle(engine::Engine& engine, ActiveOperation& operation, ContainerDetails container) {
  auto done = co_await Call(engine, operation.request(), container);
  if (done) {
    operation.End(State::kSucceeded, std::nullopt);
  } else {
    operation.End(State::kFailed,
                  Annotate(done.error(), std::string(Name(operation.request().kind)) + " " + container.name));
  }
}

Task<> ResumeLifecycle(engine::Engine& engine, Clock& clock, ActiveOperation& operation) {
  Backoff backoff;
  while (true) {
    auto now = co_await engine.Inspect(operation.operation().container_id);
    if (now && WasDone(operation.operation(), *now)) {
      operation.End(State::kSucceeded, std::nullopt);
      co_return;
    }
    if (now || now.error().code == Code::kNotFound) break;
    const auto delay = backoff.Next();
    co_await clock.SleepFor(delay);
  }
  operation.End(State::kFailed,
                Error{Code::kAborted, "INTERRUPTED",
                      "the agent was stopped before it saw the end of this; look at the container and ask again"});
}

}  // namespace berth::agent

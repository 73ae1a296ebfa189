// Walks two containers through a swap: looks, takes the next step, looks again.
#pragma once

#include <optional>

#include "agent/operations/active_operation.h"
#include "agent/operations/swap.h"
#include "engine/engine.h"

namespace berth::agent {

// What the walk noticed on its way.
struct WalkLog {
  std::optional<SteadyTime> service_stopped;  // when the one that served was told to stop
  std::optional<SteadyTime> service_started;  // when the one that shall serve was started
};

class SwapWalk {
 public:
  SwapWalk(engine::Engine& engine, Clock& clock, ActiveOperation& operation)
      : engine_(engine), clock_(clock), operation_(operation) {}

  // Towards the incoming one: the first thing that fails ends it.
  ResultTask<> Forward(const SwapRecord& record, Reach reach = Reach::kAlone);

  // Back, or on after the point of no return: while the engine is away it waits for it, for ever; another failure is
  // tried again a few times. A winner that can't be started still gets its name and its restart policy back, and the
  // error is returned. NOT_FOUND (CONTAINER_LOST) when the winner is not there any more.
  ResultTask<> Persist(SwapRecord record, Goal goal, Reach reach = Reach::kAlone);

  const WalkLog& log() const { return log_; }
  // It was started before, but is of use only now.
  void ServesSince(SteadyTime time) { log_.service_started = time; }

  // Both containers as they are; a container without an id is not there.
  ResultTask<Seen> Look(const SwapRecord& record);

 private:
  // What one look led to: the step that was due, and how it went.
  struct Attempt {
    std::optional<Step> step;  // nothing when the look itself failed
    Result<> done;
  };
  Task<Attempt> TryOnce(const SwapRecord& record, Goal goal, Reach reach);
  ResultTask<> TakeStep(const SwapRecord& record, Goal goal, Step step);
  ResultTask<> Perform(const Step& step, Goal goal);
  void Note(const SwapRecord& record, const Step& step);
  std::chrono::seconds StopTimeout(const StopIt& step, Goal goal) const;

  engine::Engine& engine_;
  Clock& clock_;
  ActiveOperation& operation_;
  WalkLog log_;
  std::string started_;  // id of the container that this walk started
};

}  // namespace berth::agent

#include "agent/operations/swap_walk.h"

#include "agent/operations/away.h"
#include "engine/base/backoff.h"
#include "engine/base/log.h"

namespace berth::agent {
namespace {

constexpr int kMostSteps = 32;  // a walk has ten at the most; more means that somebody works against us

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

template <class T>
bool Is(const std::optional<Step>& step) {
  return step && std::holds_alternative<T>(*step);
}

Error DoesNotStayUp(const SwapRecord& record, const Step& step) {
  return {Code::kFailedPrecondition, "CONTAINER_EXITED",
          Describe(step, record) + ": it was started and exited at once; its logs say why"};
}

Error TooManySteps() {
  return {Code::kAborted, "CONTAINER_CHANGED", "the containers keep changing: somebody else works on them"};
}

}  // namespace

ResultTask<Seen> SwapWalk::Look(const SwapRecord& record) {
  Seen seen;
  for (const auto& [id, place] :
       {std::pair{&record.outgoing.id, &seen.outgoing}, {&record.incoming.id, &seen.incoming}}) {
    if (id->empty()) continue;
    auto container = co_await engine_.Inspect(*id);
    if (container)
      *place = std::move(*container);
    else if (container.error().code != Code::kNotFound)
      co_return container.error();
  }
  co_return seen;
}

// The caller's stop timeout is for the container that it wants replaced; the way back takes the container's own.
std::chrono::seconds SwapWalk::StopTimeout(const StopIt& step, Goal goal) const {
  const auto own = step.timeout.value_or(engine::kDefaultStopTimeout);
  return goal == Goal::kIncoming ? operation_.request().stop_timeout.value_or(own) : own;
}

ResultTask<> SwapWalk::Perform(const Step& step, Goal goal) {
  return std::visit(Overloaded{
                        [&](const DisableRestart& it) {
                          return engine_.UpdateRestartPolicy(it.id, {"no", 0});
                        },
                        [&](const StopIt& it) { return engine_.Stop(it.id, StopTimeout(it, goal)); },
                        [&](const StartIt& it) { return engine_.Start(it.id); },
                        [&](const RenameIt& it) { return engine_.Rename(it.id, it.to); },
                        [&](const RestoreRestart& it) { return engine_.UpdateRestartPolicy(it.id, it.policy); },
                        [&](const RemoveIt& it) { return engine_.Remove(it.id, false); },
                        [](const auto&) -> ResultTask<> { co_return Result<>(); },
                    },
                    step);
}

void SwapWalk::Note(const SwapRecord& record, const Step& step) {
  operation_.Report(operation_.operation().progress.step, Describe(step, record));
  if (Is<StopIt>(step) && !log_.service_stopped) log_.service_stopped = clock_.Now();
}

ResultTask<> SwapWalk::TakeStep(const SwapRecord& record, Goal goal, Step step) {
  if (const auto* start = std::get_if<StartIt>(&step)) {
    if (started_ == start->id) co_return DoesNotStayUp(record, step);
    started_ = start->id;
  }
  Note(record, step);
  auto done = co_await Perform(step, goal);
  if (!done) co_return Annotate(done.error(), Describe(step, record));
  if (Is<StartIt>(step)) log_.service_started = clock_.Now();
  co_return done;
}

Task<SwapWalk::Attempt> SwapWalk::TryOnce(const SwapRecord& record, Goal goal, Reach reach) {
  Attempt attempt;
  auto seen = co_await Look(record);
  if (!seen) {
    attempt.done = seen.error();
    co_return attempt;
  }
  attempt.step = NextStep(record, *seen, goal, reach);
  if (const auto* lost = std::get_if<Lost>(&*attempt.step)) {
    attempt.done = Error{Code::kNotFound, "CONTAINER_LOST", lost->who + " is not there any more: somebody removed it"};
  } else if (!Is<Arrived>(attempt.step)) {
    attempt.done = co_await TakeStep(record, goal, *attempt.step);
  }
  co_return attempt;
}

ResultTask<> SwapWalk::Forward(const SwapRecord& record, Reach reach) {
  started_.clear();
  for (int count = 0; count < kMostSteps; ++count) {
    const Attempt attempt = co_await TryOnce(record, Goal::kIncoming, reach);
    if (!attempt.done || Is<Arrived>(attempt.step)) co_return attempt.done;
  }
  co_return TooManySteps();
}

ResultTask<> SwapWalk::Persist(SwapRecord record, Goal goal, Reach reach) {
  started_.clear();
  Backoff backoff;
  Result<> outcome;
  for (int tries = 0; tries < kMostSteps;) {
    const Attempt attempt = co_await TryOnce(record, goal, reach);
    if (Is<Arrived>(attempt.step)) co_return outcome;
    if (Is<Lost>(attempt.step)) co_return attempt.done;
    if (attempt.done) {
      ++tries;
      backoff.Reset();
      continue;
    }
    const bool away = IsAway(attempt.done.error());
    if (away) started_.clear();
    if (Is<StartIt>(attempt.step) && !away) {
      outcome = attempt.done;
      record.serves = false;  // it still gets its name and its restart policy back
    }
    if (!away) ++tries;
    log::Warning("trying again", {{"operation", operation_.operation().id}, {"error", attempt.done.error().message}});
    const auto delay = backoff.Next();
    co_await clock_.SleepFor(delay);
  }
  co_return outcome ? TooManySteps() : outcome;
}

}  // namespace berth::agent

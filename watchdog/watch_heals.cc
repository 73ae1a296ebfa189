// How the watch loop performs what the policy has decided.
#include <algorithm>
#include <array>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "watchdog/watch_loop.h"

namespace berth::watchdog {
namespace {

Acted NotTried(const Heal& heal, const GateAnswer& gate) {
  Acted acted{.attempt = heal.attempt, .result = gate.why_not, .illness = gate.illness, .error = {}};
  acted.health_output = gate.health_output;
  acted.reason = gate.reason;
  return acted;
}

Acted Because(const Heal& heal, Acted::Result result, std::string reason) {
  return NotTried(heal, {.why_not = result, .reason = std::move(reason), .health_output = {}});
}

bool IsGone(const Error& error) { return error.code == Code::kNotFound && error.reason == "CONTAINER_NOT_FOUND"; }

Acted::Result ResultOf(const Error& error) {
  if (IsGone(error) || error.reason == "NOT_UNHEALTHY") return Acted::Result::kNotNeeded;
  if (error.reason == "NOT_RUNNING") return Acted::Result::kOperator;
  constexpr std::array kBusy = {"OPERATION_IN_PROGRESS", "CONTAINER_CHANGED", "OWNER_NOT_RUNNING", "DRAINING",
                                "TOO_MANY_OPERATIONS"};
  if (std::find(kBusy.begin(), kBusy.end(), error.reason) != kBusy.end()) return Acted::Result::kBusy;
  if (error.reason == "NOT_POSSIBLE_HERE") return Acted::Result::kImpossible;
  return Acted::Result::kFailed;
}

}  // namespace

void WatchLoop::Begin(Heal heal) {
  if (draining_) return;
  const std::uint64_t attempt = heal.attempt;
  Flight& flight = flights_[attempt];
  flight.id = heal.id;
  flight.task = std::make_unique<SideTask>(parts_.loop, PerformHeal(shared_from_this(), std::move(heal)));
}

Task<> WatchLoop::PerformHeal(Self self, Heal heal) {
  const Acted acted = co_await TryHeal(self, heal);
  if (self->stopped_) co_return;
  const auto flight = self->flights_.extract(heal.attempt);
  self->Tell(acted);
  // Not at once: this coroutine is the task.
  self->ended_.push_back(std::move(flight.mapped().task));
  self->idle_changed_.WakeAll();
}

// The events may have come out of order, or not at all.
Task<bool> WatchLoop::HasFollowed(Self self, const Heal& heal) {
  if (heal.root.empty() || heal.remedy != Remedy::kRestart) co_return false;
  const auto root = co_await self->parts_.engine.Inspect(heal.root);
  if (self->stopped_ || !root) co_return false;
  const auto fresh = co_await self->parts_.engine.Inspect(heal.id);
  co_return fresh && fresh->health != engine::Health::kUnhealthy && fresh->started_at >= root->started_at;
}

Task<Acted> WatchLoop::TryHeal(Self self, const Heal& heal) {
  const bool followed = co_await HasFollowed(self, heal);
  if (self->stopped_) co_return Acted{.error = {}};
  if (followed) {
    co_return Because(heal, Acted::Result::kNotNeeded, heal.name + " was started after its root");
  }
  const auto fresh = co_await self->parts_.engine.Inspect(heal.id);
  if (self->stopped_) co_return Acted{.error = {}};
  if (!fresh && IsGone(fresh.error())) {
    self->Tell(Gone{heal.id});
    co_return Because(heal, Acted::Result::kNotNeeded, heal.name + " is gone");
  }
  if (!fresh) {
    Acted unseen = Because(heal, Acted::Result::kBusy, heal.name + " could not be inspected");
    unseen.error = Annotate(fresh.error(), "looking at " + heal.name + " before healing it");
    co_return unseen;
  }
  const GateAnswer gate = Gate(heal, *fresh, self->parts_.clock.WallNow());
  if (!gate.pass) co_return NotTried(heal, gate);
  if (self->flights_.at(heal.attempt).stop_asked) {
    co_return Because(heal, Acted::Result::kOperator, "somebody asked the engine to stop " + heal.name);
  }
  co_return co_await ApplyHeal(self, heal, gate);
}

Task<bool> WatchLoop::IsThere(Self self, std::string id) {
  const auto found = co_await self->parts_.engine.Inspect(std::move(id));
  co_return found || !IsGone(found.error());
}

Task<Acted> WatchLoop::ApplyHeal(Self self, const Heal& heal, GateAnswer gate) {
  Acted acted{.attempt = heal.attempt, .illness = gate.illness, .error = {}, .new_id = {}};
  acted.health_output = std::move(gate.health_output);
  ++self->counters_.heals_begun;
  self->flights_.at(heal.attempt).applying = true;
  self->own_stops_.Begin(heal.id);
  const auto id = co_await self->parts_.hands->Apply(heal);
  if (self->stopped_) co_return acted;
  self->own_stops_.Answered(heal.id, self->parts_.clock.Now());
  if (id) {
    using engine::ContainerState;
    self->race_.NoteHeal(*id, heal.remedy == Remedy::kStop ? ContainerState::kExited : ContainerState::kRunning);
    if (*id != heal.id) acted.new_id = *id;
    co_return acted;
  }
  acted.error = id.error();
  acted.result = ResultOf(*acted.error);
  // It may be another one that is not found: the owner of its namespace.
  if (IsGone(*acted.error)) {
    const bool is_there = co_await IsThere(self, heal.id);
    if (self->stopped_) co_return acted;
    if (is_there) acted.result = Acted::Result::kFailed;
  }
  acted.reason = acted.error->message;
  if (acted.result == Acted::Result::kNotNeeded && IsGone(*acted.error)) self->Tell(Gone{heal.id});
  if (acted.result == Acted::Result::kFailed) ++self->counters_.heals_failed;
  co_return acted;
}

Task<> WatchLoop::UntilIdle(Self self) {
  while (!self->flights_.empty() && !self->stopped_) co_await self->idle_changed_.Wait();
}

Task<> WatchLoop::Drain(std::chrono::milliseconds limit) {
  using namespace boost::asio::experimental::awaitable_operators;
  const Self self = shared_from_this();
  draining_ = true;
  co_await (UntilIdle(self) || self->parts_.clock.SleepFor(limit));
}

}  // namespace berth::watchdog

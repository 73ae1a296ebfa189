#include "watchdog/policy/acted.h"

#include "watchdog/policy/change.h"
#include "watchdog/policy/follow.h"
#include "watchdog/policy/register.h"
#include "watchdog/policy/restraint.h"
#include "watchdog/policy/story.h"
#include "watchdog/policy/words.h"

namespace berth::watchdog::policy {
namespace {

using engine::Health;
using std::chrono::milliseconds;

constexpr milliseconds kLookAgain{60'000};
constexpr milliseconds kBusy{5'000};
constexpr std::size_t kMostOutput = 4096;

milliseconds TimeToProveItself(const Container& container, const Settings& settings) {
  const Facts facts = FactsOf(container);
  return facts.check_start_period + (facts.check_retries + 1) * facts.check_interval + settings.verify_slack;
}

// What the gate let through only now was not told before.
void TellIfSilent(Deciding& d, Container& container, const Flight& flight) {
  if (!flight.silent || !container.story) return;
  AddStep(d, container, Name(flight.remedy), flight.reason);
  Tell(d, Report::Kind::kHealing, container, flight.reason);
}

void Tried(Deciding& d, Container& container, const Flight& flight) {
  Count(ServiceOf(d.world, container.key), flight, container.key, d.now, d.settings);
  TellIfSilent(d, container, flight);
  container.look_again.reset();
  container.must_recreate = false;
  ++container.heals;
}

void NotTried(Deciding& d, Container& container, const Flight& flight) {
  Service& service = ServiceOf(d.world, container.key);
  if (flight.trial && service.circuit == Circuit::kTrial) service.circuit = Circuit::kOpen;
  if (!flight.silent) TakeBackStep(container, flight);
}

void Healed(Deciding& d, Container& container, const std::string& how) {
  Helped(ServiceOf(d.world, container.key));
  End(d, container, Outcome::kHealed, container.seen.name + how + " after " + Plural(container.heals, "heal"));
}

void Verify(Deciding& d, Container& container) {
  if (!container.story) return;
  if (container.seen.health == Health::kHealthy) return Healed(d, container, " is healthy again");
  if (container.seen.health == Health::kNone) return Healed(d, container, " runs again");
  container.verify_until = d.now.steady + TimeToProveItself(container, d.settings);
  if (container.seen.health != Health::kUnhealthy) return;
  container.verify_until.reset();
  Tell(d, Report::Kind::kHealFailed, container,
       container.seen.name + " is unhealthy again after heal " + std::to_string(container.heals));
}

void Done(Deciding& d, Container& container, const Flight& flight, const Acted& acted) {
  Tried(d, container, flight);
  FinishStep(container, flight, "ok");
  if (flight.remedy == Remedy::kStop) {
    container.seen.state = engine::ContainerState::kExited;
    return End(d, container, Outcome::kStoppedByOperator, container.seen.name + " was stopped: its action is stop");
  }
  if (!acted.new_id.empty() && acted.new_id != container.seen.id) {
    return Verify(d, MoveTo(d, container, acted.new_id));
  }
  if (!flight.start_seen) {
    container.flight = flight;
    container.seen.state = engine::ContainerState::kRunning;
    Started(d, container);
    container.flight.reset();
  }
  Verify(d, container);
}

// "joining network namespace of container: No such container": only a new container can join another one. The container
// itself is there: the watcher has looked.
bool LostItsNamespace(const Error& error) {
  if (error.reason == "CONTAINER_NOT_FOUND") return true;
  return error.message.find("namespace") != std::string::npos && error.message.find("container") != std::string::npos;
}

void Failed(Deciding& d, Container& container, const Flight& flight, const Acted& acted) {
  Tried(d, container, flight);
  const Error error = acted.error.value_or(Error{.message = "it failed for an unknown reason"});
  FinishStep(container, flight, error.message);
  if (error.reason == "DISK_FULL") d.world.host.disk_full_until = d.now.steady + d.settings.disk_full_pause;
  if (!container.story) return;
  Tell(d, Report::Kind::kHealFailed, container,
       std::string(Name(flight.remedy)) + " of " + container.seen.name + " failed, heal " +
           std::to_string(container.heals) + ": " + error.message);
  container.must_recreate = LostItsNamespace(error);
  container.left_down = IsDown(container) && !container.stop_asked;
  container.may_be_down = !container.left_down;
  if (!IsIll(container)) container.verify_until = d.now.steady + TimeToProveItself(container, d.settings);
}

void NotNeeded(Deciding& d, Container& container, const std::string& why) {
  // The next list says what is true.
  if (IsIll(container)) container.seen.health = Health::kNone;
  container.unhealthy_since.reset();
  container.left_down = false;
  Join(d.world, container);
  if (container.follow) container.busy_until = d.now.steady + kLookAgain;
  End(d, container, Outcome::kSuperseded, why.empty() ? container.seen.name + " needs nothing any more" : why);
}

void ByOperator(Deciding& d, Container& container, const std::string& why) {
  container.stop_asked = d.now.steady;
  container.left_down = false;
  Join(d.world, container);
  End(d, container, Outcome::kStoppedByOperator,
      why.empty() ? "somebody has stopped or paused " + container.seen.name : why);
}

void OnlyReported(Deciding& d, Container& container, const Acted& acted) {
  if (!container.story) return;
  container.story->illness = acted.illness;
  container.look_again = d.now.steady + kLookAgain;
  const std::string why = acted.reason.empty() ? std::string(Name(acted.illness)) + " is only reported" : acted.reason;
  Hold(d, container, {why, "held: " + std::string(Name(acted.illness)), container.look_again});
}

void Busy(Deciding& d, Container& container, const Acted& acted) {
  container.busy_until = d.now.steady + kBusy;
  if (!container.story) return;
  const std::string why = acted.error ? acted.error->message : "an operation is changing it";
  Hold(d, container, {why, "wait for an operation", container.busy_until});
}

void Impossible(Deciding& d, Container& container, const Flight& flight, const Acted& acted) {
  ServiceOf(d.world, container.key).impossible.insert(flight.remedy);
  if (!container.story) return;
  const std::string why = acted.error ? ": " + acted.error->message : "";
  Hold(d, container, {std::string(Name(flight.remedy)) + " is not possible here" + why, "none", std::nullopt});
}

void Handle(Deciding& d, Container& container, const Flight& flight, const Acted& acted) {
  using enum Acted::Result;
  if (acted.result == kDone) return Done(d, container, flight, acted);
  if (acted.result == kFailed) return Failed(d, container, flight, acted);
  NotTried(d, container, flight);
  if (acted.result == kNotNeeded && !container.gone) NotNeeded(d, container, acted.reason);
  if (acted.result == kOperator) ByOperator(d, container, acted.reason);
  if (acted.result == kHeld) OnlyReported(d, container, acted);
  if (acted.result == kBusy) Busy(d, container, acted);
  if (acted.result == kImpossible) Impossible(d, container, flight, acted);
}

void Bury(Deciding& d, Container& container) {
  End(d, container, Outcome::kVanished, container.seen.name + " was removed while it was healed");
  Remove(d, container);
}

}  // namespace

void Observe(Deciding& d, const Acted& acted) {
  const auto flight = d.world.flights.find(acted.attempt);
  if (flight == d.world.flights.end()) return;
  Container* container = FindContainer(d.world, flight->second.id);
  d.world.flights.erase(flight);
  if (container == nullptr || !container->flight) return;
  const Flight ended = *std::exchange(container->flight, std::nullopt);
  if (!acted.health_output.empty()) {
    container->health_output = acted.health_output.substr(0, kMostOutput);
    if (container->story) container->story->health_output = container->health_output;
  }
  if (container->story && acted.result != Acted::Result::kHeld) container->story->illness = acted.illness;
  Handle(d, *container, ended, acted);
  if (container->gone) return Bury(d, *container);
  Mind(d.world, *container);
}

}  // namespace berth::watchdog::policy

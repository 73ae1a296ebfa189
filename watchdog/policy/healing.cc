#include "watchdog/policy/healing.h"

#include <algorithm>
#include <tuple>

#include "watchdog/policy/follow.h"
#include "watchdog/policy/host.h"
#include "watchdog/policy/register.h"
#include "watchdog/policy/restraint.h"
#include "watchdog/policy/story.h"
#include "watchdog/policy/waits.h"
#include "watchdog/policy/words.h"

namespace berth::watchdog::policy {
namespace {

// Nothing is left to try before the trial.
void EndGivenUp(Deciding& d, Container& container, const Service& service, const std::string& why) {
  d.WakeAt(service.trial_at);
  End(d, container, Outcome::kGaveUp,
      container.seen.name + " is given up: " + why + "; one trial comes at " + Clock(d.WallAt(service.trial_at)) +
          ", or when somebody resets it");
}

void GiveUp(Deciding& d, Container& container, const std::string& why) {
  Service& service = ServiceOf(d.world, container.key);
  OpenCircuit(service, d.now, d.settings);
  EndGivenUp(d, container, service, why);
}

// It was healthy again for a while, but not for so long that its circuit would have closed.
bool IsStillGivenUp(Deciding& d, Container& container) {
  const Service* service = FindService(d.world, container.key);
  if (service == nullptr || service->circuit != Circuit::kOpen || service->trial_at <= d.now.steady) return false;
  EndGivenUp(d, container, *service, "it was healed too often in vain");
  return true;
}

// A heal was done, and the container has had all the time that its health check needs.
void GiveUpVerifying(Deciding& d, Container& container) {
  container.verify_until.reset();
  const std::string& name = container.seen.name;
  Service* service = FindService(d.world, container.key);
  if (service != nullptr && service->circuit == Circuit::kTrial) {
    return GiveUp(d, container, "the trial did not make it healthy in time");
  }
  const std::string is = IsRunning(container) ? "its health check says " + std::string(Name(container.seen.health))
                                              : "it is " + std::string(Name(container.seen.state));
  End(d, container, Outcome::kHeld, name + " is not healthy in time after its heal: " + is);
}

// Nothing is wrong with it by now, or nothing can be said yet.
void Rest(Deciding& d, Container& container) {
  if (container.verify_until) {
    if (*container.verify_until <= d.now.steady) return GiveUpVerifying(d, container);
    return d.WakeAt(*container.verify_until);
  }
  if (!container.story || container.follow || container.may_be_down || WasStopped(d, container)) return;
  End(d, container, Outcome::kSuperseded, container.seen.name + " needs nothing any more");
}

std::string WhyIll(Deciding& d, const Container& container) {
  const std::string& name = container.seen.name;
  if (container.left_down) return name + " was left stopped by the last attempt";
  if (!container.follow) return name + " is unhealthy";
  const Container* owner = FindContainer(d.world, container.follow->owner);
  const std::string was = container.follow->remedy == Remedy::kRecreate ? " was made anew" : " was started anew";
  return (owner != nullptr ? owner->seen.name : "the container") + was + ", whose namespace " + name + " uses";
}

bool Needs(Deciding& d, const Container& container) {
  return IsIll(container) || (container.left_down && IsDown(container)) || HasToFollow(d, container);
}

bool OnlyTell(Deciding& d, Container& container) {
  if (container.rules.action != Action::kNotify) return false;
  AddStep(d, container, "notify", "its action is notify");
  container.story->steps.back().result = "ok";
  End(d, container, Outcome::kHeld, container.seen.name + " is not touched: its action is notify");
  // Told of its root, it may still fall ill by itself.
  if (container.follow) Join(d.world, container);
  if (!IsIll(container)) container.last_story.reset();
  return true;
}

// It is about to take the place of one that is made anew: whether it will do is judged there.
bool IsOnProbation(const Deciding& d, const Container& container) {
  return std::any_of(d.world.flights.begin(), d.world.flights.end(), [&](const auto& flight) {
    const InFlight& other = flight.second;
    return other.replaces && other.service_key == container.key && other.id != container.seen.id;
  });
}

// True when it may be healed now, as far as it alone is concerned.
bool Advance(Deciding& d, Container& container) {
  if (container.gone || container.flight || IsOnProbation(d, container)) return false;
  const bool watched = container.rules.watched && container.rules.action != Action::kNone;
  if (!watched || !Needs(d, container)) return Rest(d, container), false;
  if (WasStopped(d, container) || IsDoneWith(d, container)) return false;
  if (!container.story) Begin(d, container, WhyIll(d, container));
  if (OnlyTell(d, container)) return false;
  if (IsIll(container) && !container.follow && IsOrphan(d.world, container)) container.must_recreate = true;
  if (const auto wait = WaitBefore(d, container)) return Hold(d, container, *wait), false;
  if (IsStillGivenUp(d, container)) return false;
  const std::string spent = WhySpent(d, container);
  if (!spent.empty()) return GiveUp(d, container, spent), false;
  const auto backoff = BackoffOf(d, container);
  if (backoff) Hold(d, container, *backoff);
  return !backoff;
}

// One at a time of each service.
bool IsServiceInFlight(const Deciding& d, const Container& container) {
  return std::any_of(d.world.flights.begin(), d.world.flights.end(),
                     [&](const auto& flight) { return flight.second.service_key == container.key; });
}

std::string HealReason(Deciding& d, const Container& container, const Service& service, Remedy remedy) {
  const std::string what = WhyIll(d, container) + ": " + std::string(Name(remedy));
  if (service.circuit == Circuit::kOpen) return what + ", the trial after " + Words(service.open_for);
  const int number = HealsInWindow(service, d.now, d.settings) + 1;
  if (d.settings.budget == 0) return what + ", heal " + std::to_string(number);
  return what + ", heal " + std::to_string(number) + " of at most " + std::to_string(d.settings.budget) + " in " +
         Words(d.settings.budget_window);
}

Heal MakeHeal(Deciding& d, const Container& container, const Service& service, Remedy remedy) {
  Heal heal{.attempt = ++d.world.attempts,
            .remedy = remedy,
            .service_key = container.key,
            .id = container.seen.id,
            .name = container.seen.name,
            .stop_timeout = container.rules.stop_timeout,
            .rules = container.rules,
            .follows_root = container.follow.has_value(),
            .left_down = (container.left_down && IsDown(container)) || container.may_be_down,
            .reason = HealReason(d, container, service, remedy)};
  if (container.follow) {
    heal.root = container.follow->owner;
    heal.new_owners = container.follow->new_owners;
  }
  return heal;
}

void Send(Deciding& d, Container& container) {
  Service& service = ServiceOf(d.world, container.key);
  const auto remedy = NextRemedy(container, service, d.settings);
  Heal heal = MakeHeal(d, container, service, *remedy);
  container.flight = Flight{.attempt = heal.attempt,
                            .remedy = *remedy,
                            .began = d.now.steady,
                            .silent = container.look_again.has_value(),
                            .reason = heal.reason};
  container.wait = {};
  if (service.circuit == Circuit::kOpen) service.circuit = Circuit::kTrial, container.flight->trial = true;
  const bool replaces = *remedy == Remedy::kRecreate || *remedy == Remedy::kRollBack;
  d.world.flights[heal.attempt] = {heal.id, heal.service_key, replaces};
  if (!container.flight->silent) {
    AddStep(d, container, Name(*remedy), heal.reason);
    Tell(d, Report::Kind::kHealing, container, heal.reason);
    d.decisions.reports.back().heal = heal;
  }
  d.decisions.heals.push_back(std::move(heal));
}

// Roots that others wait for, then whoever has been ill the longest.
void Sort(Deciding& d, std::vector<Container*>& ready) {
  const auto rank = [&](const Container* container) {
    return std::tuple(container->wanted != d.world.decision, container->unhealthy_since.value_or(d.now.steady));
  };
  std::stable_sort(ready.begin(), ready.end(),
                   [&](const Container* a, const Container* b) { return rank(a) < rank(b); });
}

}  // namespace

void DecideHeals(Deciding& d) {
  UpdateFollowers(d);
  const std::vector<Container*> minded(d.world.minded.begin(), d.world.minded.end());
  std::vector<Container*> ready;
  for (Container* container : minded) {
    if (Advance(d, *container)) ready.push_back(container);
  }
  UpdateStorm(d);
  Sort(d, ready);
  for (Container* container : ready) {
    if (d.world.flights.size() < MostInFlight(d) && !IsServiceInFlight(d, *container)) {
      Send(d, *container);
    } else {
      Hold(d, *container, {"it waits for its turn: as many heals as allowed are under way", "wait for its turn", {}});
    }
  }
  std::erase_if(d.world.minded, [](const Container* container) { return !IsMinded(*container); });
}

}  // namespace berth::watchdog::policy

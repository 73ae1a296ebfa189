// A host with containers, and time that passes when a test says so.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "watchdog/policy.h"

namespace berth::watchdog::test {

using engine::ContainerState;
using engine::Health;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class PolicyTest : public testing::Test {
 protected:
  // A watched container that runs; checks itself every second, so that it settles and proves itself quickly.
  Seen Make(const std::string& name, Health health = Health::kHealthy) {
    Facts facts{.check_interval = seconds(1), .check_timeout = seconds(1), .check_retries = 1};
    return {.id = name + "-id",
            .name = name,
            .image = "img:1",
            .state = ContainerState::kRunning,
            .health = health,
            .labels = {{"autoheal", "true"}},
            .facts = facts};
  }
  Seen MakeSharing(const std::string& name, const std::string& owner, Health health = Health::kHealthy) {
    Seen seen = Make(name, health);
    seen.facts->shares = {owner};
    return seen;
  }

  // What comes of it is kept in `last`, and its reports in `reports`.
  const Decisions& See(const Observation& observation) {
    last_ = Decide(state_, observation, now_, settings_);
    reports_.insert(reports_.end(), last_.reports.begin(), last_.reports.end());
    return last_;
  }
  const Decisions& List(std::vector<Seen> containers) { return See(Listed{std::move(containers), true}); }
  const Decisions& Becomes(const std::string& name, Health health) {
    return See(Changed{.id = name + "-id", .health = health, .state = {}, .name = {}});
  }
  const Decisions& Becomes(const std::string& name, ContainerState state) {
    return See(Changed{.id = name + "-id", .health = {}, .state = state, .name = {}});
  }
  // The engine's events of a restart, and what a restart that helped would show.
  void Restarts(const std::string& name) {
    Becomes(name, ContainerState::kExited);
    Becomes(name, ContainerState::kRunning);
  }
  // The heal that went out last succeeds.
  const Decisions& Done(const Heal& heal) { return Ends(heal, Acted::Result::kDone); }
  const Decisions& Ends(const Heal& heal, Acted::Result result) {
    Acted acted;
    acted.attempt = heal.attempt;
    acted.result = result;
    return See(acted);
  }
  const Decisions& Fails(const Heal& heal, Error error) {
    Acted acted;
    acted.attempt = heal.attempt;
    acted.result = Acted::Result::kFailed;
    acted.error = std::move(error);
    return See(acted);
  }

  // Time passes, with the ticks that were asked for; everything that was decided meanwhile.
  Decisions Pass(milliseconds duration) {
    const SteadyTime end = now_.steady + duration;
    Decisions all;
    while (last_.wake_at && *last_.wake_at <= end) {
      if (*last_.wake_at > now_.steady) Move(*last_.wake_at);
      See(Tick{});
      all.heals.insert(all.heals.end(), last_.heals.begin(), last_.heals.end());
      all.reports.insert(all.reports.end(), last_.reports.begin(), last_.reports.end());
    }
    Move(end);
    return all;
  }

  std::vector<std::string> Healed(const Decisions& decisions) {
    std::vector<std::string> names;
    for (const auto& heal : decisions.heals) names.push_back(heal.name);
    return names;
  }
  // How the episodes ended that ended so far.
  std::vector<Outcome> Outcomes() const {
    std::vector<Outcome> outcomes;
    for (const auto& report : reports_) {
      if (report.kind == Report::Kind::kEnded) outcomes.push_back(report.episode->outcome);
    }
    return outcomes;
  }
  std::size_t Count(Report::Kind kind) const {
    return static_cast<std::size_t>(
        std::count_if(reports_.begin(), reports_.end(), [&](const Report& report) { return report.kind == kind; }));
  }
  Status StatusOf(const std::string& name) {
    for (auto& status : state_.Watched(now_, settings_)) {
      if (status.container == name) return status;
    }
    ADD_FAILURE() << name << " is not watched";
    return {};
  }

  // A whole attempt that does not help: it goes out, is done, and the container is unhealthy again 3 s later.
  void HealInVain(Heal heal) {  // a copy: it may be one of `last_`
    Restarts(heal.name);
    Done(heal);
    Pass(seconds(3));
    Becomes(heal.name, Health::kUnhealthy);
  }

  Settings settings_;
  State state_;
  Now now_{SteadyTime(std::chrono::hours(1000)), WallTime(std::chrono::hours(500'000))};
  Decisions last_;
  std::vector<Report> reports_;

 private:
  void Move(SteadyTime to) {
    now_.wall += std::chrono::duration_cast<WallTime::duration>(to - now_.steady);
    now_.steady = to;
  }
};

}  // namespace berth::watchdog::test

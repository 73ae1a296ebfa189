#include "watchdog/gate.h"

#include <algorithm>
#include <string_view>

#include "engine/json_fields.h"

namespace berth::watchdog {
namespace {

using engine::ContainerDetails;
using engine::ContainerState;
using engine::HealthProbe;
using std::chrono::milliseconds;

constexpr milliseconds kStaleMargin{30'000};

// The check could not be run in the container. A check that took too long has exit code -1 as well, but that is an
// answer: the container hangs.
bool CouldNotRun(const HealthProbe& probe) {
  if (probe.output.starts_with("Health check exceeded timeout")) return false;
  return probe.exit_code == -1 || probe.output.starts_with("OCI runtime exec failed");
}

bool StreakCouldNotRun(const ContainerDetails& container) {
  const auto& log = container.health_log;
  const auto streak = std::min(log.size(), static_cast<std::size_t>(std::max(container.failing_streak, 1)));
  return streak > 0 && std::all_of(log.end() - static_cast<std::ptrdiff_t>(streak), log.end(), CouldNotRun);
}

bool IsStale(const ContainerDetails& container, WallTime now) {
  if (container.health_log.empty()) return false;
  const Facts facts = FactsOf(container);
  return now - container.health_log.back().finished_at > 3 * facts.check_interval + facts.check_timeout + kStaleMargin;
}

milliseconds Duration(const engine::Fields& check, std::string_view key, milliseconds fallback) {
  const std::chrono::nanoseconds value(check.Integer(key));
  return value.count() > 0 ? std::chrono::ceil<milliseconds>(value) : fallback;
}

void AddShared(const std::string& mode, std::vector<std::string>& shares) {
  constexpr std::string_view kPrefix = "container:";
  if (mode.starts_with(kPrefix)) shares.push_back(mode.substr(kPrefix.size()));
}

std::vector<std::string> SharesOf(const engine::Fields& host) {
  std::vector<std::string> shares;
  for (const auto* key : {"NetworkMode", "IpcMode", "PidMode"}) AddShared(host.Text(key), shares);
  for (const auto& from : host.Texts("VolumesFrom")) shares.push_back(from.substr(0, from.find(':')));
  std::sort(shares.begin(), shares.end());
  shares.erase(std::unique(shares.begin(), shares.end()), shares.end());
  return shares;
}

GateAnswer No(GateAnswer answer, Acted::Result why_not, std::string reason) {
  answer.why_not = why_not;
  answer.reason = std::move(reason);
  return answer;
}

GateAnswer Yes(GateAnswer answer, std::string reason) {
  answer.pass = true;
  answer.reason = std::move(reason);
  return answer;
}

GateAnswer NotRunning(GateAnswer answer, const Heal& heal, const ContainerDetails& fresh) {
  const std::string is = heal.name + " is " + std::string(engine::Name(fresh.state));
  const bool stopped = fresh.state == ContainerState::kExited || fresh.state == ContainerState::kCreated;
  if (stopped && heal.left_down) return Yes(std::move(answer), is + " since the last attempt to heal it");
  if (fresh.state == ContainerState::kRemoving) {
    return No(std::move(answer), Acted::Result::kNotNeeded, heal.name + " is being removed");
  }
  if (fresh.state != ContainerState::kRestarting) return No(std::move(answer), Acted::Result::kOperator, is);
  if (heal.follows_root) return Yes(std::move(answer), is);
  return No(std::move(answer), Acted::Result::kNotNeeded, "the engine restarts " + heal.name + " by itself");
}

GateAnswer Unhealthy(GateAnswer answer, const Heal& heal) {
  if (answer.illness == Class::kProbeError && !heal.rules.heal_probe_errors) {
    return No(std::move(answer), Acted::Result::kHeld,
              "the health check of " + heal.name + " could not run, which says nothing about the container");
  }
  if (answer.illness == Class::kStale && !heal.rules.heal_stale) {
    return No(std::move(answer), Acted::Result::kHeld,
              "the health check of " + heal.name + " has stopped running; a restart of the engine cures that");
  }
  return Yes(std::move(answer), heal.name + " is unhealthy");
}

}  // namespace

Class Classify(const ContainerDetails& container, WallTime now) {
  if (IsStale(container, now)) return Class::kStale;
  return StreakCouldNotRun(container) ? Class::kProbeError : Class::kUnhealthy;
}

Facts FactsOf(const ContainerDetails& container) {
  engine::Complaint ignored;
  const engine::Fields all(container.raw, ignored);
  const engine::Fields check = all.Inside("Config").Inside("Healthcheck");
  Facts facts;
  facts.check_interval = Duration(check, "Interval", facts.check_interval);
  facts.check_timeout = Duration(check, "Timeout", facts.check_timeout);
  facts.check_start_period = Duration(check, "StartPeriod", facts.check_start_period);
  if (check.SmallInteger("Retries") > 0) facts.check_retries = check.SmallInteger("Retries");
  facts.stop_timeout = container.stop_timeout;
  facts.shares = SharesOf(all.Inside("HostConfig"));
  return facts;
}

GateAnswer Gate(const Heal& heal, const ContainerDetails& fresh, WallTime now) {
  GateAnswer answer{.illness = Classify(fresh, now)};
  if (!fresh.health_log.empty()) answer.health_output = fresh.health_log.back().output;
  if (fresh.id != heal.id) {
    return No(std::move(answer), Acted::Result::kNotNeeded, "another container is called " + heal.name + " by now");
  }
  if (fresh.state != ContainerState::kRunning) return NotRunning(std::move(answer), heal, fresh);
  if (heal.follows_root) return Yes(std::move(answer), heal.name + " follows its root");
  if (fresh.health == engine::Health::kUnhealthy) return Unhealthy(std::move(answer), heal);
  return No(std::move(answer), Acted::Result::kNotNeeded,
            heal.name + " is " + std::string(engine::Name(fresh.health)) + " by now");
}

}  // namespace berth::watchdog

#include "agent/operations/health_gate.h"

#include <boost/json/value.hpp>

namespace berth::agent {
namespace {

using engine::ContainerDetails;
using engine::ContainerState;
using std::chrono::milliseconds;

constexpr milliseconds kMargin{10'000};

// The engine's defaults where the HEALTHCHECK leaves a field at 0: dockerfile reference, HEALTHCHECK.
constexpr milliseconds kDefaultInterval{30'000};
constexpr milliseconds kDefaultTimeout{30'000};
constexpr std::int64_t kDefaultRetries = 3;

std::int64_t IntegerOf(const boost::json::object* object, std::string_view key) {
  if (object == nullptr) return 0;
  const auto* value = object->if_contains(key);
  const auto* integer = value != nullptr ? value->if_int64() : nullptr;
  return integer != nullptr ? *integer : 0;
}

milliseconds DurationOf(const boost::json::object* object, std::string_view key, milliseconds fallback) {
  const std::chrono::nanoseconds value{IntegerOf(object, key)};
  return value.count() > 0 ? std::chrono::ceil<milliseconds>(value) : fallback;
}

const boost::json::object* ObjectOf(const boost::json::object* object, std::string_view key) {
  const auto* value = object != nullptr ? object->if_contains(key) : nullptr;
  return value != nullptr ? value->if_object() : nullptr;
}

milliseconds AllowedByHealthcheck(const ContainerDetails& container) {
  const auto* check = ObjectOf(ObjectOf(&container.raw, "Config"), "Healthcheck");
  const auto retries = IntegerOf(check, "Retries") > 0 ? IntegerOf(check, "Retries") : kDefaultRetries;
  return DurationOf(check, "StartPeriod", milliseconds(0)) +
         (retries + 1) *
             (DurationOf(check, "Interval", kDefaultInterval) + DurationOf(check, "Timeout", kDefaultTimeout));
}

Verdict Bad(std::string reason) { return {Verdict::Kind::kBad, std::move(reason)}; }

// How it ended is told while it does not run.
std::string ExitOf(const ContainerDetails& container) {
  if (container.state == ContainerState::kRunning) return "it exited";
  std::string text = "it exited with code " + std::to_string(container.exit_code);
  if (container.oom_killed) text += ", killed for want of memory";
  if (!container.error.empty()) text += " (" + container.error + ")";
  return text;
}

std::string LastOutput(const ContainerDetails& container) {
  return container.health_log.empty() ? "" : container.health_log.back().output;
}

Verdict JudgeHealth(const ContainerDetails& now, milliseconds elapsed, milliseconds timeout) {
  if (now.health == engine::Health::kHealthy) return {Verdict::Kind::kGood, {}};
  if (now.health == engine::Health::kUnhealthy) return Bad("its health check failed: " + LastOutput(now));
  if (elapsed < timeout) return {};
  return Bad("it was not healthy after " + std::to_string(timeout.count() / 1000) + " s: " + LastOutput(now));
}

}  // namespace

milliseconds GateTimeout(const ContainerDetails& container, const HealthGate& gate) {
  if (!container.has_healthcheck) return gate.stable_for;
  return gate.timeout.value_or(AllowedByHealthcheck(container) + kMargin);
}

Verdict Judge(const ContainerDetails& first, const ContainerDetails& now, const HealthGate& gate,
              milliseconds elapsed) {
  if (now.state == ContainerState::kExited || now.state == ContainerState::kDead) return Bad(ExitOf(now));
  if (now.state == ContainerState::kRestarting || now.restart_count > first.restart_count ||
      now.started_at != first.started_at) {
    return Bad(ExitOf(now) + " and was restarted");
  }
  if (now.state != ContainerState::kRunning) return Bad("it is " + std::string(engine::Name(now.state)));
  if (now.has_healthcheck) return JudgeHealth(now, elapsed, GateTimeout(now, gate));
  return elapsed >= gate.stable_for ? Verdict{Verdict::Kind::kGood, {}} : Verdict{};
}

}  // namespace berth::agent

#include "watchdog/policy/restraint.h"

#include <algorithm>

namespace berth::watchdog::policy {
namespace {

using std::chrono::milliseconds;

// FNV-1a, then a finalizer: the same everywhere, unlike std::hash.
std::uint64_t Hash(const std::string& key, int number) {
  std::uint64_t hash = 14695981039346656037U;
  for (const unsigned char c : key) hash = (hash ^ c) * 1099511628211U;
  hash ^= static_cast<std::uint64_t>(number) * 0x9E3779B97F4A7C15U;
  hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDU;
  return hash ^ (hash >> 33);
}

// In [-1, 1).
double Draw(const std::string& key, int number) {
  return static_cast<double>(Hash(key, number) >> 11) * 0x1.0p-52 - 1.0;
}

bool Can(const Service& service, Remedy remedy) { return !service.impossible.contains(remedy); }

bool CanRecreate(const Service& service, const Settings& settings) {
  return settings.recreate && Can(service, Remedy::kRecreate);
}

std::optional<Remedy> AfterRestarts(const Container& container, const Service& service, const Settings& settings) {
  if (CanRecreate(service, settings) && !service.recreated) return Remedy::kRecreate;
  if (container.rules.roll_back && Can(service, Remedy::kRollBack) && !service.rolled_back) return Remedy::kRollBack;
  if (settings.budget == 0) return Remedy::kRestart;
  return std::nullopt;
}

}  // namespace

milliseconds Backoff(const Settings& settings, const std::string& key, int heals) {
  auto wait = settings.backoff_first;
  for (int i = 1; i < heals && wait < settings.backoff_ceiling; ++i) wait *= 2;
  wait = std::min(wait, std::max(settings.backoff_ceiling, settings.backoff_first));
  const double factor = 1 + settings.backoff_jitter * Draw(key, heals);
  return milliseconds(static_cast<std::int64_t>(static_cast<double>(wait.count()) * factor));
}

int HealsInWindow(const Service& service, Now now, const Settings& settings) {
  return static_cast<int>(std::count_if(service.heals.begin(), service.heals.end(),
                                        [&](SteadyTime heal) { return now.steady - heal < settings.budget_window; }));
}

std::optional<Remedy> NextRemedy(const Container& container, const Service& service, const Settings& settings) {
  if (container.rules.action == Action::kStop) return Remedy::kStop;
  if (container.follow) {
    return CanRecreate(service, settings) || container.follow->remedy != Remedy::kRecreate
               ? std::optional(container.follow->remedy)
               : std::nullopt;
  }
  if (container.must_recreate) {
    return CanRecreate(service, settings) ? std::optional(Remedy::kRecreate) : std::nullopt;
  }
  const bool restart_left = service.restarts_in_vain < settings.restarts_before_recreate;
  if (container.rules.action == Action::kRecreate && CanRecreate(service, settings) && restart_left) {
    return Remedy::kRecreate;
  }
  return restart_left ? std::optional(Remedy::kRestart) : AfterRestarts(container, service, settings);
}

void Count(Service& service, const Flight& flight, const std::string& key, Now now, const Settings& settings) {
  while (!service.heals.empty() && now.steady - service.heals.front() >= settings.budget_window) {
    service.heals.pop_front();
  }
  service.heals.push_back(flight.began);
  ++service.in_row;
  service.not_before = now.steady + Backoff(settings, key, service.in_row);
  if (flight.remedy == Remedy::kRestart) ++service.restarts_in_vain;
  if (flight.remedy == Remedy::kRecreate) ++service.restarts_in_vain, service.recreated = true;
  if (flight.remedy == Remedy::kRollBack) service.rolled_back = true;
}

void Helped(Service& service) {
  service.restarts_in_vain = 0;
  service.recreated = service.rolled_back = false;
  if (service.circuit == Circuit::kTrial) service.circuit = Circuit::kClosed;
}

void Forget(Service& service) {
  Helped(service);
  service.in_row = 0;
  service.not_before = SteadyTime();
  service.circuit = Circuit::kClosed;
  service.open_for = milliseconds(0);
}

bool WasHealthyForLong(const Container& container, const Service& service, Now now, const Settings& settings) {
  if (!container.healthy_since) return false;
  // One that follows its root is healed while it is healthy, which may fail.
  const bool healed_since = !service.heals.empty() && service.heals.back() > *container.healthy_since;
  return !healed_since && now.steady - *container.healthy_since >= settings.forget;
}

void OpenCircuit(Service& service, Now now, const Settings& settings) {
  service.open_for =
      service.open_for.count() == 0 ? settings.circuit_first : std::min(2 * service.open_for, settings.circuit_ceiling);
  service.circuit = Circuit::kOpen;
  service.trial_at = now.steady + service.open_for;
  // The trial begins with the first rung.
  service.restarts_in_vain = 0;
  service.recreated = service.rolled_back = false;
}

Circuit CircuitOf(const Container& container, const Service* service, Now now, const Settings& settings) {
  if (service == nullptr) return Circuit::kClosed;
  return WasHealthyForLong(container, *service, now, settings) ? Circuit::kClosed : service->circuit;
}

}  // namespace berth::watchdog::policy

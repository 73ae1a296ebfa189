#include "watchdog/policy.h"

#include "watchdog/policy/acted.h"
#include "watchdog/policy/healing.h"
#include "watchdog/policy/host.h"
#include "watchdog/policy/observe.h"
#include "watchdog/policy/register.h"
#include "watchdog/policy/remember.h"
#include "watchdog/policy/state.h"

namespace berth::watchdog {
namespace policy {

static void Observe(Deciding& d, const Tick&) { DropServices(d); }

Service* FindService(World& world, const std::string& key) {
  const auto found = world.services.find(key);
  return found == world.services.end() ? nullptr : &found->second;
}

const Service* FindService(const World& world, const std::string& key) {
  const auto found = world.services.find(key);
  return found == world.services.end() ? nullptr : &found->second;
}

Container* FindContainer(World& world, const std::string& id) {
  const auto found = world.containers.find(id);
  return found == world.containers.end() ? nullptr : &found->second;
}

}  // namespace policy

State::State() : memory_(std::make_unique<Memory>()) {}
State::~State() = default;
State::State(State&&) noexcept = default;
State& State::operator=(State&&) noexcept = default;

Decisions Decide(State& state, const Observation& observation, Now now, const Settings& settings) {
  Decisions decisions;
  policy::Deciding d{state.memory_->world, now, settings, decisions};
  ++d.world.decision;
  if (!d.world.host.began) d.world.host.began = now.steady;
  std::visit([&](const auto& what) { policy::Observe(d, what); }, observation);
  policy::UpdateHost(d);
  policy::DecideHeals(d);
  return decisions;
}

}  // namespace berth::watchdog

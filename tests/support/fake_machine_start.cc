// How containers of a fake machine come to life, and back to life.
#include <algorithm>

#include "tests/support/engine_errors.h"
#include "tests/support/fake_config.h"
#include "tests/support/fake_machine.h"

namespace berth::test {
namespace {

using engine::ContainerState;
using engine::Health;

bool Collide(const engine::Port& a, const engine::Port& b) {
  const bool any_address = a.host_ip == "0.0.0.0" || b.host_ip == "0.0.0.0";
  return a.host_port == b.host_port && a.protocol == b.protocol && (any_address || a.host_ip == b.host_ip);
}

std::string StaticAddress(const boost::json::value& endpoint) {
  return endpoint.is_object() ? Text(Member(endpoint.get_object(), "IPAMConfig"), "IPv4Address") : std::string();
}

}  // namespace

Result<> FakeMachine::CheckPortsAreFree(const FakeContainer& container) {
  for (const auto& wanted : WantedPorts(container)) {
    for (const auto& other : containers_) {
      const bool taken = wanted.host_port != 0 && std::any_of(other->bound_ports.begin(), other->bound_ports.end(),
                                                              [&](const auto& port) { return Collide(wanted, port); });
      if (!taken) continue;
      return EngineError("driver failed programming external connectivity on endpoint " + container.name +
                         ": Bind for " + wanted.host_ip + ":" + std::to_string(wanted.host_port) +
                         " failed: port is already allocated");
    }
  }
  return {};
}

Result<> FakeMachine::CheckAddressesAreFree(const FakeContainer& container) {
  for (const auto& [network, endpoint] : container.networks) {
    if (!networks_.contains(network)) return NoSuchNetwork(network);
    for (const auto& other : containers_) {
      const auto* theirs = other->networks.if_contains(network);
      const bool taken = other->Runs() && theirs && !StaticAddress(endpoint).empty() &&
                         StaticAddress(*theirs) == StaticAddress(endpoint);
      if (taken) return EngineError("Address already in use");
    }
  }
  return {};
}

Result<> FakeMachine::CanLaunch(FakeContainer& container) {
  for (const auto* field : {"NetworkMode", "IpcMode", "PidMode"}) {
    const auto mode = Text(container.host_config, field);
    if (!mode.starts_with("container:")) continue;
    const auto* other = Find(mode.substr(10));
    if (!other) return NoSuchContainer(mode.substr(10));
    if (!other->Runs()) return Conflict("cannot join network of a non running container: " + other->id);
  }
  if (auto are_free = CheckPortsAreFree(container); !are_free) return are_free;
  if (auto are_free = CheckAddressesAreFree(container); !are_free) return are_free;
  if (!container.behaviour.start_error.empty()) return EngineError(container.behaviour.start_error);
  return {};
}

Result<> FakeMachine::Launch(FakeContainer& container) {
  if (auto can = CanLaunch(container); !can) {
    container.error = can.error().message;
    container.exit_code = 128;
    if (container.state == ContainerState::kRestarting) container.state = ContainerState::kExited;
    return can;
  }
  container.bound_ports = WantedPorts(container);
  for (auto& port : container.bound_ports) {
    if (port.host_port == 0) port.host_port = next_port_++;
  }
  container.state = ContainerState::kRunning;
  container.error.clear();
  container.exit_code = 0;
  container.oom_killed = false;
  container.pid = static_cast<std::int64_t>(1000 + next_id_++);
  container.started_at = clock_.WallNow();
  ++container.run;
  Live(container);
  return {};
}

void FakeMachine::Live(FakeContainer& container) {
  const Behaviour script = container.behaviour;
  for (const auto& line : script.output) Print(container, line);
  container.failing_streak = 0;
  container.health = container.HasHealthcheck() ? Health::kStarting : Health::kNone;
  if (container.HasHealthcheck() && script.healthy_after) {
    After(*script.healthy_after, container, [this](FakeContainer& it) { SetHealth(it, Health::kHealthy); });
  }
  if (container.HasHealthcheck() && script.unhealthy_after) {
    After(*script.unhealthy_after, container, [this](FakeContainer& it) { SetHealth(it, Health::kUnhealthy); });
  }
  if (script.exits_after) {
    After(*script.exits_after, container, [this, script](FakeContainer& it) { Exit(it, script.exit_code); });
  }
  Changed(container, "start");
}

// 100 ms, 200 ms ... a minute; from the beginning again for one that ran for 10 s.
void FakeMachine::RestartLater(FakeContainer& container) {
  const bool ran_well = container.finished_at - container.started_at >= std::chrono::seconds(10);
  auto& delay = container.restart_delay;
  delay = ran_well || delay == milliseconds(0) ? milliseconds(100) : std::min(delay * 2, milliseconds(60'000));
  container.state = ContainerState::kRestarting;
  After(delay, container, [this](FakeContainer& it) {
    ++it.restart_count;
    (void)Launch(it);  // the error is kept in the container, as a real engine does
  });
}

}  // namespace berth::test

#include "tests/support/fake_machine.h"

#include <algorithm>

#include "tests/support/engine_errors.h"
#include "tests/support/fake_config.h"

namespace berth::test {
namespace {

using engine::ContainerState;
using engine::Health;

bool IsKill(const std::string& signal) { return signal == "SIGKILL" || signal == "KILL" || signal == "9"; }
bool IsTerm(const std::string& signal) { return signal == "SIGTERM" || signal == "TERM" || signal == "15"; }

// Why a container that was told to run is not to be told so again.
bool RestartsAfterExit(const FakeContainer& container) {
  const auto policy = container.RestartPolicy();
  if (container.stopped_by_hand) return false;
  if (policy.name == "always" || policy.name == "unless-stopped") return true;
  const bool tries_left = policy.maximum_retries == 0 || container.restart_count < policy.maximum_retries;
  return policy.name == "on-failure" && container.exit_code != 0 && tries_left;
}

// "always" forgets at a start of the engine that somebody stopped it.
bool RestartsAtBoot(const FakeContainer& container) {
  const bool ran_before = container.started_at != WallTime{};
  return ran_before && (container.RestartPolicy().name == "always" || RestartsAfterExit(container));
}

}  // namespace

FakeMachine::FakeMachine(FakeClock& clock) : clock_(clock) {
  for (const char* name : {"bridge", "host", "none"}) AddNetwork(name);
}

FakeContainer* FakeMachine::Find(const std::string& id) {
  if (const auto named = by_name_.find(id); named != by_name_.end()) return named->second;
  const auto found = by_id_.lower_bound(id);
  return id.size() >= 12 && found != by_id_.end() && found->first.starts_with(id) ? found->second : nullptr;
}

std::vector<FakeContainer*> FakeMachine::Containers() {
  std::vector<FakeContainer*> all;
  for (const auto& container : containers_) all.push_back(container.get());
  return all;
}

Result<FakeContainer*> FakeMachine::Require(const std::string& id) {
  if (auto* container = Find(id)) return container;
  return NoSuchContainer(id);
}

Result<> FakeMachine::CheckNameIsFree(const std::string& name) {
  const auto* holder = Find(name);
  if (!holder || holder->name != name) return {};
  return Conflict("Conflict. The container name \"/" + name + "\" is already in use by container \"" + holder->id +
                  "\". You have to remove (or rename) that container to be able to reuse that name.");
}

Result<> FakeMachine::Start(const std::string& id) {
  const auto found = Require(id);
  if (!found) return found.error();
  auto& container = **found;
  if (container.state == ContainerState::kRunning) return {};
  if (container.state == ContainerState::kPaused) {
    return Conflict("cannot start a paused container, try unpause instead");
  }
  container.stopped_by_hand = false;
  container.restart_count = 0;
  auto launched = Launch(container);
  if (!launched && container.AutoRemoves()) Destroy(container);
  return launched;
}

Result<> FakeMachine::BeginStop(const std::string& id, std::optional<std::chrono::seconds> timeout) {
  const auto found = Require(id);
  if (!found) return found.error();
  auto& container = **found;
  const bool restarting = container.state == ContainerState::kRestarting;
  if (!container.Runs() && !restarting) return {};
  container.stopped_by_hand = true;
  if (restarting) {
    ++container.run;
    container.state = ContainerState::kExited;
    Changed(container, "stop");
    return {};
  }
  container.state = ContainerState::kRunning;  // a paused one is woken up
  container.stopping = true;
  Emit(container, "kill", {{"signal", "15"}});
  if (!container.behaviour.ignores_sigterm) {
    After(container.behaviour.stops_in, container,
          [this](FakeContainer& it) { Exit(it, it.behaviour.stop_exit_code); });
  }
  const auto patience = timeout.value_or(container.StopTimeout());
  if (patience.count() < 0) return {};
  After(patience, container, [this](FakeContainer& it) {
    Emit(it, "kill", {{"signal", "9"}});
    Exit(it, 137);
  });
  return {};
}

Result<> FakeMachine::Kill(const std::string& id, const std::string& signal) {
  const auto found = Require(id);
  if (!found) return found.error();
  auto& container = **found;
  if (!container.Runs()) return Conflict("Container " + container.id + " is not running");
  container.stopped_by_hand = true;
  Emit(container, "kill", {{"signal", signal}});
  if (IsKill(signal)) Exit(container, 137);
  if (IsTerm(signal) && !container.behaviour.ignores_sigterm) {
    After(container.behaviour.stops_in, container,
          [this](FakeContainer& it) { Exit(it, it.behaviour.stop_exit_code); });
  }
  return {};
}

Result<> FakeMachine::Pause(const std::string& id) {
  const auto found = Require(id);
  if (!found) return found.error();
  auto& container = **found;
  if (container.state != ContainerState::kRunning) return Conflict("Container " + container.id + " is not running");
  container.state = ContainerState::kPaused;
  Changed(container, "pause");
  return {};
}

Result<> FakeMachine::Unpause(const std::string& id) {
  const auto found = Require(id);
  if (!found) return found.error();
  auto& container = **found;
  if (container.state != ContainerState::kPaused) return EngineError("Container " + container.id + " is not paused");
  container.state = ContainerState::kRunning;
  Changed(container, "unpause");
  return {};
}

Result<> FakeMachine::Rename(const std::string& id, const std::string& new_name) {
  const auto found = Require(id);
  if (!found) return found.error();
  auto& container = **found;
  if (container.name == new_name) {
    return BadRequest("Renaming a container with the same name as its current name");
  }
  if (const auto is_free = CheckNameIsFree(new_name); !is_free) return is_free.error();
  const auto old_name = std::exchange(container.name, new_name);
  by_name_.erase(old_name);
  by_name_[new_name] = &container;
  Changed(container, "rename", {{"oldName", "/" + old_name}});
  return {};
}

Result<> FakeMachine::UpdateRestartPolicy(const std::string& id, const engine::RestartPolicy& policy) {
  const auto found = Require(id);
  if (!found) return found.error();
  auto& container = **found;
  if (container.AutoRemoves() && policy.name != "no") {
    return Conflict("Restart policy cannot be updated because AutoRemove is enabled for the container");
  }
  container.host_config["RestartPolicy"] = {{"Name", policy.name}, {"MaximumRetryCount", policy.maximum_retries}};
  Changed(container, "update");
  return {};
}

Result<> FakeMachine::Remove(const std::string& id, bool force) {
  const auto found = Require(id);
  if (!found) return found.error();
  auto& container = **found;
  const bool lives = container.Runs() || container.state == ContainerState::kRestarting;
  if (lives && !force) {
    return Conflict("You cannot remove a " + std::string(Name(container.state)) + " container " + container.id +
                    ". Stop the container before attempting removal or force remove");
  }
  const std::string full_id = container.id;
  container.stopped_by_hand = true;
  if (container.Runs()) Exit(container, 137);
  if (auto* left = Find(full_id)) Destroy(*left);
  return {};
}

Result<> FakeMachine::RemoveImage(const std::string& reference) {
  const auto* image = images.Find(reference);
  if (!image) return NoSuchImage(reference);
  for (const auto& container : containers_) {
    if (container->image_id != image->id) continue;
    return Conflict("conflict: unable to remove repository reference \"" + reference + "\" - container " +
                    container->id.substr(0, 12) + " is using its referenced image");
  }
  images.Remove(reference);
  return {};
}

void FakeMachine::Exit(FakeContainer& container, int exit_code) {
  container.state = ContainerState::kExited;
  container.exit_code = exit_code;
  container.pid = 0;
  container.finished_at = clock_.WallNow();
  container.bound_ports.clear();
  ++container.run;
  // A real engine says so of everything that has stopped, "for compatibility reasons".
  if (container.HasHealthcheck()) container.health = Health::kUnhealthy;
  Changed(container, "die", {{"exitCode", std::to_string(exit_code)}});
  if (std::exchange(container.stopping, false)) Emit(container, "stop");
  EndThoseInItsPidNamespace(container.id);
  if (RestartsAfterExit(container)) {
    RestartLater(container);
  } else if (container.AutoRemoves()) {
    Destroy(container);
  }
}

// The first process of a PID namespace takes all others of it along.
void FakeMachine::EndThoseInItsPidNamespace(const std::string& id) {
  for (const auto& other : containers_) {
    if (other->Runs() && Text(other->host_config, "PidMode") == "container:" + id) Exit(*other, 137);
  }
}

void FakeMachine::SetHealth(FakeContainer& container, Health health) {
  const bool failed = health == Health::kUnhealthy;
  const auto now = clock_.WallNow();
  container.failing_streak = failed ? std::max(3, container.failing_streak + 1) : 0;
  container.health_log.push_back({now, now, failed ? 1 : 0, failed ? "probe failed" : "ok"});
  if (container.health_log.size() > 5) container.health_log.erase(container.health_log.begin());
  if (std::exchange(container.health, health) == health) return;
  Changed(container, "health_status: " + std::string(Name(health)));
}

void FakeMachine::Print(FakeContainer& container, std::string line, engine::LogChunk::Source source) {
  container.log.push_back({clock_.WallNow(), source, std::move(line) + "\n"});
  changed.Open();
}

void FakeMachine::ShutDown() {
  for (const auto& container : containers_) {
    if (container->Runs()) Emit(*container, "kill", {{"signal", "15"}});
    if (PowerOff(*container)) Emit(*container, "die", {{"exitCode", "255"}});
  }
}

bool FakeMachine::PowerOff(FakeContainer& container) {
  ++container.run;  // nothing that was scripted happens to a machine that is off
  container.bound_ports.clear();
  container.pid = 0;
  const bool ran = container.Runs();
  if (!ran && container.state != ContainerState::kRestarting) return false;
  container.state = ContainerState::kExited;
  container.exit_code = 255;
  container.finished_at = clock_.WallNow();
  return ran;
}

void FakeMachine::Reboot() {
  std::vector<std::string> ids;
  for (const auto& container : containers_) ids.push_back(container->id);
  for (const auto& container : containers_) PowerOff(*container);
  for (const auto& id : ids) {
    auto& container = *Find(id);
    if (RestartsAtBoot(container)) {
      container.stopped_by_hand = false;
      (void)Launch(container);  // a port that somebody else took first leaves it stopped, as a real boot does
    } else if (container.AutoRemoves()) {
      Destroy(container);
    }
  }
}

void FakeMachine::Destroy(FakeContainer& container) {
  Changed(container, "destroy");
  by_id_.erase(container.id);
  by_name_.erase(container.name);
  const auto is_it = [&container](const auto& other) { return other.get() == &container; };
  containers_.erase(std::find_if(containers_.begin(), containers_.end(), is_it));
}

void FakeMachine::Emit(const FakeContainer& container, const std::string& action,
                       std::map<std::string, std::string> attributes) {
  attributes.merge(container.Labels());
  attributes.emplace("name", container.name);
  attributes.emplace("image", container.Image());
  on_event({clock_.WallNow(), "container", action, container.id, std::move(attributes)});
}

void FakeMachine::Changed(const FakeContainer& container, const std::string& action,
                          std::map<std::string, std::string> attributes) {
  Emit(container, action, std::move(attributes));
  changed.Open();
}

void FakeMachine::After(milliseconds delay, const FakeContainer& container,
                        std::function<void(FakeContainer&)> action) {
  clock_.CallIn(delay, [this, id = container.id, run = container.run, action = std::move(action)] {
    auto* found = Find(id);
    if (found && found->run == run) action(*found);
  });
}

}  // namespace berth::test

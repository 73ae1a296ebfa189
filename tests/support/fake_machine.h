// A machine that runs containers: what happens on it with or without an agent, and its rules. FakeEngine puts the
// engine's interface, its faults and its slowness in front of it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/types.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_container.h"
#include "tests/support/fake_images.h"
#include "tests/support/gate.h"

namespace berth::test {

// Refuses what a Docker Engine refuses, with its codes and words. `id` is an id, 12 digits or more of it, or a name.
class FakeMachine {
 public:
  explicit FakeMachine(FakeClock& clock);

  FakeImageStore images;
  FakeRegistry registry;
  std::string api_version = "1.41";  // below 1.44, a container is created with one network at the most

  // Nothing when there is none. Pointers hold until the container is removed.
  FakeContainer* Find(const std::string& id);
  // Oldest first.
  std::vector<FakeContainer*> Containers();

  Result<engine::Created> Create(const engine::CreateRequest& request);
  Result<> Start(const std::string& id);
  // Only begins: the container ends when its behaviour says so, or by SIGKILL after `timeout`; never by
  // that when it is negative.
  Result<> BeginStop(const std::string& id, std::optional<std::chrono::seconds> timeout);
  Result<> Kill(const std::string& id, const std::string& signal);
  Result<> Pause(const std::string& id);
  Result<> Unpause(const std::string& id);
  Result<> Rename(const std::string& id, const std::string& new_name);
  Result<> UpdateRestartPolicy(const std::string& id, const engine::RestartPolicy& policy);
  Result<> Remove(const std::string& id, bool force);
  Result<> RemoveImage(const std::string& reference);

  void AddNetwork(const std::string& name);
  Result<engine::Network> InspectNetwork(const std::string& network);
  Result<> Connect(const std::string& network, const std::string& id, boost::json::object endpoint);
  Result<> Disconnect(const std::string& network, const std::string& id);

  // Things that happen to a container.
  void Exit(FakeContainer& container, int exit_code);
  void SetHealth(FakeContainer& container, engine::Health health);
  void Print(FakeContainer& container, std::string line,
             engine::LogChunk::Source source = engine::LogChunk::Source::kStdout);
  // The engine ends everything that runs, before it ends itself. Nobody did that by hand.
  void ShutDown();
  // A reboot, or a new start of the engine without live restore: everything stops, restart policies say what comes
  // back.
  void Reboot();

  // For everything that happens, in order.
  std::function<void(const engine::Event&)> on_event = [](const engine::Event&) {};
  void Emit(const FakeContainer& container, const std::string& action,
            std::map<std::string, std::string> attributes = {});
  // Opens whenever a container changes.
  Gate changed;

 private:
  Result<FakeContainer*> Require(const std::string& id);
  Result<> CheckNameIsFree(const std::string& name);
  Result<FakeContainer> Design(const engine::CreateRequest& request);
  Result<> CheckNetworks(const engine::CreateRequest& request) const;

  Result<> Launch(FakeContainer& container);
  Result<> CanLaunch(FakeContainer& container);
  Result<> CheckPortsAreFree(const FakeContainer& container);
  Result<> CheckAddressesAreFree(const FakeContainer& container);
  void Live(FakeContainer& container);
  void RestartLater(FakeContainer& container);
  void EndThoseInItsPidNamespace(const std::string& id);
  // True when it ran.
  bool PowerOff(FakeContainer& container);
  void Destroy(FakeContainer& container);
  void Changed(const FakeContainer& container, const std::string& action,
               std::map<std::string, std::string> attributes = {});
  // `action` when the delay is over, unless the container's run has ended by then.
  void After(milliseconds delay, const FakeContainer& container, std::function<void(FakeContainer&)> action);

  FakeClock& clock_;
  std::vector<std::unique_ptr<FakeContainer>> containers_;
  std::map<std::string, FakeContainer*> by_id_;
  std::unordered_map<std::string, FakeContainer*> by_name_;
  std::map<std::string, engine::Network> networks_;
  std::uint64_t next_id_ = 1;
  std::uint16_t next_port_ = 32768;
};

}  // namespace berth::test

// A container engine in memory that fails on demand. One rich fake instead of many mocks: what runs on it lives by
// itself, in the time of a FakeClock.
//
//   FakeHost host;
//   host.engine.Run("web", "web:1");
//   host.engine.machine.registry.Publish("web:2", {.behaviour = {.exits_after = 2s, .exit_code = 1}});
//   host.engine.calls.Add({.call = "start web", .outcome = FakeCalls::Outcome::kReplyLost});
//   const auto result = host.loop.Await(UpgradeSomehow(host.engine));
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "tests/support/fake_calls.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_loop.h"
#include "tests/support/fake_machine.h"
#include "tests/support/fake_streams.h"

namespace berth::test {

// Belongs to no loop: it survives the agents that are killed. REQUIRES: outlives them.
class FakeEngine final : public engine::Engine {
 public:
  explicit FakeEngine(FakeClock& clock);

  FakeMachine machine;
  FakeCalls calls;

  // For setting the scene, without a call being written down. `more` is what the create request says besides Image. The
  // image is made when it is not there. All throw std::runtime_error when the engine refuses.
  FakeContainer& Make(const std::string& name, const std::string& image, boost::json::object more = {});
  FakeContainer& Run(const std::string& name, const std::string& image, boost::json::object more = {});
  // Throws when there is none.
  FakeContainer& At(const std::string& id);
  bool Has(const std::string& id) { return machine.Find(id) != nullptr; }

  // Does not answer; every stream breaks. What runs goes on.
  void GoDown();
  void ComeBack() { up_ = true; }
  // Its streams break, and unless it has live restore all containers go through a reboot, when the `outage` is over.
  void RestartEngine(std::chrono::nanoseconds outage = std::chrono::nanoseconds(0));
  // As a proxy does that thinks them idle: nothing else breaks.
  void CutEvents();

  // What Processes() answers; one process otherwise.
  std::function<std::vector<engine::Process>(const FakeContainer&)> on_processes;
  // What a command in a container does; exit code 0 without output otherwise.
  std::function<engine::ExecOutcome(const FakeContainer&, const engine::ExecRequest&)> on_exec;
  engine::EngineInfo info;  // counts of containers and images are filled in
  std::size_t OpenEventStreams() const;

  ResultTask<> Ping() override;
  ResultTask<engine::EngineVersion> Version() override;
  ResultTask<engine::EngineInfo> Info() override;
  std::string ApiVersion() const override { return machine.api_version; }
  ResultTask<std::vector<engine::ContainerSummary>> List(bool all, engine::Filters filters) override;
  ResultTask<engine::ContainerDetails> Inspect(std::string id) override;
  ResultTask<engine::Created> Create(engine::CreateRequest request) override;
  ResultTask<> Start(std::string id) override;
  ResultTask<> Stop(std::string id, std::optional<std::chrono::seconds> timeout) override;
  ResultTask<> Restart(std::string id, std::optional<std::chrono::seconds> timeout) override;
  ResultTask<> Kill(std::string id, std::string signal) override;
  ResultTask<> Pause(std::string id) override;
  ResultTask<> Unpause(std::string id) override;
  ResultTask<> Rename(std::string id, std::string new_name) override;
  ResultTask<> UpdateRestartPolicy(std::string id, engine::RestartPolicy policy) override;
  ResultTask<> Remove(std::string id, bool force) override;
  ResultTask<std::vector<engine::FileChange>> Changes(std::string id) override;
  ResultTask<engine::WaitOutcome> Wait(std::string id, std::chrono::seconds deadline) override;
  ResultTask<std::vector<engine::Process>> Processes(std::string id) override;
  ResultTask<engine::ExecOutcome> Exec(std::string id, engine::ExecRequest request,
                                       std::chrono::seconds deadline) override;
  ResultTask<engine::StreamPtr<engine::LogChunk>> Logs(std::string id, engine::LogOptions options) override;
  ResultTask<engine::StreamPtr<engine::Stats>> StreamStats(std::string id) override;
  ResultTask<engine::StreamPtr<engine::Event>> Events(engine::EventOptions options) override;
  ResultTask<engine::StreamPtr<engine::PullProgress>> Pull(std::string reference,
                                                           std::optional<engine::RegistryAuth> auth,
                                                           std::string platform) override;
  ResultTask<engine::Image> InspectImage(std::string reference) override;
  ResultTask<> TagImage(std::string reference, std::string repository, std::string tag) override;
  ResultTask<> RemoveImage(std::string reference) override;
  ResultTask<std::string> RemoteDigest(std::string reference, std::optional<engine::RegistryAuth> auth) override;
  ResultTask<engine::Network> InspectNetwork(std::string network) override;
  ResultTask<> ConnectNetwork(std::string network, std::string container, boost::json::object endpoint) override;
  ResultTask<> DisconnectNetwork(std::string network, std::string container, bool force) override;

 private:
  template <class T>
  ResultTask<T> Call(std::string text, std::function<Result<T>()> effect);
  template <class T>
  ResultTask<T> LongCall(std::string text, std::function<ResultTask<T>()> effect);
  std::string NameOf(const std::string& id);
  Result<engine::ContainerDetails> DetailsOf(const std::string& id);
  void Deliver(const engine::Event& event);
  // False when `deadline` comes first.
  Task<bool> UntilStopped(std::string id, SteadyTime deadline);
  ResultTask<> StopNow(std::string id, std::optional<std::chrono::seconds> timeout);
  ResultTask<> RestartNow(std::string id, std::optional<std::chrono::seconds> timeout);

  FakeClock& clock_;
  bool up_ = true;
  Connection connection_ = std::make_shared<bool>(true);
  std::vector<std::weak_ptr<EventQueue>> followers_;
};

// Everything that a test of the agent stands on, in the order in which it must go.
struct FakeHost {
  FakeClock clock;
  FakeEngine engine{clock};
  FakeLoop loop{clock};
};

}  // namespace berth::test

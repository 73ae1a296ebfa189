// An engine that shows the watchdog something else than the truth, where a bug is planted that way.
#pragma once

#include "engine/engine.h"
#include "tests/watchdog/simulation/plant.h"

namespace berth::watchdog::test {

class SpoiledEngine final : public engine::Engine {
 public:
  SpoiledEngine(engine::Engine& engine, const Plant& plant) : engine_(engine), plant_(plant) {}

  ResultTask<std::vector<engine::ContainerSummary>> List(bool all, engine::Filters filters) override;
  ResultTask<engine::ContainerDetails> Inspect(std::string id) override;
  ResultTask<engine::StreamPtr<engine::Event>> Events(engine::EventOptions options) override;

  ResultTask<> Ping() override { return engine_.Ping(); }
  ResultTask<engine::EngineVersion> Version() override { return engine_.Version(); }
  ResultTask<engine::EngineInfo> Info() override { return engine_.Info(); }
  std::string ApiVersion() const override { return engine_.ApiVersion(); }
  ResultTask<engine::Created> Create(engine::CreateRequest it) override { return engine_.Create(std::move(it)); }
  ResultTask<> Start(std::string id) override { return engine_.Start(std::move(id)); }
  ResultTask<> Stop(std::string id, std::optional<std::chrono::seconds> timeout) override {
    return engine_.Stop(std::move(id), timeout);
  }
  ResultTask<> Restart(std::string id, std::optional<std::chrono::seconds> timeout) override {
    return engine_.Restart(std::move(id), timeout);
  }
  ResultTask<> Kill(std::string id, std::string signal) override { return engine_.Kill(std::move(id), signal); }
  ResultTask<> Pause(std::string id) override { return engine_.Pause(std::move(id)); }
  ResultTask<> Unpause(std::string id) override { return engine_.Unpause(std::move(id)); }
  ResultTask<> Rename(std::string id, std::string name) override { return engine_.Rename(std::move(id), name); }
  ResultTask<> UpdateRestartPolicy(std::string id, engine::RestartPolicy policy) override {
    return engine_.UpdateRestartPolicy(std::move(id), std::move(policy));
  }
  ResultTask<> Remove(std::string id, bool force) override { return engine_.Remove(std::move(id), force); }
  ResultTask<std::vector<engine::FileChange>> Changes(std::string id) override {
    return engine_.Changes(std::move(id));
  }
  ResultTask<engine::WaitOutcome> Wait(std::string id, std::chrono::seconds deadline) override {
    return engine_.Wait(std::move(id), deadline);
  }
  ResultTask<std::vector<engine::Process>> Processes(std::string id) override {
    return engine_.Processes(std::move(id));
  }
  ResultTask<engine::ExecOutcome> Exec(std::string id, engine::ExecRequest it, std::chrono::seconds limit) override {
    return engine_.Exec(std::move(id), std::move(it), limit);
  }
  ResultTask<engine::StreamPtr<engine::LogChunk>> Logs(std::string id, engine::LogOptions options) override {
    return engine_.Logs(std::move(id), options);
  }
  ResultTask<engine::StreamPtr<engine::Stats>> StreamStats(std::string id) override {
    return engine_.StreamStats(std::move(id));
  }
  ResultTask<engine::StreamPtr<engine::PullProgress>> Pull(std::string reference,
                                                           std::optional<engine::RegistryAuth> auth,
                                                           std::string platform) override {
    return engine_.Pull(std::move(reference), std::move(auth), std::move(platform));
  }
  ResultTask<engine::Image> InspectImage(std::string image) override { return engine_.InspectImage(std::move(image)); }
  ResultTask<> TagImage(std::string image, std::string repository, std::string tag) override {
    return engine_.TagImage(std::move(image), std::move(repository), std::move(tag));
  }
  ResultTask<> RemoveImage(std::string image) override { return engine_.RemoveImage(std::move(image)); }
  ResultTask<std::string> RemoteDigest(std::string image, std::optional<engine::RegistryAuth> auth) override {
    return engine_.RemoteDigest(std::move(image), std::move(auth));
  }
  ResultTask<engine::Network> InspectNetwork(std::string network) override {
    return engine_.InspectNetwork(std::move(network));
  }
  ResultTask<> ConnectNetwork(std::string network, std::string container, boost::json::object endpoint) override {
    return engine_.ConnectNetwork(std::move(network), std::move(container), std::move(endpoint));
  }
  ResultTask<> DisconnectNetwork(std::string network, std::string container, bool force) override {
    return engine_.DisconnectNetwork(std::move(network), std::move(container), force);
  }

 private:
  engine::Engine& engine_;
  const Plant& plant_;
};

}  // namespace berth::watchdog::test

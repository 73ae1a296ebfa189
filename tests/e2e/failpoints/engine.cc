#include "tests/e2e/failpoints/engine.h"

#include "tests/e2e/failpoints/failpoints.h"

namespace berth::test::failpoints {
namespace {

using namespace engine;
using std::chrono::seconds;

// `call` begins when it is awaited, and not before.
template <class T>
ResultTask<T> Around(std::string what, ResultTask<T> call) {
  Pass(Of::kEngine, "before " + what);
  PassInside(Of::kEngine, "in " + what);
  auto answer = co_await std::move(call);
  Pass(Of::kEngine, "after " + what);
  co_return answer;
}

class EngineWithFailpoints final : public Engine {
 public:
  explicit EngineWithFailpoints(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}

  ResultTask<Created> Create(CreateRequest request) override {
    const std::string name = request.name;
    return Around("create " + name, engine_->Create(std::move(request)));
  }
  ResultTask<> Start(std::string id) override { return Around("start " + id, engine_->Start(id)); }
  ResultTask<> Stop(std::string id, std::optional<seconds> timeout) override {
    return Around("stop " + id, engine_->Stop(id, timeout));
  }
  ResultTask<> Restart(std::string id, std::optional<seconds> timeout) override {
    return Around("restart " + id, engine_->Restart(id, timeout));
  }
  ResultTask<> Kill(std::string id, std::string signal) override {
    return Around("kill " + id, engine_->Kill(id, signal));
  }
  ResultTask<> Pause(std::string id) override { return Around("pause " + id, engine_->Pause(id)); }
  ResultTask<> Unpause(std::string id) override { return Around("unpause " + id, engine_->Unpause(id)); }
  ResultTask<> Rename(std::string id, std::string new_name) override {
    return Around("rename to " + new_name, engine_->Rename(id, new_name));
  }
  ResultTask<> UpdateRestartPolicy(std::string id, RestartPolicy policy) override {
    return Around("restart policy " + policy.name, engine_->UpdateRestartPolicy(id, policy));
  }
  ResultTask<> Remove(std::string id, bool force) override {
    return Around("remove " + id, engine_->Remove(id, force));
  }
  ResultTask<ExecOutcome> Exec(std::string id, ExecRequest request, seconds deadline) override {
    return Around("exec in " + id, engine_->Exec(id, std::move(request), deadline));
  }
  ResultTask<StreamPtr<PullProgress>> Pull(std::string reference, std::optional<RegistryAuth> auth,
                                           std::string platform) override {
    return Around("pull " + reference, engine_->Pull(reference, std::move(auth), std::move(platform)));
  }
  ResultTask<> TagImage(std::string reference, std::string repository, std::string tag) override {
    return Around("tag " + reference, engine_->TagImage(reference, std::move(repository), std::move(tag)));
  }
  ResultTask<> RemoveImage(std::string reference) override {
    return Around("remove image " + reference, engine_->RemoveImage(reference));
  }
  ResultTask<> ConnectNetwork(std::string network, std::string container, boost::json::object endpoint) override {
    return Around("connect to " + network, engine_->ConnectNetwork(network, std::move(container), std::move(endpoint)));
  }
  ResultTask<> DisconnectNetwork(std::string network, std::string container, bool force) override {
    return Around("disconnect from " + network, engine_->DisconnectNetwork(network, std::move(container), force));
  }

  // Who only looks changes nothing.
  ResultTask<> Ping() override { return engine_->Ping(); }
  ResultTask<EngineVersion> Version() override { return engine_->Version(); }
  ResultTask<EngineInfo> Info() override { return engine_->Info(); }
  std::string ApiVersion() const override { return engine_->ApiVersion(); }
  ResultTask<std::vector<ContainerSummary>> List(bool all, Filters filters) override {
    return engine_->List(all, std::move(filters));
  }
  ResultTask<ContainerDetails> Inspect(std::string id) override { return engine_->Inspect(std::move(id)); }
  ResultTask<std::vector<FileChange>> Changes(std::string id) override { return engine_->Changes(std::move(id)); }
  ResultTask<std::vector<engine::Process>> Processes(std::string id) override {
    return engine_->Processes(std::move(id));
  }
  ResultTask<WaitOutcome> Wait(std::string id, seconds deadline) override {
    return engine_->Wait(std::move(id), deadline);
  }
  ResultTask<StreamPtr<LogChunk>> Logs(std::string id, LogOptions options) override {
    return engine_->Logs(std::move(id), std::move(options));
  }
  ResultTask<StreamPtr<Stats>> StreamStats(std::string id) override { return engine_->StreamStats(std::move(id)); }
  ResultTask<StreamPtr<Event>> Events(EventOptions options) override { return engine_->Events(std::move(options)); }
  ResultTask<Image> InspectImage(std::string reference) override { return engine_->InspectImage(std::move(reference)); }
  ResultTask<std::string> RemoteDigest(std::string reference, std::optional<RegistryAuth> auth) override {
    return engine_->RemoteDigest(std::move(reference), std::move(auth));
  }
  ResultTask<Network> InspectNetwork(std::string network) override {
    return engine_->InspectNetwork(std::move(network));
  }

 private:
  std::unique_ptr<Engine> engine_;
};

}  // namespace

std::unique_ptr<Engine> WithFailpoints(std::unique_ptr<Engine> engine) {
  return std::make_unique<EngineWithFailpoints>(std::move(engine));
}

}  // namespace berth::test::failpoints

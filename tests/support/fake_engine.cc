#include "tests/support/fake_engine.h"

#include <algorithm>
#include <stdexcept>

#include "engine/image_reference.h"

namespace berth::test {
namespace {

// Scenes that can't be set are bugs of the test.
template <class T>
T Must(Result<T> result) {
  if (!result) throw std::runtime_error("the scene can't be set: " + result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

bool HasHealth(const FakeContainer& container, const engine::Filters& filters) {
  const auto wanted = filters.find("health");
  return wanted == filters.end() ||
         std::count(wanted->second.begin(), wanted->second.end(), Name(container.health)) > 0;
}

bool IsWanted(const FakeContainer& container, bool all, const engine::Filters& filters) {
  const auto names = filters.find("name");
  const bool named = names == filters.end() ||
                     std::any_of(names->second.begin(), names->second.end(),
                                 [&](const auto& part) { return container.name.find(part) != std::string::npos; });
  const bool up = container.Runs() || container.state == engine::ContainerState::kRestarting;
  const bool labelled = !filters.contains("label") || HasLabels(container.Labels(), filters);
  return (all || up) && named && labelled && HasHealth(container, filters);
}

}  // namespace

FakeEngine::FakeEngine(FakeClock& clock) : machine(clock), calls(clock), clock_(clock) {
  machine.on_event = [this](const engine::Event& event) { Deliver(event); };
  info.id = "FAKE:ENGINE";
  info.name = "fakehost";
  info.operating_system = "Debian GNU/Linux 12 (bookworm)";
  info.storage_driver = "overlay2";
  info.root_directory = "/var/lib/docker";
  info.cpus = 2;
  info.memory_bytes = std::int64_t{4} << 30;
}

FakeContainer& FakeEngine::Make(const std::string& name, const std::string& image, boost::json::object more) {
  if (!machine.images.Find(image)) machine.images.Add(image, {});
  more["Image"] = image;
  return At(Must(machine.Create({name, "", std::move(more)})).id);
}

FakeContainer& FakeEngine::Run(const std::string& name, const std::string& image, boost::json::object more) {
  auto& container = Make(name, image, std::move(more));
  Must(machine.Start(container.id));
  return container;
}

FakeContainer& FakeEngine::At(const std::string& id) {
  auto* container = machine.Find(id);
  if (!container) throw std::runtime_error("there is no container " + id);
  return *container;
}

void FakeEngine::GoDown() {
  up_ = false;
  *connection_ = false;
  connection_ = std::make_shared<bool>(true);
  for (const auto& follower : followers_) {
    if (const auto queue = follower.lock()) queue->arrived.Open();
  }
  machine.changed.Open();
  calls.BreakHanging();
}

void FakeEngine::RestartEngine(std::chrono::nanoseconds outage) {
  if (!info.live_restore) machine.ShutDown();
  GoDown();
  const auto boot = [this] {
    if (!info.live_restore) machine.Reboot();
    ComeBack();
  };
  if (outage.count() == 0) return boot();
  clock_.CallIn(outage, boot);
}

void FakeEngine::CutEvents() {
  for (const auto& follower : followers_) {
    const auto queue = follower.lock();
    if (!queue) continue;
    queue->connection = std::make_shared<bool>(false);
    queue->arrived.Open();
  }
}

std::size_t FakeEngine::OpenEventStreams() const {
  const auto is_open = [](const auto& follower) { return !follower.expired(); };
  return static_cast<std::size_t>(std::count_if(followers_.begin(), followers_.end(), is_open));
}

void FakeEngine::Deliver(const engine::Event& event) {
  std::erase_if(followers_, [](const auto& follower) { return follower.expired(); });
  for (const auto& follower : followers_) {
    const auto queue = follower.lock();
    if (!*queue->connection || !Matches(event, queue->options.filters)) continue;
    queue->events.push_back(event);
    queue->arrived.Open();
  }
}

std::string FakeEngine::NameOf(const std::string& id) {
  const auto* container = machine.Find(id);
  return container ? container->name : id;
}

template <class T>
ResultTask<T> FakeEngine::LongCall(std::string text, std::function<ResultTask<T>()> effect) {
  try {
    const auto connection = connection_;
    const auto entered = co_await calls.Enter(text);
    if (!entered) co_return entered.error();
    if (!up_ || !*connection) co_return Unreachable();
    auto result = co_await effect();
    const auto left = co_await calls.Leave(text);
    if (!left) co_return left.error();
    if (!*connection) co_return Unreachable();
    co_return result;
  } catch (const boost::system::system_error& failure) {
    if (failure.code() != boost::asio::error::operation_aborted) throw;
    co_return Error{Code::kCancelled, "CANCELLED", "the caller gave up"};
  }
}

template <class T>
ResultTask<T> FakeEngine::Call(std::string text, std::function<Result<T>()> effect) {
  return LongCall<T>(std::move(text), [effect = std::move(effect)]() -> ResultTask<T> { co_return effect(); });
}

ResultTask<> FakeEngine::Ping() {
  return Call<void>("ping", [] { return Result<>(); });
}

ResultTask<engine::EngineVersion> FakeEngine::Version() {
  return Call<engine::EngineVersion>("version", [this]() -> Result<engine::EngineVersion> {
    return engine::EngineVersion{"20.10.24", machine.api_version, "1.12", "linux", "amd64", "6.1.0"};
  });
}

ResultTask<engine::EngineInfo> FakeEngine::Info() {
  return Call<engine::EngineInfo>("info", [this]() -> Result<engine::EngineInfo> {
    auto counted = info;
    for (const auto* container : machine.Containers()) {
      ++counted.containers;
      if (container->state == engine::ContainerState::kPaused) ++counted.containers_paused;
      ++(container->Runs() ? counted.containers_running : counted.containers_stopped);
    }
    return counted;
  });
}

ResultTask<std::vector<engine::ContainerSummary>> FakeEngine::List(bool all, engine::Filters filters) {
  using Rows = std::vector<engine::ContainerSummary>;
  return Call<Rows>("list", [this, all, filters = std::move(filters)]() -> Result<Rows> {
    Rows rows;
    for (const auto* container : machine.Containers()) {
      if (IsWanted(*container, all, filters)) rows.push_back(Summarize(*container));
    }
    std::reverse(rows.begin(), rows.end());  // newest first
    return rows;
  });
}

Result<engine::ContainerDetails> FakeEngine::DetailsOf(const std::string& id) {
  const auto* container = machine.Find(id);
  if (!container) return NoSuchContainer(id);
  return Describe(*container);
}

ResultTask<engine::ContainerDetails> FakeEngine::Inspect(std::string id) {
  return Call<engine::ContainerDetails>("inspect " + NameOf(id), [this, id] { return DetailsOf(id); });
}

ResultTask<engine::Created> FakeEngine::Create(engine::CreateRequest request) {
  const auto text = "create " + request.name;
  return Call<engine::Created>(text, [this, request = std::move(request)] { return machine.Create(request); });
}

ResultTask<> FakeEngine::Start(std::string id) {
  return Call<void>("start " + NameOf(id), [this, id] { return machine.Start(id); });
}

Task<bool> FakeEngine::UntilStopped(std::string id, SteadyTime deadline) {
  const auto connection = connection_;
  const auto wake_up = clock_.CallAt(deadline, [this] { machine.changed.Open(); });
  const auto is_over = [&] {
    const auto* container = machine.Find(id);
    return !container || !container->Runs() || !*connection || clock_.Now() >= deadline;
  };
  while (!is_over()) co_await machine.changed.Wait();
  clock_.CancelCall(wake_up);
  const auto* container = machine.Find(id);
  co_return !container || !container->Runs();
}

ResultTask<> FakeEngine::StopNow(std::string id, std::optional<std::chrono::seconds> timeout) {
  const auto begun = machine.BeginStop(id, timeout);
  if (!begun) co_return begun.error();
  const auto given = timeout.value_or(engine::kDefaultStopTimeout);
  const std::chrono::seconds limit = given.count() < 0 ? std::chrono::days(1) : given + std::chrono::seconds(30);
  const bool stopped = co_await UntilStopped(id, clock_.Now() + limit);
  if (!stopped) co_return TimedOut();
  co_return Result<>();
}

ResultTask<> FakeEngine::Stop(std::string id, std::optional<std::chrono::seconds> timeout) {
  return LongCall<void>("stop " + NameOf(id), [this, id, timeout] { return StopNow(id, timeout); });
}

// --rm does not mean a restart.
ResultTask<> FakeEngine::RestartNow(std::string id, std::optional<std::chrono::seconds> timeout) {
  auto* container = machine.Find(id);
  if (!container) co_return NoSuchContainer(id);
  const bool removes = std::exchange(container->host_config["AutoRemove"], false).as_bool();
  const auto stopped = co_await StopNow(id, timeout);
  container = machine.Find(id);
  if (!container) co_return NoSuchContainer(id);
  container->host_config["AutoRemove"] = removes;
  if (!stopped) co_return stopped.error();
  const auto started = machine.Start(id);
  if (started) machine.Emit(*container, "restart");
  co_return started;
}

ResultTask<> FakeEngine::Restart(std::string id, std::optional<std::chrono::seconds> timeout) {
  return LongCall<void>("restart " + NameOf(id), [this, id, timeout] { return RestartNow(id, timeout); });
}

ResultTask<> FakeEngine::Kill(std::string id, std::string signal) {
  return Call<void>("kill " + NameOf(id) + " " + signal, [this, id, signal] { return machine.Kill(id, signal); });
}

ResultTask<> FakeEngine::Pause(std::string id) {
  return Call<void>("pause " + NameOf(id), [this, id] { return machine.Pause(id); });
}

ResultTask<> FakeEngine::Unpause(std::string id) {
  return Call<void>("unpause " + NameOf(id), [this, id] { return machine.Unpause(id); });
}

ResultTask<> FakeEngine::Rename(std::string id, std::string new_name) {
  return Call<void>("rename " + NameOf(id) + " " + new_name,
                    [this, id, new_name] { return machine.Rename(id, new_name); });
}

ResultTask<> FakeEngine::UpdateRestartPolicy(std::string id, engine::RestartPolicy policy) {
  return Call<void>("update " + NameOf(id) + " " + policy.name,
                    [this, id, policy] { return machine.UpdateRestartPolicy(id, policy); });
}

ResultTask<> FakeEngine::Remove(std::string id, bool force) {
  return Call<void>("remove " + NameOf(id), [this, id, force] { return machine.Remove(id, force); });
}

ResultTask<std::vector<engine::FileChange>> FakeEngine::Changes(std::string id) {
  using Changed = std::vector<engine::FileChange>;
  return Call<Changed>("changes " + NameOf(id), [this, id]() -> Result<Changed> {
    const auto* container = machine.Find(id);
    if (!container) return NoSuchContainer(id);
    return container->changed_files;
  });
}

ResultTask<engine::WaitOutcome> FakeEngine::Wait(std::string id, std::chrono::seconds deadline) {
  const auto wait = [this, id, deadline]() -> ResultTask<engine::WaitOutcome> {
    if (!machine.Find(id)) co_return NoSuchContainer(id);
    const bool stopped = co_await UntilStopped(id, clock_.Now() + deadline);
    if (!stopped) co_return TimedOut();
    const auto* container = machine.Find(id);
    co_return container ? engine::WaitOutcome{container->exit_code, container->error} : engine::WaitOutcome{};
  };
  return LongCall<engine::WaitOutcome>("wait " + NameOf(id), wait);
}

ResultTask<engine::ExecOutcome> FakeEngine::Exec(std::string id, engine::ExecRequest request, std::chrono::seconds) {
  const auto text = "exec " + NameOf(id) + (request.argv.empty() ? "" : " " + request.argv.front());
  return Call<engine::ExecOutcome>(text, [this, id, request = std::move(request)]() -> Result<engine::ExecOutcome> {
    const auto* container = machine.Find(id);
    if (!container) return NoSuchContainer(id);
    if (container->state != engine::ContainerState::kRunning) {
      return Conflict("Container " + container->id + " is not running");
    }
    return on_exec ? on_exec(*container, request) : engine::ExecOutcome{};
  });
}

ResultTask<std::vector<engine::Process>> FakeEngine::Processes(std::string id) {
  using Processes = std::vector<engine::Process>;
  return Call<Processes>("processes " + NameOf(id), [this, id]() -> Result<Processes> {
    const auto* container = machine.Find(id);
    if (!container) return NoSuchContainer(id);
    if (!container->Runs()) return Conflict("Container " + container->id + " is not running");
    return on_processes ? on_processes(*container) : Processes{{container->pid, 1, "serve"}};
  });
}

ResultTask<engine::StreamPtr<engine::LogChunk>> FakeEngine::Logs(std::string id, engine::LogOptions options) {
  using Stream = engine::StreamPtr<engine::LogChunk>;
  return Call<Stream>("logs " + NameOf(id), [this, id, options = std::move(options)]() -> Result<Stream> {
    if (!machine.Find(id)) return NoSuchContainer(id);
    return ReadLog(machine, machine.Find(id)->id, options, connection_);
  });
}

ResultTask<engine::StreamPtr<engine::Stats>> FakeEngine::StreamStats(std::string id) {
  using Stream = engine::StreamPtr<engine::Stats>;
  return Call<Stream>("stats " + NameOf(id), [this, id]() -> Result<Stream> {
    if (!machine.Find(id)) return NoSuchContainer(id);
    return ReadStats(machine, clock_, machine.Find(id)->id, connection_);
  });
}

ResultTask<engine::StreamPtr<engine::Event>> FakeEngine::Events(engine::EventOptions options) {
  using Stream = engine::StreamPtr<engine::Event>;
  return Call<Stream>("events", [this, options = std::move(options)]() -> Result<Stream> {
    auto queue = std::make_shared<EventQueue>();
    queue->options = options;
    queue->connection = connection_;
    followers_.push_back(queue);
    return FollowEvents(std::move(queue));
  });
}

ResultTask<engine::StreamPtr<engine::PullProgress>> FakeEngine::Pull(std::string reference,
                                                                     std::optional<engine::RegistryAuth> auth,
                                                                     std::string platform) {
  using Stream = engine::StreamPtr<engine::PullProgress>;
  return Call<Stream>("pull " + reference + (platform.empty() ? "" : " for " + platform),
                      [this, reference, auth = std::move(auth)]() -> Result<Stream> {
                        auto found = machine.registry.Find(reference, auth);
                        if (!found) return found.error();
                        return PullImage(machine, clock_, reference, std::move(*found), connection_);
                      });
}

ResultTask<engine::Image> FakeEngine::InspectImage(std::string reference) {
  return Call<engine::Image>("inspect-image " + reference, [this, reference]() -> Result<engine::Image> {
    if (!machine.images.Find(reference)) return NoSuchImage(reference);
    return machine.images.Describe(reference);
  });
}

ResultTask<> FakeEngine::TagImage(std::string reference, std::string repository, std::string tag) {
  const auto target = repository + ":" + tag;
  return Call<void>("tag " + reference + " " + target, [this, reference, target]() -> Result<> {
    const auto* image = machine.images.Find(reference);
    if (!image) return NoSuchImage(reference);
    machine.images.Add(target, FakeImage(*image));
    return {};
  });
}

ResultTask<> FakeEngine::RemoveImage(std::string reference) {
  return Call<void>("remove-image " + reference, [this, reference] { return machine.RemoveImage(reference); });
}

ResultTask<std::string> FakeEngine::RemoteDigest(std::string reference, std::optional<engine::RegistryAuth> auth) {
  return Call<std::string>("digest " + reference, [this, reference, auth = std::move(auth)]() -> Result<std::string> {
    auto found = machine.registry.Find(reference, auth);
    if (!found) return found.error();
    return found->digest;
  });
}

ResultTask<engine::Network> FakeEngine::InspectNetwork(std::string network) {
  return Call<engine::Network>("inspect-network " + network,
                               [this, network] { return machine.InspectNetwork(network); });
}

ResultTask<> FakeEngine::ConnectNetwork(std::string network, std::string container, boost::json::object endpoint) {
  return Call<void>("connect " + NameOf(container) + " " + network,
                    [=, this] { return machine.Connect(network, container, endpoint); });
}

ResultTask<> FakeEngine::DisconnectNetwork(std::string network, std::string container, bool) {
  return Call<void>("disconnect " + NameOf(container) + " " + network,
                    [=, this] { return machine.Disconnect(network, container); });
}

}  // namespace berth::test

#include "engine/docker_engine.h"

#include <algorithm>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>

#include "engine/api_request.h"
#include "engine/decode.h"
#include "engine/docker_api.h"
#include "engine/docker_streams.h"
#include "engine/image_reference.h"
#include "engine/names.h"
#include "engine/timestamp.h"

namespace berth::engine {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kMaxExecOutput = 64u << 10;
constexpr milliseconds kExecPollInterval{10};
constexpr seconds kStopMargin{30};      // for the engine's own work around a stop
constexpr seconds kWithoutEnd{86'400};  // a day stands for a stop timeout of -1, "wait for ever"

seconds StopDeadline(std::optional<seconds> timeout) {
  const seconds wait = timeout.value_or(kDefaultStopTimeout);
  return (wait < seconds(0) ? kWithoutEnd : wait) + kStopMargin;
}

template <class T>
using Decoder = Result<T> (*)(const json::value&);

// The document lives in one arena that is thrown away as a whole: twice as fast as an allocation for each value.
template <class T>
Result<T> Decode(const std::string& body, Decoder<T> decode) {
  json::monotonic_resource arena(std::clamp<std::size_t>(body.size() * 2, 1024, 1u << 20));
  const auto document = ParseJson(body, &arena);
  if (!document) return document.error();
  return decode(*document);
}

// Tag or digest: the engine takes either as `tag`, and without one it would pull every tag there is.
const std::string& Version(const ImageReference& image) { return image.digest.empty() ? image.tag : image.digest; }

ApiRequest ReadLog(std::string_view id, const LogOptions& options) {
  auto request = ApiRequest::Container("GET", id, "logs");
  request.Query("stdout", options.standard_output).Query("stderr", options.standard_error);
  request.Query("follow", options.follow).Query("timestamps", options.timestamps);
  if (options.tail) request.Query("tail", std::to_string(*options.tail));
  if (options.since) request.Query("since", UnixTimestamp(*options.since));
  if (options.until) request.Query("until", UnixTimestamp(*options.until));
  return request;
}

json::object ExecBody(const ExecRequest& request) {
  const auto list = [](const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); };
  json::object body{{"AttachStdout", true}, {"AttachStderr", true}, {"Cmd", list(request.argv)}};
  if (!request.user.empty()) body["User"] = request.user;
  if (!request.environment.empty()) body["Env"] = list(request.environment);
  return body;
}

milliseconds Until(SteadyTime end) {
  const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
  return std::max(left, milliseconds(0));
}

class DockerEngine final : public Engine {
 public:
  DockerEngine(asio::any_io_executor loop, Endpoint endpoint, const DockerEngineOptions& options)
      : loop_(loop), api_(std::move(loop), std::move(endpoint), options), registry_timeout_(options.registry_timeout) {}

  // ---------------------------------------------------------------- the engine itself

  ResultTask<> Ping() override { return api_.Negotiate(); }
  std::string ApiVersion() const override { return api_.version(); }
  ResultTask<EngineVersion> Version() override { return Ask(ApiRequest::Path("GET", "/version"), DecodeVersion); }
  ResultTask<EngineInfo> Info() override { return Ask(ApiRequest::Path("GET", "/info"), DecodeInfo); }

  ResultTask<StreamPtr<Event>> Events(EventOptions options) override {
    auto request = ApiRequest::Path("GET", "/events");
    if (!options.filters.empty()) request.Query("filters", FiltersAsJson(options.filters));
    if (options.since) request.Query("since", UnixTimestamp(*options.since));
    if (options.until) request.Query("until", UnixTimestamp(*options.until));
    return Lines(std::move(request), DecodeEvent);
  }

  // ---------------------------------------------------------------- containers

  ResultTask<std::vector<ContainerSummary>> List(bool all, Filters filters) override {
    auto request = ApiRequest::Path("GET", "/containers/json", Subject::kContainer).Query("all", all);
    if (!filters.empty()) request.Query("filters", FiltersAsJson(filters));
    return Ask(std::move(request), DecodeContainerList);
  }

  ResultTask<ContainerDetails> Inspect(std::string id) override {
    return Ask(ApiRequest::Container("GET", id, "json"), DecodeContainerDetails);
  }

  ResultTask<Created> Create(CreateRequest request) override {
    auto create = ApiRequest::Path("POST", "/containers/create", Subject::kImage).Body(request.body);
    if (!request.name.empty()) create.Check(CheckContainerName(request.name)).Query("name", request.name);
    if (!request.platform.empty()) create.Query("platform", request.platform);
    return Ask(std::move(create), DecodeCreated);
  }

  ResultTask<> Start(std::string id) override { return Do(ApiRequest::Container("POST", id, "start")); }

  ResultTask<> Stop(std::string id, std::optional<seconds> timeout) override { return Halt(id, "stop", timeout); }
  ResultTask<> Restart(std::string id, std::optional<seconds> timeout) override { return Halt(id, "restart", timeout); }

  ResultTask<> Kill(std::string id, std::string signal) override {
    return Do(ApiRequest::Container("POST", id, "kill").Query("signal", signal));
  }

  ResultTask<> Pause(std::string id) override { return Do(ApiRequest::Container("POST", id, "pause")); }
  ResultTask<> Unpause(std::string id) override { return Do(ApiRequest::Container("POST", id, "unpause")); }

  ResultTask<> Rename(std::string id, std::string new_name) override {
    auto request = ApiRequest::Container("POST", id, "rename");
    return Do(request.Check(CheckContainerName(new_name)).Query("name", new_name));
  }

  ResultTask<> UpdateRestartPolicy(std::string id, RestartPolicy policy) override {
    json::object fields{{"Name", policy.name}, {"MaximumRetryCount", policy.maximum_retries}};
    return Do(ApiRequest::Container("POST", id, "update").Body({{"RestartPolicy", std::move(fields)}}));
  }

  ResultTask<> Remove(std::string id, bool force) override {
    return Do(ApiRequest::Container("DELETE", id).Query("v", false).Query("force", force));
  }

  ResultTask<std::vector<FileChange>> Changes(std::string id) override {
    return Ask(ApiRequest::Container("GET", id, "changes"), DecodeFileChanges);
  }

  ResultTask<WaitOutcome> Wait(std::string id, seconds deadline) override {
    return Ask(ApiRequest::Container("POST", id, "wait").Within(deadline), DecodeWaitOutcome);
  }

  ResultTask<ExecOutcome> Exec(std::string id, ExecRequest request, seconds deadline) override;

  ResultTask<std::vector<Process>> Processes(std::string id) override {
    return Ask(ApiRequest::Container("GET", id, "top").Query("ps_args", "-eo pid,ppid,args"), DecodeProcesses);
  }

  ResultTask<StreamPtr<LogChunk>> Logs(std::string id, LogOptions options) override;

  ResultTask<StreamPtr<Stats>> StreamStats(std::string id) override;

  // ---------------------------------------------------------------- images

  ResultTask<StreamPtr<PullProgress>> Pull(std::string reference, std::optional<RegistryAuth> auth,
                                           std::string platform) override {
    auto request = ApiRequest::Path("POST", "/images/create", Subject::kRegistry);
    const auto image = ParseImageReference(reference);
    if (!image) return Lines(request.Check(image.error()), DecodePullLine);
    request.Query("fromImage", image->repository).Query("tag", berth::engine::Version(*image));
    if (!platform.empty()) request.Query("platform", platform);
    return Lines(request.Auth(auth).Within(registry_timeout_), DecodePullLine);
  }

  ResultTask<Image> InspectImage(std::string reference) override {
    return Ask(ApiRequest::Image("GET", reference, "json"), DecodeImage);
  }

  ResultTask<> TagImage(std::string reference, std::string repository, std::string tag) override {
    return Do(ApiRequest::Image("POST", reference, "tag").Query("repo", repository).Query("tag", tag));
  }

  ResultTask<> RemoveImage(std::string reference) override { return Do(ApiRequest::Image("DELETE", reference)); }

  ResultTask<std::string> RemoteDigest(std::string reference, std::optional<RegistryAuth> auth) override {
    auto request = ApiRequest::RemoteImage("GET", reference, "json");
    return Ask(request.Auth(auth).Within(registry_timeout_), DecodeRemoteDigest);
  }

  // ---------------------------------------------------------------- networks

  ResultTask<Network> InspectNetwork(std::string network) override {
    return Ask(ApiRequest::Network("GET", network), DecodeNetwork);
  }

  ResultTask<> ConnectNetwork(std::string network, std::string container, json::object endpoint) override {
    auto request = ApiRequest::Network("POST", network, "connect").Check(CheckContainerName(container));
    return Do(request.Body({{"Container", container}, {"EndpointConfig", std::move(endpoint)}}));
  }

  ResultTask<> DisconnectNetwork(std::string network, std::string container, bool force) override {
    auto request = ApiRequest::Network("POST", network, "disconnect").Check(CheckContainerName(container));
    return Do(request.Body({{"Container", container}, {"Force", force}}));
  }

 private:
  // The three kinds of call: one that answers nothing, one that answers a document, one that goes on answering.
  ResultTask<> Do(ApiRequest request) {
    const auto body = co_await api_.Call(std::move(request));
    if (!body) co_return body.error();
    co_return Result<>();
  }

  template <class T>
  ResultTask<T> Ask(ApiRequest request, Decoder<T> decode) {
    const auto body = co_await api_.Call(std::move(request));
    if (!body) co_return body.error();
    co_return Decode(*body, decode);
  }

  template <class T>
  ResultTask<StreamPtr<T>> Lines(ApiRequest request, Decoder<T> decode) {
    auto connection = co_await api_.Open(std::move(request));
    if (!connection) co_return connection.error();
    co_return std::make_unique<LineStream<T>>(std::move(*connection), decode);
  }

  ResultTask<> Halt(const std::string& id, std::string_view how, std::optional<seconds> timeout) {
    auto request = ApiRequest::Container("POST", id, how);
    if (timeout) request.Query("t", std::to_string(timeout->count()));
    return Do(request.Within(StopDeadline(timeout)));
  }

  ResultTask<std::string> ReadOutput(std::string exec, SteadyTime end);
  ResultTask<int> ExitCode(std::string exec, SteadyTime end);

  asio::any_io_executor loop_;
  DockerApi api_;
  milliseconds registry_timeout_;
};

// A log with a TTY has no frames, and before API 1.42 only the container itself tells whether it has one.
ResultTask<StreamPtr<LogChunk>> DockerEngine::Logs(std::string id, LogOptions options) {
  const auto container = co_await Inspect(id);
  if (!container) co_return container.error();
  auto request = ReadLog(id, options);
  auto connection = co_await api_.Open(std::move(request));
  if (!connection) co_return connection.error();
  const auto format = container->tty ? LogFrames::Format::kRaw : LogFrames::Format::kMultiplexed;
  co_return std::make_unique<LogStream>(std::move(*connection), format);
}

ResultTask<StreamPtr<Stats>> DockerEngine::StreamStats(std::string id) {
  auto request = ApiRequest::Container("GET", id, "stats").Query("stream", true);
  auto samples = co_await Lines(std::move(request), DecodeStats);
  if (!samples) co_return samples.error();
  co_return std::make_unique<StatsStream>(std::move(*samples));
}

ResultTask<ExecOutcome> DockerEngine::Exec(std::string id, ExecRequest request, seconds deadline) {
  const SteadyTime end = std::chrono::steady_clock::now() + deadline;
  auto create = ApiRequest::Container("POST", id, "exec").Body(ExecBody(request)).Within(deadline);
  const auto exec = co_await Ask(std::move(create), DecodeExecId);
  if (!exec) co_return exec.error();
  auto output = co_await ReadOutput(*exec, end);
  if (!output) co_return output.error();
  const auto exit_code = co_await ExitCode(*exec, end);
  if (!exit_code) co_return exit_code.error();
  co_return ExecOutcome{*exit_code, std::move(*output)};
}

// Runs it. What is too much is read all the same, or the process would wait for ever to be rid of it.
ResultTask<std::string> DockerEngine::ReadOutput(std::string exec, SteadyTime end) {
  auto request = ApiRequest::Path("POST", "/exec/" + exec + "/start", Subject::kContainer).Within(Until(end));
  request.Check(CheckContainerName(exec)).Body({{"Detach", false}, {"Tty", false}});
  auto connection = co_await api_.Open(std::move(request));
  if (!connection) co_return connection.error();
  LogStream stream(std::move(*connection), LogFrames::Format::kMultiplexed, LogStream::Clock::kRuns);
  std::string output;
  while (true) {
    const auto chunk = co_await stream.Next();
    if (!chunk) co_return chunk.error();
    if (!*chunk) co_return output;
    output.append((*chunk)->data, 0, kMaxExecOutput - output.size());
  }
}

// The output may end a moment before the engine has noticed the end of the process.
ResultTask<int> DockerEngine::ExitCode(std::string exec, SteadyTime end) {
  asio::steady_timer pause(loop_);
  while (std::chrono::steady_clock::now() < end) {
    auto ask = ApiRequest::Path("GET", "/exec/" + exec + "/json", Subject::kContainer).Within(Until(end));
    const auto state = co_await Ask(std::move(ask), DecodeExecState);
    if (!state) co_return state.error();
    if (!state->running) co_return state->exit_code;
    pause.expires_after(kExecPollInterval);
    const auto [cancelled] = co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    if (cancelled) co_return Error{Code::kCancelled, "CANCELLED", "the caller gave up"};
  }
  co_return Error{Code::kDeadlineExceeded, "ENGINE_TIMEOUT", "the command did not end in time"};
}

}  // namespace

std::unique_ptr<Engine> MakeDockerEngine(asio::any_io_executor loop, Endpoint endpoint, DockerEngineOptions options) {
  return std::make_unique<DockerEngine>(std::move(loop), std::move(endpoint), options);
}

}  // namespace berth::engine

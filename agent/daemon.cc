#include "agent/daemon.h"

#include <array>
#include <string>
#include <unistd.h>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "agent/auth_file.h"
#include "engine/base/log.h"
#include "engine/docker_engine.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;

// For answers that are on their way when everything else has ended.
constexpr auto kFarewell = 2s;

std::string HostName() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

Result<engine::Endpoint> EndpointOf(const Config& config) {
  return config.engine.empty() ? engine::EndpointFromEnvironment() : engine::ParseEndpoint(config.engine);
}

OperationSettings SettingsOf(const Config& config) {
  OperationSettings settings;
  settings.keep_previous = static_cast<int>(config.operations.keep_previous);
  if (!config.registry.auth_file.empty()) settings.credentials = CredentialsFromFile(config.registry.auth_file);
  settings.maximum_unfinished = static_cast<std::size_t>(config.operations.max_unfinished);
  settings.keep_history = std::chrono::hours(24 * config.operations.history_days);
  settings.maximum_history = static_cast<std::size_t>(config.operations.history_max);
  return settings;
}

rpc::ServerLimits LimitsOf(const Config& config) {
  rpc::ServerLimits limits;
  limits.connections.in_all = static_cast<std::size_t>(config.limits.max_connections);
  limits.connections.per_user = static_cast<std::size_t>(config.limits.max_connections_per_user);
  limits.streams.engine_streams = static_cast<std::size_t>(config.limits.max_log_streams);
  limits.streams.watches = static_cast<std::size_t>(config.limits.max_event_streams);
  limits.message_bytes = static_cast<int>(config.limits.max_message_bytes);
  return limits;
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::Start(const Config& config) {
  auto endpoint = EndpointOf(config);
  if (!endpoint) return endpoint.error();
  auto journal = OpenJournal(config.state_dir, std::chrono::system_clock::now());
  if (!journal) return journal.error();
  std::unique_ptr<Daemon> daemon(new Daemon(config, std::move(*endpoint), std::move(*journal)));
  daemon->Recover();
  const auto serving = daemon->Serve();
  if (!serving) return serving.error();
  return daemon;
}

Daemon::Daemon(const Config& config, engine::Endpoint endpoint, OpenedJournal journal)
    : config_(config),
      endpoint_(std::move(endpoint)),
      clock_(MakeSystemClock()),
      engine_(engine::MakeDockerEngine(loop_.get_executor(), endpoint_)),
      journal_(std::move(journal)),
      operations_(MakeOperations(loop_.get_executor(), *engine_, *journal_.journal, *clock_, SettingsOf(config_))),
      events_(loop_.get_executor(), *engine_, static_cast<std::size_t>(config_.limits.event_queue)) {}

void Daemon::Recover() {
  if (!journal_.set_aside.empty()) degraded_reasons_.push_back("the journal began anew: " + journal_.set_aside);
  const auto recovered = operations_->Recover();
  if (!recovered) degraded_reasons_.push_back("unfinished operations were not taken up: " + recovered.error().message);
  for (const auto& reason : degraded_reasons_) log::Error(reason);
}

Result<> Daemon::Serve() {
  rpc::HostFacts facts{HostName(), BERTH_VERSION, endpoint_.ToString(), degraded_reasons_};
  const rpc::ServerParts parts{loop_.get_executor(), *engine_, *operations_, events_, *clock_, std::move(facts)};
  const SocketFile socket{config_.SocketPath(), config_.socket_mode, config_.socket_group};
  auto server = rpc::Server::Start(parts, socket, LimitsOf(config_));
  if (!server) return server.error();
  server_ = std::move(*server);
  monitor_ = std::make_unique<EngineMonitor>(loop_.get_executor(), *engine_, *clock_,
                                             [this](bool reachable) { server_->ShowEngine(reachable); });
  thread_ = std::make_unique<LoopThread>(loop_);
  return {};
}

void Daemon::Stop() {
  server_->ShowDraining();
  Drain();
  server_->Shutdown(kFarewell);
}

void Daemon::Drain() {
  boost::asio::co_spawn(loop_, operations_->Drain(config_.operations.drain_timeout), boost::asio::use_future).wait();
}

}  // namespace berth::agent

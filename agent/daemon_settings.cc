#include "agent/daemon_settings.h"

#include <algorithm>

#include "agent/auth_file.h"
#include "agent/cosign.h"

namespace berth::agent {

Result<engine::Endpoint> EndpointOf(const Config& config) {
  return config.engine.empty() ? engine::EndpointFromEnvironment() : engine::ParseEndpoint(config.engine);
}

OperationSettings OperationSettingsOf(const Config& config) {
  OperationSettings settings;
  settings.keep = {static_cast<int>(config.operations.keep_previous), config.operations.keep_previous_for,
                   config.operations.image_cleanup};
  if (!config.registry.auth_file.empty()) settings.credentials = CredentialsFromFile(config.registry.auth_file);
  settings.policy = {config.policy.images, config.policy.require_digest, config.policy.projects};
  if (!config.policy.cosign_key.empty()) {
    settings.verify = VerifyWithCosign({config.policy.cosign, config.policy.cosign_key, config.state_dir,
                                        config.registry.auth_file, config.policy.cosign_timeout});
  }
  settings.maximum_unfinished = static_cast<std::size_t>(config.operations.max_unfinished);
  settings.keep_history = std::chrono::hours(24 * config.operations.history_days);
  settings.maximum_history = static_cast<std::size_t>(config.operations.history_max);
  return settings;
}

HistoryLimits HistoryLimitsOf(const Config& config) {
  return {std::chrono::hours(24 * config.operations.history_days),
          static_cast<std::size_t>(config.operations.history_max)};
}

watchdog::Settings HealSettingsOf(const Config& config) {
  const Config::Heal& heal = config.heal;
  watchdog::Settings settings;
  settings.label = heal.label;
  settings.all = heal.all;
  if (!heal.project.empty()) settings.project = heal.project;
  settings.action = heal.action;
  settings.stop_timeout = std::chrono::ceil<std::chrono::seconds>(heal.stop_timeout);
  settings.interval = settings.resync = heal.resync;
  settings.blind_resync = std::min(settings.blind_resync, heal.resync);
  settings.start_period = heal.start_period;
  settings.grace = heal.grace;
  settings.confirm = heal.confirm;
  settings.backoff_first = heal.backoff_first;
  settings.backoff_ceiling = heal.backoff_ceiling;
  settings.forget = heal.forget;
  settings.budget = static_cast<int>(heal.budget);
  settings.budget_window = heal.budget_window;
  settings.circuit_first = heal.circuit_first;
  settings.circuit_ceiling = heal.circuit_ceiling;
  settings.restarts_before_recreate = static_cast<int>(heal.restarts_before_recreate);
  settings.recreate = heal.recreate;
  settings.roll_back = heal.roll_back;
  settings.in_flight = static_cast<std::size_t>(heal.in_flight);
  settings.storm_in_flight = static_cast<std::size_t>(heal.storm_in_flight);
  return settings;
}

certificates::KeeperSettings KeeperSettingsOf(const Config& config) {
  const auto& given = config.certificates;
  certificates::KeeperSettings settings;
  settings.certbot = {given.certbot,  given.config_dir, given.work_dir,
                      given.logs_dir, given.ca_bundle,  given.certbot_timeout};
  settings.interval = given.interval;
  return settings;
}

rpc::ServerLimits ServerLimitsOf(const Config& config) {
  rpc::ServerLimits limits;
  limits.connections.in_all = static_cast<std::size_t>(config.limits.max_connections);
  limits.connections.per_user = static_cast<std::size_t>(config.limits.max_connections_per_user);
  limits.streams.engine_streams = static_cast<std::size_t>(config.limits.max_log_streams);
  limits.streams.watches = static_cast<std::size_t>(config.limits.max_event_streams);
  limits.message_bytes = static_cast<int>(config.limits.max_message_bytes);
  return limits;
}

}  // namespace berth::agent

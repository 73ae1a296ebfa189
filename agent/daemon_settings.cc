#include "agent/daemon_settings.h"

#include <algorithm>
#include <grp.h>
#include <pwd.h>

#include "agent/auth_file.h"
#include "agent/cosign.h"
#include "agent/tcp_address.h"

namespace berth::agent {
namespace {

Result<> AddLocal(const std::string& entry, std::set<uid_t>& users, std::set<gid_t>& groups) {
  const std::string name = entry.substr(entry.find(':') + 1);
  if (entry.starts_with("user:")) {
    const passwd* user = getpwnam(name.c_str());
    if (user) users.insert(user->pw_uid);
    if (user) return {};
  } else if (const group* found = getgrnam(name.c_str())) {
    groups.insert(found->gr_gid);
    return {};
  }
  return Error{Code::kFailedPrecondition, "NO_SUCH_USER",
               "[access] speaks of " + entry + ", which this host does not know; whoever was meant would be an admin"};
}

}  // namespace

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
    settings.verify =
        VerifyWithCosign({config.policy.cosign, config.policy.cosign_key, config.state_dir, config.registry.auth_file,
                          config.policy.cosign_log, config.policy.cosign_timeout});
  }
  settings.maximum_unfinished = static_cast<std::size_t>(config.operations.max_unfinished);
  settings.keep_history = std::chrono::hours(24 * config.operations.history_days);
  settings.maximum_history = static_cast<std::size_t>(config.operations.history_max);
  settings.scope_labels = LabelsOf(ClientRulesOf(config));
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

std::vector<ClientRule> ClientRulesOf(const Config& config) {
  std::vector<ClientRule> rules;
  for (const auto& text : config.access.clients) {
    if (auto rule = ParseClientRule(text)) rules.push_back(std::move(*rule));
  }
  return rules;
}

rpc::RemoteSettings RemoteSettingsOf(const Config& config) {
  const auto& remote = config.remote;
  rpc::RemoteSettings settings;
  settings.listen = ParseTcpAddress(remote.listen).value();
  settings.tls = {remote.certificate, remote.key, remote.ca, remote.crl};
  settings.clients = ClientRulesOf(config);
  settings.stage = std::filesystem::path(config.state_dir) / "tls";
  auto& limits = settings.limits;
  limits.connections = {static_cast<std::size_t>(remote.max_connections),
                        static_cast<std::size_t>(remote.max_connections_per_address)};
  limits.streams = ServerLimitsOf(config).streams;
  limits.message_bytes = static_cast<int>(config.limits.max_message_bytes);
  limits.calls_per_connection = static_cast<int>(remote.max_streams_per_connection);
  limits.calls_per_second = static_cast<double>(remote.calls_per_second);
  limits.calls_burst = static_cast<double>(remote.calls_burst);
  limits.handshake = remote.handshake_timeout;
  limits.connection_age = remote.connection_age;
  return settings;
}

Result<rpc::LocalRoles> LocalRolesOf(const Config& config) {
  rpc::LocalRoles roles;
  for (const auto& entry : config.access.local_viewers) {
    if (auto added = AddLocal(entry, roles.viewer_users, roles.viewer_groups); !added) return added.error();
  }
  for (const auto& entry : config.access.local_deployers) {
    if (auto added = AddLocal(entry, roles.deployer_users, roles.deployer_groups); !added) return added.error();
  }
  return roles;
}

rpc::ServerLimits ServerLimitsOf(const Config& config) {
  rpc::ServerLimits limits;
  limits.connections.in_all = static_cast<std::size_t>(config.limits.max_connections);
  limits.connections.of_one = static_cast<std::size_t>(config.limits.max_connections_per_user);
  limits.streams.engine_streams = static_cast<std::size_t>(config.limits.max_log_streams);
  limits.streams.watches = static_cast<std::size_t>(config.limits.max_event_streams);
  limits.message_bytes = static_cast<int>(config.limits.max_message_bytes);
  return limits;
}

}  // namespace berth::agent

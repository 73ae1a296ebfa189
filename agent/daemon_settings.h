// The configuration as each part of the daemon wants it; pure, but for the names of users.
#pragma once

#include "agent/config.h"
#include "agent/episode_history.h"
#include "agent/operations/operations.h"
#include "agent/rpc/remote_server.h"
#include "agent/rpc/server.h"
#include "certbot-hook/keeper.h"
#include "engine/endpoint.h"
#include "watchdog/settings.h"

namespace berth::agent {

Result<engine::Endpoint> EndpointOf(const Config& config);
OperationSettings OperationSettingsOf(const Config& config);
HistoryLimits HistoryLimitsOf(const Config& config);
watchdog::Settings HealSettingsOf(const Config& config);
certificates::KeeperSettings KeeperSettingsOf(const Config& config);
rpc::ServerLimits ServerLimitsOf(const Config& config);
std::vector<ClientRule> ClientRulesOf(const Config& config);
// REQUIRES: remote.listen is set.
rpc::RemoteSettings RemoteSettingsOf(const Config& config);
// Asks the system for the names. FAILED_PRECONDITION (NO_SUCH_USER): whoever was meant would be an admin.
Result<rpc::LocalRoles> LocalRolesOf(const Config& config);

}  // namespace berth::agent

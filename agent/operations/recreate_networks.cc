#include "agent/operations/json_access.h"
#include "agent/operations/recreate_parts.h"

namespace berth::agent::recreate {
namespace {

using boost::json::array;
using boost::json::object;

constexpr std::string_view kFirstApiWithManyNetworks = "1.44";

// The names that HostConfig.NetworkMode goes by among the endpoints: an id, a name, or "default" for the bridge.
bool IsMainNetwork(const RecreateInput& input, std::string_view network, const object& endpoint) {
  const std::string& mode = input.container.network_mode;
  return mode == network || mode == StringAt(endpoint, "NetworkID") ||
         ((mode == "default" || mode.empty()) && network == "bridge");
}

array UserAliases(const RecreateInput& input, const object& endpoint) {
  array aliases;
  for (const auto& alias : ArrayAt(endpoint, "Aliases")) {
    if (StringOf(alias) != ShortId(input.container)) aliases.push_back(alias);
  }
  return aliases;
}

// Only what a user can ask for; addresses that the engine chose are left to it.
object UserEndpoint(const RecreateInput& input, std::string_view network, const object& endpoint) {
  object wanted;
  for (const auto* field : {"IPAMConfig", "Links", "DriverOpts", "GwPriority"}) {
    if (!IsBlank(Find(endpoint, field))) wanted[field] = *Find(endpoint, field);
  }
  if (network == "bridge") return wanted;  // has no aliases
  if (auto aliases = UserAliases(input, endpoint); !aliases.empty()) wanted["Aliases"] = std::move(aliases);
  return wanted;
}

// From 1.44 on a fixed MAC address belongs to the main network's endpoint; before, to the container.
void MoveMacAddress(object& config, object& endpoint, std::string_view api_version) {
  const std::string mac = StringAt(config, "MacAddress");
  if (mac.empty() || OlderThan(api_version, kFirstApiWithManyNetworks)) return;
  endpoint["MacAddress"] = mac;
  config.erase("MacAddress");
}

}  // namespace

Networks NewNetworks(const RecreateInput& input, object& config) {
  Networks networks;
  if (IsPseudoNetwork(input.container.network_mode)) return networks;
  const bool one_only = OlderThan(input.api_version, kFirstApiWithManyNetworks);
  for (const auto& [name, content] : ObjectAt(ObjectAt(input.container.raw, "NetworkSettings"), "Networks")) {
    if (!content.is_object()) continue;
    object endpoint = UserEndpoint(input, name, content.get_object());
    const bool main = IsMainNetwork(input, name, content.get_object());
    if (main) MoveMacAddress(config, endpoint, input.api_version);
    if (main || !one_only) {
      networks.at_creation[name] = std::move(endpoint);
    } else {
      networks.late.push_back({std::string(name), std::move(endpoint)});
    }
  }
  return networks;
}

}  // namespace berth::agent::recreate

#include <algorithm>

#include "agent/operations/json_access.h"
#include "agent/operations/recreate_parts.h"

namespace berth::agent::recreate {
namespace {

using boost::json::array;
using boost::json::object;

constexpr std::string_view kFirstApiWithManyNetworks = "1.44";
constexpr std::string_view kFirstApiWithInterfaceOptions = "1.48";  // of sysctls; refused as the container's
constexpr std::string_view kInterfaceSysctls = "com.docker.network.endpoint.sysctls";

const object& EndpointsOf(const RecreateInput& input) {
  return ObjectAt(ObjectAt(input.container.raw, "NetworkSettings"), "Networks");
}

// The names that HostConfig.NetworkMode goes by among the endpoints: an id, a name, or "default" for the bridge.
bool IsMeant(const std::string& mode, std::string_view network, const object& endpoint) {
  return mode == network || mode == StringAt(endpoint, "NetworkID") ||
         ((mode == "default" || mode.empty()) && network == "bridge");
}

// The network of the first interface; another one, where that was disconnected since; empty without any.
std::string MainNetwork(const RecreateInput& input) {
  const object& endpoints = EndpointsOf(input);
  for (const auto& [name, endpoint] : endpoints) {
    if (endpoint.is_object() && IsMeant(input.container.network_mode, name, endpoint.get_object())) return name;
  }
  return endpoints.empty() ? std::string() : std::string(endpoints.begin()->key());
}

// Until API 1.45 the engine puts the short id among them, and since 20.10 the hostname.
array UserAliases(const RecreateInput& input, const object& endpoint) {
  const std::string hostname = StringAt(ObjectAt(input.container.raw, "Config"), "Hostname");
  const bool adds_hostname = !OlderThan(input.api_version, "1.41") && OlderThan(input.api_version, "1.45");
  array aliases;
  for (const auto& alias : ArrayAt(endpoint, "Aliases")) {
    const std::string text = StringOf(alias);
    const bool engines = text == ShortId(input.container) || (adds_hostname && text == hostname);
    if (!engines) aliases.push_back(alias);
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

// The key of the main endpoint and the mode must be the same word; for a MAC address not even "default" will do.
void NameMainNetwork(const std::string& main, bool has_mac, object& host) {
  const std::string mode = StringAt(host, "NetworkMode");
  const bool is_default = (mode == "default" || mode.empty()) && main == "bridge";
  if (!is_default || has_mac) host["NetworkMode"] = main;
}

// "net.ipv4.conf.eth0.forwarding" -> "eth0"; empty for a sysctl of the whole container.
std::string InterfaceOf(std::string_view sysctl) {
  if (!sysctl.starts_with("net.")) return "";
  std::size_t at = 0;
  for (int dots = 0; dots < 3; ++dots) {
    at = sysctl.find('.', at);
    if (at == std::string_view::npos) return "";
    ++at;
  }
  const std::string name(sysctl.substr(at, sysctl.find('.', at) - at));
  return name.starts_with("eth") ? name : "";
}

// From API 1.48 on a sysctl of an interface is an option of its endpoint; which one eth1 is, nobody can tell.
void MoveInterfaceSysctls(object& host, object& endpoint, Recreated& recreated) {
  object kept;
  std::string moved = StringAt(ObjectAt(endpoint, "DriverOpts"), kInterfaceSysctls);
  for (const auto& [key, setting] : ObjectAt(host, "Sysctls")) {
    std::string name(key);
    const std::string interface = InterfaceOf(name);
    if (interface == "eth0") {
      name.replace(name.find(".eth0."), 6, ".IFNAME.");
      moved += (moved.empty() ? "" : ",") + name + "=" + StringOf(setting);
    } else if (!interface.empty()) {
      recreated.refusals.push_back("its sysctl " + name + " names an interface, which this engine takes only as the " +
                                   "option " + std::string(kInterfaceSysctls) +
                                   " of a network: make it anew with that");
    } else {
      kept[key] = setting;
    }
  }
  if (kept.size() == ObjectAt(host, "Sysctls").size()) return;
  host["Sysctls"] = std::move(kept);
  if (moved.empty()) return;
  object options = ObjectAt(endpoint, "DriverOpts");
  options[kInterfaceSysctls] = moved;
  endpoint["DriverOpts"] = std::move(options);
}

void PutMac(const RecreateInput& input, const std::string& mac, object& endpoint, Networks& networks) {
  if (mac.empty()) return;
  if (OlderThan(input.api_version, kFirstApiWithManyNetworks)) {
    networks.main_mac = mac;
  } else {
    endpoint["MacAddress"] = mac;
  }
}

}  // namespace

Networks NewNetworks(const RecreateInput& input, object& host, Recreated& recreated) {
  Networks networks;
  const bool disabled = !IsBlank(Find(ObjectAt(input.container.raw, "Config"), "NetworkDisabled"));
  if (IsPseudoNetwork(input.container.network_mode) || disabled) return networks;
  const std::string main = MainNetwork(input);
  if (main.empty()) {
    recreated.refusals.push_back(
        "it was disconnected from all its networks, and the new one could not be kept from "
        "them: connect it again, or remove it");
    return networks;
  }
  networks.fixed_macs = FixedMacs(input, main, recreated);
  NameMainNetwork(main, networks.fixed_macs.contains(main), host);
  const bool one_only = OlderThan(input.api_version, kFirstApiWithManyNetworks);
  for (const auto& [name, content] : EndpointsOf(input)) {
    if (!content.is_object()) continue;
    object endpoint = UserEndpoint(input, name, content.get_object());
    if (name == main || !one_only) {
      PutMac(input, StringAt(networks.fixed_macs, name), endpoint, networks);
      networks.at_creation[name] = std::move(endpoint);
    } else {
      networks.late.push_back({std::string(name), std::move(endpoint)});
    }
  }
  if (!OlderThan(input.api_version, kFirstApiWithInterfaceOptions))
    MoveInterfaceSysctls(host, networks.at_creation[main].as_object(), recreated);
  return networks;
}

}  // namespace berth::agent::recreate

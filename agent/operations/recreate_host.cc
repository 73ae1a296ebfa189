#include <array>

#include "agent/operations/json_access.h"
#include "agent/operations/recreate_parts.h"

namespace berth::agent::recreate {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// Windows, or gone from the API, or a file that belongs to the CLI that made the old container.
constexpr std::array kNotCarried = {"ContainerIDFile", "ConsoleSize", "Isolation",  "IOMaximumBandwidth",
                                    "IOMaximumIOps",   "CpuCount",    "CpuPercent", "Capabilities"};
// And what the engine refuses to be told together with another container's network.
constexpr std::array kOfOwnNetwork = {"Links", "Dns", "ExtraHosts", "PortBindings", "PublishAllPorts"};
// What `docker update` changes while a container runs: what is there counts, whatever was asked for once.
constexpr std::array kUpdatable = {"RestartPolicy", "CpuShares",  "CpuPeriod",         "CpuQuota",
                                   "CpusetCpus",    "CpusetMems", "CpuRealtimePeriod", "CpuRealtimeRuntime",
                                   "NanoCpus",      "Memory",     "MemoryReservation", "MemorySwap",
                                   "KernelMemory",  "PidsLimit",  "BlkioWeight"};

std::int64_t NumberAt(const object& host, std::string_view field) {
  const value* number = Find(host, field);
  return number != nullptr && number->is_int64() ? number->get_int64() : 0;
}

// The engine's own choice, where only Memory was asked for.
bool IsDefaultSwap(const object& asked, const object& now) {
  return IsBlank(Find(asked, "MemorySwap")) && NumberAt(now, "MemorySwap") == 2 * NumberAt(now, "Memory");
}

// What Berth asked for itself, with what was changed since.
object AskedFor(const RecreateInput& input) {
  const object& now = ObjectAt(input.container.raw, "HostConfig");
  if (input.spec == nullptr) return now;
  object host = ObjectAt(*input.spec, "HostConfig");
  const bool default_swap = IsDefaultSwap(host, now);
  for (const auto* field : kUpdatable) {
    host.erase(field);
    if (!IsBlank(Find(now, field))) host[field] = *Find(now, field);
  }
  if (default_swap) host.erase("MemorySwap");
  return host;
}

// Shown as "/child:/parent/alias", taken as "child:alias".
void ConvertLinks(object& host) {
  if (IsBlank(Find(host, "Links"))) return;
  array converted;
  for (const auto& link : ArrayAt(host, "Links")) {
    const std::string text = StringOf(link);
    if (!text.starts_with('/')) {
      converted.push_back(link);
      continue;
    }
    converted.push_back(value(text.substr(1, text.find(':') - 1) + ":" + text.substr(text.rfind('/') + 1)));
  }
  host["Links"] = std::move(converted);
}

void DropMeaningless(object& host, const RecreateInput& input) {
  for (const auto* field : kNotCarried) host.erase(field);
  if (IsBlank(Find(host, "KernelMemory")) || !OlderThan(input.api_version, "1.42")) host.erase("KernelMemory");
  host.erase("KernelMemoryTCP");
  if (NumberAt(host, "PidsLimit") <= 0) host.erase("PidsLimit");
  if (!IsShared(input.container.network_mode)) return;
  for (const auto* field : kOfOwnNetwork) {
    if (!IsBlank(Find(host, field))) host.erase(field);
  }
}

// A list of no bindings may or may not publish a port, by the engine's age: what it did is what is asked for.
void SpellOutPorts(object& host, const RecreateInput& input) {
  const object& published = ObjectAt(ObjectAt(input.container.raw, "NetworkSettings"), "Ports");
  object bindings = ObjectAt(host, "PortBindings");
  for (const auto& [port, bound] : ObjectAt(host, "PortBindings")) {
    if (port.starts_with('/')) bindings.erase(port);
    if (IsBlank(&bound) && !IsBlank(Find(published, port)))
      bindings[port] = array{object{{"HostIp", ""}, {"HostPort", ""}}};
  }
  if (!IsBlank(Find(host, "PortBindings"))) host["PortBindings"] = std::move(bindings);
}

std::string Today(const Owners& owners, const std::string& reference) {
  const auto found = owners.find(reference);
  return found == owners.end() ? reference : found->second;
}

// A namespace goes by the id of its owner, who may have another one by now.
void FollowOwners(object& host, const Owners& owners) {
  for (const auto* field : kSharedModes) {
    const std::string mode = StringAt(host, field);
    if (mode.starts_with(kOfContainer))
      host[field] = std::string(kOfContainer) + Today(owners, mode.substr(kOfContainer.size()));
  }
  if (IsBlank(Find(host, "VolumesFrom"))) return;
  array volumes;
  for (const auto& entry : ArrayAt(host, "VolumesFrom")) {
    const std::string text = StringOf(entry);
    const auto colon = std::min(text.find(':'), text.size());
    volumes.push_back(value(Today(owners, text.substr(0, colon)) + text.substr(colon)));
  }
  host["VolumesFrom"] = std::move(volumes);
}

}  // namespace

object NewHostConfig(const RecreateInput& input) {
  object host = AskedFor(input);
  DropMeaningless(host, input);
  UndoQuirks(host);
  ConvertLinks(host);
  SpellOutPorts(host, input);
  KeepVolumes(host, input);
  FollowOwners(host, input.owners);
  return host;
}

}  // namespace berth::agent::recreate

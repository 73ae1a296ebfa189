#include <array>
#include <set>

#include "agent/operations/json_access.h"
#include "agent/operations/recreate_parts.h"

namespace berth::agent::recreate {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// Windows, or gone from the API, or a file that belongs to the CLI that made the old container.
constexpr std::array kNotCarried = {"ContainerIDFile", "ConsoleSize", "Isolation",  "IOMaximumBandwidth",
                                    "IOMaximumIOps",   "CpuCount",    "CpuPercent", "KernelMemoryTCP",
                                    "KernelMemory",    "Capabilities"};

// Shown as "/child:/parent/alias", taken as "child:alias".
void ConvertLinks(object& host) {
  if (IsBlank(Find(host, "Links"))) return;
  array converted;
  for (const auto& link : ArrayAt(host, "Links")) {
    const std::string text = StringOf(link);
    const auto colon = text.find(':');
    const std::string child = text.substr(text.starts_with('/') ? 1 : 0, colon - (text.starts_with('/') ? 1 : 0));
    converted.push_back(value(child + ":" + text.substr(text.rfind('/') + 1)));
  }
  host["Links"] = std::move(converted);
}

std::string BindTarget(const std::string& bind) {
  const auto first = bind.find(':');
  if (first == std::string::npos) return bind;
  const auto second = bind.find(':', first + 1);
  return bind.substr(first + 1, second == std::string::npos ? std::string::npos : second - first - 1);
}

std::set<std::string> BoundTargets(const object& host) {
  std::set<std::string> targets;
  for (const auto& bind : ArrayAt(host, "Binds")) targets.insert(BindTarget(StringOf(bind)));
  return targets;
}

// A mount that was asked for without a source has an anonymous volume by now: name it, and the data comes along.
bool NameAnonymousMount(object& host, const std::string& target, const std::string& volume) {
  auto* mounts = host.if_contains("Mounts");
  if (mounts == nullptr || !mounts->is_array()) return false;
  for (auto& mount : mounts->get_array()) {
    if (!mount.is_object() || StringAt(mount.get_object(), "Target") != target) continue;
    if (StringAt(mount.get_object(), "Type") == "volume" && StringAt(mount.get_object(), "Source").empty()) {
      mount.get_object()["Source"] = volume;
    }
    return true;
  }
  return false;
}

// Anonymous volumes are visible only among the mounts of the running container; by name they are kept.
void KeepVolumes(object& host, const RecreateInput& input) {
  const auto bound = BoundTargets(host);
  array binds = ArrayAt(host, "Binds");
  for (const auto& entry : ArrayAt(input.container.raw, "Mounts")) {
    if (!entry.is_object()) continue;
    const object& mount = entry.get_object();
    const std::string target = StringAt(mount, "Destination");
    const std::string name = StringAt(mount, "Name");
    if (StringAt(mount, "Type") != "volume" || name.empty() || bound.contains(target)) continue;
    if (NameAnonymousMount(host, target, name)) continue;
    const value* writable = Find(mount, "RW");
    const bool read_only = writable != nullptr && writable->is_bool() && !writable->get_bool();
    binds.push_back(value(name + ":" + target + (read_only ? ":ro" : "")));
  }
  if (!binds.empty()) host["Binds"] = std::move(binds);
}

void DropMeaningless(object& host) {
  for (const auto* field : kNotCarried) host.erase(field);
  const auto* pids = Find(host, "PidsLimit");
  if (pids != nullptr && pids->is_int64() && pids->get_int64() <= 0) host.erase("PidsLimit");
}

// The key of the main endpoint and the mode must be the same word.
void NameMainNetwork(object& host, const RecreateInput& input) {
  for (const auto& [name, content] : ObjectAt(ObjectAt(input.container.raw, "NetworkSettings"), "Networks")) {
    if (!content.is_object() || IsPseudoNetwork(input.container.network_mode)) continue;
    if (input.container.network_mode == StringAt(content.get_object(), "NetworkID")) host["NetworkMode"] = name;
  }
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
  object host = ObjectAt(input.container.raw, "HostConfig");
  DropMeaningless(host);
  ConvertLinks(host);
  KeepVolumes(host, input);
  NameMainNetwork(host, input);
  FollowOwners(host, input.owners);
  return host;
}

}  // namespace berth::agent::recreate

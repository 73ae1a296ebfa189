#include <filesystem>

#include "agent/operations/json_access.h"
#include "agent/operations/recreate_parts.h"

namespace berth::agent::recreate {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// "/data/" is mounted on /data.
std::string Clean(const std::string& path) {
  std::string clean = std::filesystem::path(path).lexically_normal();
  if (clean.size() > 1 && clean.ends_with('/')) clean.pop_back();
  return clean;
}

std::string BindTarget(const std::string& bind) {
  const auto first = bind.find(':');
  if (first == std::string::npos) return Clean(bind);
  const auto second = bind.find(':', first + 1);
  return Clean(bind.substr(first + 1, second == std::string::npos ? std::string::npos : second - first - 1));
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
    if (!mount.is_object() || Clean(StringAt(mount.get_object(), "Target")) != target) continue;
    if (StringAt(mount.get_object(), "Type") == "volume" && StringAt(mount.get_object(), "Source").empty()) {
      mount.get_object()["Source"] = volume;
    }
    return true;
  }
  return false;
}

bool IsReadOnly(const object& mount) {
  const value* writable = Find(mount, "RW");
  return writable != nullptr && writable->is_bool() && !writable->get_bool();
}

}  // namespace

// Anonymous volumes are visible only among the mounts of the container itself; by name they are kept.
void KeepVolumes(object& host, const RecreateInput& input) {
  const auto bound = BoundTargets(host);
  array binds = ArrayAt(host, "Binds");
  for (const auto& entry : ArrayAt(input.container.raw, "Mounts")) {
    if (!entry.is_object()) continue;
    const object& mount = entry.get_object();
    const std::string target = Clean(StringAt(mount, "Destination"));
    const std::string name = StringAt(mount, "Name");
    if (StringAt(mount, "Type") != "volume" || name.empty() || bound.contains(target)) continue;
    if (input.borrowed_volumes.contains(name) || NameAnonymousMount(host, target, name)) continue;
    binds.push_back(value(name + ":" + target + (IsReadOnly(mount) ? ":ro" : "")));
  }
  if (!binds.empty()) host["Binds"] = std::move(binds);
}

}  // namespace berth::agent::recreate

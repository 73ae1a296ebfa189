#include "agent/operations/json_access.h"
#include "agent/operations/pull.h"
#include "agent/operations/recreate_parts.h"

namespace berth::agent::recreate {
namespace {

using boost::json::array;
using boost::json::object;

// None, 0, or one of a range.
bool IsChosenByEngine(const boost::json::value& binding) {
  const std::string port = binding.is_object() ? StringAt(binding.get_object(), "HostPort") : "";
  return port.empty() || port == "0" || port.find('-') != std::string::npos;
}

void WarnOfPorts(const RecreateInput& input, Recreated& recreated) {
  const object& host = ObjectAt(input.container.raw, "HostConfig");
  for (const auto& [port, bindings] : ObjectAt(host, "PortBindings")) {
    for (const auto& binding : bindings.is_array() ? bindings.get_array() : array()) {
      if (IsChosenByEngine(binding))
        recreated.warnings.push_back("the host port of " + std::string(port) +
                                     " is chosen by the engine and will change");
    }
  }
  if (!IsBlank(Find(host, "PublishAllPorts")))
    recreated.warnings.push_back("all its ports are published (-P) on ports that the engine chooses: they will change");
}

bool IsMounted(const RecreateInput& input, std::string_view target) {
  for (const auto& mount : ArrayAt(input.container.raw, "Mounts")) {
    if (mount.is_object() && StringAt(mount.get_object(), "Destination") == target) return true;
  }
  return ObjectAt(ObjectAt(input.container.raw, "HostConfig"), "Tmpfs").contains(target);
}

void WarnOfVolumes(const RecreateInput& input, Recreated& recreated) {
  for (const auto& [target, ignored] : ObjectAt(input.new_image.config, "Volumes")) {
    if (!IsMounted(input, target))
      recreated.warnings.push_back("the new image keeps " + std::string(target) +
                                   " in a volume: it begins with what the image has there");
  }
}

std::string UserOf(const object& config) {
  const std::string user = StringAt(config, "User");
  return user.empty() ? "root" : user;
}

// What is in its volumes belongs to the old user.
void WarnOfUser(const RecreateInput& input, Recreated& recreated) {
  const std::string before = UserOf(ObjectAt(input.container.raw, "Config"));
  const std::string after = UserOf(input.new_image.config);
  const bool follows = IsBlank(Find(ObjectAt(recreated.spec, "Config"), "User"));
  if (follows && before != after && !ArrayAt(input.container.raw, "Mounts").empty())
    recreated.warnings.push_back("the new image runs as " + after + " instead of " + before +
                                 ": it may not be allowed to write what is in the volumes");
}

}  // namespace

// A container of a containerd store may have been made from one of an image's several, and says which.
std::string PlatformOf(const RecreateInput& input) {
  if (OlderThan(input.api_version, "1.41")) return "";
  const object& platform = ObjectAt(ObjectAt(input.container.raw, "ImageManifestDescriptor"), "platform");
  engine::Image runs;
  runs.os = StringAt(platform, "os");
  runs.architecture = StringAt(platform, "architecture");
  runs.variant = StringAt(platform, "variant");
  return agent::PlatformOf(runs.architecture.empty() ? input.old_image : runs);
}

void Warn(const RecreateInput& input, Recreated& recreated) {
  WarnOfPorts(input, recreated);
  WarnOfVolumes(input, recreated);
  WarnOfUser(input, recreated);
}

}  // namespace berth::agent::recreate

#include "agent/operations/json_access.h"
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

std::string Platform(std::string os, const std::string& architecture, const std::string& variant) {
  if (os.empty() || architecture.empty()) return "";
  return std::move(os) + "/" + architecture + (variant.empty() ? "" : "/" + variant);
}

std::string PlatformOf(const engine::Image& image) { return Platform(image.os, image.architecture, image.variant); }

// One of a containerd store has the images of several, and says which one runs.
std::string PlatformOf(const engine::ContainerDetails& container) {
  const object& platform = ObjectAt(ObjectAt(container.raw, "ImageManifestDescriptor"), "platform");
  return Platform(StringAt(platform, "os"), StringAt(platform, "architecture"), StringAt(platform, "variant"));
}

bool SameMachine(const engine::Image& left, const engine::Image& right) {
  return left.os == right.os && left.architecture == right.architecture;
}

void WarnOfPlatform(const RecreateInput& input, Recreated& recreated) {
  if (SameMachine(input.old_image, input.new_image) || !PlatformOf(input.container).empty()) return;
  if (PlatformOf(input.old_image).empty() || PlatformOf(input.new_image).empty()) return;
  recreated.warnings.push_back("the new image is for " + PlatformOf(input.new_image) + ", the old one was for " +
                               PlatformOf(input.old_image));
}

}  // namespace

// An image of another machine that somebody asked for is meant.
std::string PlatformOf(const RecreateInput& input) {
  if (OlderThan(input.api_version, "1.41")) return "";
  const std::string runs = PlatformOf(input.container);
  if (!runs.empty()) return runs;
  return PlatformOf(SameMachine(input.old_image, input.new_image) ? input.old_image : input.new_image);
}

void Warn(const RecreateInput& input, Recreated& recreated) {
  WarnOfPorts(input, recreated);
  WarnOfVolumes(input, recreated);
  WarnOfUser(input, recreated);
  WarnOfPlatform(input, recreated);
}

}  // namespace berth::agent::recreate

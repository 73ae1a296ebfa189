#include <algorithm>
#include <array>

#include "agent/operations/json_access.h"
#include "agent/operations/recreate_parts.h"

namespace berth::agent::recreate {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// From a kind of mount to the options that it alone may have.
constexpr std::pair<const char*, const char*> kMountOptions[] = {{"volume", "VolumeOptions"},
                                                                 {"bind", "BindOptions"},
                                                                 {"tmpfs", "TmpfsOptions"},
                                                                 {"image", "ImageOptions"},
                                                                 {"cluster", "ClusterOptions"}};

std::int64_t NumberAt(const object& host, std::string_view field) {
  const value* number = Find(host, field);
  return number != nullptr && number->is_int64() ? number->get_int64() : 0;
}

template <class Change>
void ChangeEach(object& host, std::string_view field, Change change) {
  auto* list = host.if_contains(field);
  if (list == nullptr || !list->is_array()) return;
  for (auto& element : list->get_array()) {
    if (auto* found = element.if_object()) change(*found);
  }
}

// Options are "label=level:s0" or, of old, "label:level:s0".
bool IsLabel(const value& option, std::string_view what) {
  const std::string text = StringOf(option);
  return text.starts_with("label=" + std::string(what)) || text.starts_with("label:" + std::string(what));
}

// A process label in full: nobody types one, the engine copies it from the container whose namespace is joined.
bool HasWholeLabel(const array& options) {
  static constexpr std::array kParts = {"user:", "role:", "type:", "level:"};
  return std::all_of(kParts.begin(), kParts.end(), [&](const char* part) {
    return std::any_of(options.begin(), options.end(), [&](const auto& option) { return IsLabel(option, part); });
  });
}

// They are there because of the namespaces that are shared, and will be there again for the same reason.
void DropImpliedLabels(object& host) {
  const auto mode = [&](std::string_view field) { return StringAt(host, field); };
  const auto joins = [&](std::string_view field) { return mode(field).starts_with(kOfContainer); };
  const array options = ArrayAt(host, "SecurityOpt");
  const bool free = !IsBlank(Find(host, "Privileged")) || mode("IpcMode") == "host" || mode("PidMode") == "host";
  const bool of_owner = (joins("IpcMode") || joins("PidMode")) && HasWholeLabel(options);
  array kept;
  for (const auto& option : options) {
    if (!(free && IsLabel(option, "disable")) && !(of_owner && IsLabel(option, ""))) kept.push_back(option);
  }
  if (kept.size() != options.size()) host["SecurityOpt"] = std::move(kept);
}

// Podman shows a device without its permissions, a swappiness of -1, and CPUs both ways, of which one is taken.
void UndoPodmansWays(object& host) {
  ChangeEach(host, "Devices", [](object& device) {
    if (StringAt(device, "CgroupPermissions").empty()) device["CgroupPermissions"] = "rwm";
  });
  if (NumberAt(host, "MemorySwappiness") < 0) host["MemorySwappiness"] = nullptr;
  if (NumberAt(host, "CpuPeriod") > 0 && NumberAt(host, "CpuQuota") > 0) host.erase("NanoCpus");
}

}  // namespace

void UndoQuirks(object& host) {
  DropImpliedLabels(host);
  UndoPodmansWays(host);
  ChangeEach(host, "Mounts", [](object& mount) {  // refused since API 1.42, without a meaning before
    for (const auto& [kind, options] : kMountOptions) {
      if (StringAt(mount, "Type") != kind) mount.erase(options);
    }
  });
}

}  // namespace berth::agent::recreate

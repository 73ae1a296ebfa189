#include <algorithm>

#include "agent/operations/json_access.h"
#include "agent/operations/recreate_parts.h"
#include "agent/operations/upgrade_plan.h"

namespace berth::agent::recreate {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

bool Contains(const array& values, const value& wanted) {
  return std::find(values.begin(), values.end(), wanted) != values.end();
}

// Entrypoint and Cmd belong together: the engine takes the image's Cmd only where the user gave neither.
void SubtractCommand(object& config, const object& image) {
  const value* entrypoint = Find(config, "Entrypoint");
  const value* command = Find(config, "Cmd");
  const bool entrypoint_is_images = SameOrBothBlank(entrypoint, Find(image, "Entrypoint"));
  const bool command_is_images = SameOrBothBlank(command, Find(image, "Cmd"));

  if (!entrypoint_is_images && IsBlank(entrypoint)) {
    config["Entrypoint"] = array{""};  // `--entrypoint ""`: null would bring the image's back
  } else if (entrypoint_is_images && command_is_images) {
    config.erase("Entrypoint");
    config.erase("Cmd");
  } else if (entrypoint_is_images && !IsBlank(command)) {
    config.erase("Entrypoint");
  }  // else: the image's entrypoint typed by the user, to be rid of the image's Cmd; both stay as they are
}

void SubtractEnvironment(object& config, const object& image) {
  const array& defaults = ArrayAt(image, "Env");
  array kept;
  for (const auto& assignment : ArrayAt(config, "Env")) {
    if (!Contains(defaults, assignment)) kept.push_back(assignment);
  }
  config["Env"] = std::move(kept);
}

// Labels, Volumes and ExposedPorts are merged by key.
void SubtractMap(object& config, const object& image, std::string_view field) {
  const object& defaults = ObjectAt(image, field);
  object kept;
  for (const auto& [key, content] : ObjectAt(config, field)) {
    const auto* inherited = defaults.if_contains(key);
    if (inherited == nullptr || *inherited != content) kept[key] = content;
  }
  config[field] = std::move(kept);
}

void SubtractIfEqual(object& config, const object& image, std::string_view field) {
  if (SameOrBothBlank(Find(config, field), Find(image, field))) config.erase(field);
}

void SubtractHealthcheck(object& config, const object& image) {
  const object& inherited = ObjectAt(image, "Healthcheck");
  object kept;
  for (const auto& [key, content] : ObjectAt(config, "Healthcheck")) {
    if (!SameOrBothBlank(&content, Find(inherited, key))) kept[key] = content;
  }
  config.erase("Healthcheck");
  if (!kept.empty()) config["Healthcheck"] = std::move(kept);
}

// The engine's invention, or refused together with a shared namespace: the new container gets its own.
void DropDerivedHostname(object& config, const RecreateInput& input) {
  const auto& container = input.container;
  const bool derived = StringAt(config, "Hostname") == ShortId(container);
  const bool shared = container.network_mode == "host" || IsShared(container.network_mode);
  const bool uts = !StringAt(ObjectAt(container.raw, "HostConfig"), "UTSMode").empty();
  if (derived || shared || uts) config.erase("Hostname");
}

// Ours are of one container, and no wish of the user's.
void DropOwnLabels(object& config) {
  object labels = ObjectAt(config, "Labels");
  for (const auto label : kOwnLabels) labels.erase(label);
  config["Labels"] = std::move(labels);
}

void ExposePublishedPorts(object& config, const RecreateInput& input) {
  if (IsShared(input.container.network_mode)) {
    config.erase("ExposedPorts");
    return;
  }
  // The engine publishes what is exposed and bound; what the old image exposed has to stay so, and nothing else comes.
  const object& was_exposed = ObjectAt(ObjectAt(input.container.raw, "Config"), "ExposedPorts");
  object exposed = ObjectAt(config, "ExposedPorts");
  for (const auto& [port, bindings] : ObjectAt(ObjectAt(input.container.raw, "HostConfig"), "PortBindings")) {
    if (was_exposed.contains(port)) exposed[port] = object{};
  }
  config["ExposedPorts"] = std::move(exposed);
}

// "/tcp" is what some tools made of no port at all; the engine refuses it.
void DropPortsWithoutNumber(object& config) {
  object ports = ObjectAt(config, "ExposedPorts");
  for (const auto& [port, ignored] : ObjectAt(config, "ExposedPorts")) {
    if (port.starts_with('/')) ports.erase(port);
  }
  if (config.contains("ExposedPorts")) config["ExposedPorts"] = std::move(ports);
}

}  // namespace

object WishedConfig(const RecreateInput& input) {
  object config = ObjectAt(input.container.raw, "Config");
  const object& image = input.old_image.config;
  SubtractCommand(config, image);
  SubtractEnvironment(config, image);
  for (const auto* field : {"Labels", "Volumes", "ExposedPorts"}) SubtractMap(config, image, field);
  for (const auto* field : {"WorkingDir", "User", "StopSignal", "Shell"}) SubtractIfEqual(config, image, field);
  SubtractHealthcheck(config, image);
  DropDerivedHostname(config, input);
  DropOwnLabels(config);
  ExposePublishedPorts(config, input);
  DropPortsWithoutNumber(config);
  // A fixed MAC address is with the networks.
  for (const auto* field : {"OnBuild", "ArgsEscaped", "Image", "MacAddress"}) config.erase(field);
  return config;
}

void PutImageAndLabels(object& config, const RecreateInput& input) {
  object labels = ObjectAt(config, "Labels");
  // Compose compares it with the image that it finds, and would recreate the container at the next `up` otherwise.
  if (labels.contains("com.docker.compose.image")) labels["com.docker.compose.image"] = input.new_image.id;
  for (const auto& [key, text] : input.labels) labels[key] = text;
  config["Labels"] = std::move(labels);
  config["Image"] = input.image;
}

}  // namespace berth::agent::recreate

#include "agent/operations/recreate.h"

#include <algorithm>
#include <charconv>

#include "agent/operations/json_access.h"
#include "agent/operations/recreate_parts.h"

namespace berth::agent {
namespace {

using boost::json::object;

// Labels of the tools that own their containers and would fight over them.
constexpr std::string_view kBuilderPrefix = "buildx_buildkit_";
constexpr std::pair<const char*, const char*> kOwners[] = {
    {"com.docker.swarm.task.id", "Docker Swarm"},   {"io.kubernetes.pod.name", "Kubernetes"},
    {"io.kubernetes.container.name", "Kubernetes"}, {"com.hashicorp.nomad.alloc_id", "Nomad"},
    {"com.amazonaws.ecs.task-arn", "Amazon ECS"},
};

void RefuseForeignOwners(const engine::ContainerDetails& container, std::vector<std::string>& refusals) {
  const auto owner = std::find_if(std::begin(kOwners), std::end(kOwners),
                                  [&](const auto& known) { return container.labels.contains(known.first); });
  if (owner != std::end(kOwners)) {
    refusals.push_back("it belongs to " + std::string(owner->second) + ": upgrade it there");
  }
  if (container.name.starts_with(kBuilderPrefix)) {
    refusals.push_back("it belongs to docker buildx: `docker buildx rm` and `create` make it anew");
  }
  const auto one_off = container.labels.find("com.docker.compose.oneoff");
  if (one_off != container.labels.end() && one_off->second == "True") {
    refusals.push_back("it is a one-off container of `docker compose run`: there is nothing to replace");
  }
}

void RefuseStates(const engine::ContainerDetails& container, std::vector<std::string>& refusals) {
  if (container.state == engine::ContainerState::kPaused) {
    refusals.push_back("it is paused: start it (this resumes it) and try again");
  }
  if (container.state == engine::ContainerState::kRemoving || container.state == engine::ContainerState::kDead) {
    refusals.push_back("it is being removed");
  }
}

bool RefersTo(std::string_view mode, std::string_view id, std::string_view name) {
  if (!mode.starts_with(kOfContainer)) return false;
  mode.remove_prefix(kOfContainer.size());
  return mode == id || mode == name;
}

}  // namespace

bool SharesWith(const engine::ContainerDetails& container, std::string_view id, std::string_view name) {
  const object& host = ObjectAt(container.raw, "HostConfig");
  for (const auto* field : kSharedModes) {
    if (RefersTo(StringAt(host, field), id, name)) return true;
  }
  return false;
}

// "/child:/parent/alias"
bool LinksTo(const engine::ContainerDetails& container, std::string_view name) {
  const auto& links = ArrayAt(ObjectAt(container.raw, "HostConfig"), "Links");
  return std::any_of(links.begin(), links.end(),
                     [&](const auto& link) { return StringOf(link).starts_with("/" + std::string(name) + ":"); });
}

std::vector<std::string> RecreateRefusals(const engine::ContainerDetails& container) {
  std::vector<std::string> refusals;
  RefuseForeignOwners(container, refusals);
  RefuseStates(container, refusals);
  if (container.auto_remove) {
    refusals.push_back(
        "it was started with --rm: the engine removes it when it stops, and nothing is left to go back to");
  }
  return refusals;
}

bool OlderThan(std::string_view version, std::string_view than) {
  const auto parse = [](std::string_view text) {
    std::pair<int, int> numbers{0, 0};
    const char* end = text.data() + text.size();
    const auto [dot, error] = std::from_chars(text.data(), end, numbers.first);
    if (error == std::errc() && dot != end) std::from_chars(dot + 1, end, numbers.second);
    return numbers;
  };
  return parse(version) < parse(than);
}

Recreated Recreate(const RecreateInput& input) {
  Recreated recreated;
  object config = input.spec != nullptr ? ObjectAt(*input.spec, "Config") : recreate::WishedConfig(input);
  object host = recreate::NewHostConfig(input);
  recreate::Networks networks = recreate::NewNetworks(input, host, recreated);
  recreated.spec = {{"Config", config}, {"HostConfig", host}, {"MacAddresses", std::move(networks.fixed_macs)}};
  recreate::Warn(input, recreated);

  recreate::PutImageAndLabels(config, input);
  if (!networks.main_mac.empty()) config["MacAddress"] = networks.main_mac;
  recreated.create.name = input.name;
  recreated.create.platform = recreate::PlatformOf(input);
  recreated.create.body = std::move(config);
  recreated.create.body["HostConfig"] = std::move(host);
  recreated.create.body["NetworkingConfig"] = object{{"EndpointsConfig", std::move(networks.at_creation)}};
  recreated.late_networks = std::move(networks.late);
  return recreated;
}

}  // namespace berth::agent

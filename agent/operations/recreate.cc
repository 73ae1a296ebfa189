#include "agent/operations/recreate.h"

#include <charconv>

#include "agent/operations/json_access.h"
#include "agent/operations/recreate_parts.h"

namespace berth::agent {
namespace {

using boost::json::array;
using boost::json::object;

std::vector<std::string> Warnings(const RecreateInput& input) {
  std::vector<std::string> warnings;
  const auto& host = ObjectAt(input.container.raw, "HostConfig");
  for (const auto& [port, bindings] : ObjectAt(host, "PortBindings")) {
    for (const auto& binding : bindings.is_array() ? bindings.get_array() : array()) {
      const bool chosen = binding.is_object() && !StringAt(binding.get_object(), "HostPort").empty();
      if (!chosen)
        warnings.push_back("the host port of " + std::string(port) + " is chosen by the engine and will change");
    }
  }
  return warnings;
}

// Labels of the tools that own their containers and would fight over them.
constexpr std::pair<const char*, const char*> kOwners[] = {
    {"com.docker.swarm.task.id", "Docker Swarm"},
    {"io.kubernetes.pod.name", "Kubernetes"},
    {"com.hashicorp.nomad.alloc_id", "Nomad"},
    {"com.amazonaws.ecs.task-arn", "Amazon ECS"},
};

void RefuseForeignOwners(const engine::ContainerDetails& container, std::vector<std::string>& refusals) {
  for (const auto& [label, owner] : kOwners) {
    if (container.labels.contains(label))
      refusals.push_back("it belongs to " + std::string(owner) + ": upgrade it there");
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

std::vector<std::string> RecreateRefusals(const engine::ContainerDetails& container,
                                          const std::vector<engine::ContainerDetails>& sharing) {
  std::vector<std::string> refusals;
  RefuseForeignOwners(container, refusals);
  RefuseStates(container, refusals);
  if (container.auto_remove) {
    refusals.push_back(
        "it was started with --rm: the engine removes it when it stops, and nothing is left to go back to");
  }
  for (const auto& other : sharing) {
    refusals.push_back("container " + other.name + " shares its namespaces and would be cut off");
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
  object config = recreate::NewConfig(input);
  recreate::Networks networks = recreate::NewNetworks(input, config);

  Recreated recreated;
  recreated.create.name = input.name;
  recreated.create.body = std::move(config);
  recreated.create.body["HostConfig"] = recreate::NewHostConfig(input);
  recreated.create.body["NetworkingConfig"] = object{{"EndpointsConfig", std::move(networks.at_creation)}};
  recreated.late_networks = std::move(networks.late);
  recreated.warnings = Warnings(input);
  return recreated;
}

}  // namespace berth::agent

#include "agent/operations/strategy.h"

#include <algorithm>
#include <charconv>
#include <set>

#include <boost/algorithm/string/join.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "agent/operations/json_access.h"
#include "agent/operations/proxy.h"
#include "agent/operations/recreate.h"
#include "agent/operations/upgrade_plan.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using boost::json::object;
using engine::ContainerDetails;

constexpr std::chrono::minutes kLongestDrain{10};

const object& HostConfigOf(const ContainerDetails& container) { return ObjectAt(container.raw, "HostConfig"); }

bool IsFixed(const boost::json::value& binding) {
  const auto* fields = binding.if_object();
  return fields != nullptr && !StringAt(*fields, "HostPort").empty() && StringAt(*fields, "HostPort") != "0";
}

void LookAtPorts(const ContainerDetails& container, Obstacles& obstacles) {
  for (const auto& [port, bindings] : ObjectAt(HostConfigOf(container), "PortBindings")) {
    const auto* list = bindings.if_array();
    if (list != nullptr && std::any_of(list->begin(), list->end(), IsFixed)) {
      obstacles.hard.push_back("port " + std::string(port) + " is published on a fixed port of the host");
    }
  }
}

void LookAtNetworks(const ContainerDetails& container, Obstacles& obstacles) {
  if (container.network_mode == "host") obstacles.hard.push_back("it uses the host's network");
  if (container.network_mode.starts_with("container:")) obstacles.hard.push_back("it uses another container's network");
  if (!StringAt(ObjectAt(container.raw, "Config"), "MacAddress").empty()) {
    obstacles.hard.push_back("it has a fixed MAC address");
  }
  for (const auto& [name, endpoint] : ObjectAt(ObjectAt(container.raw, "NetworkSettings"), "Networks")) {
    const auto* fields = endpoint.if_object();
    if (fields != nullptr && !IsBlank(Find(*fields, "IPAMConfig")) && !ObjectAt(*fields, "IPAMConfig").empty()) {
      obstacles.hard.push_back("it has a fixed address in network " + std::string(name));
    }
  }
}

// Host paths and names of volumes that it may write to.
std::set<std::string> Written(const ContainerDetails& container) {
  std::set<std::string> sources;
  for (const auto& entry : ArrayAt(container.raw, "Mounts")) {
    const auto* mount = entry.if_object();
    const auto* writable = mount != nullptr ? Find(*mount, "RW") : nullptr;
    if (writable == nullptr || !writable->is_bool() || !writable->get_bool()) continue;
    const std::string name = StringAt(*mount, "Name");
    const std::string source = name.empty() ? StringAt(*mount, "Source") : name;
    if (!source.empty()) sources.insert(source);
  }
  return sources;
}

// What two others share already can be shared.
void LookAtVolumes(const ContainerDetails& container, const std::vector<ContainerDetails>& others,
                   Obstacles& obstacles) {
  if (engine::LabelOf(container.labels, std::string(kVolumesLabel)) == "shared") return;
  auto alone = Written(container);
  for (const auto& other : others) {
    if (!RunsOrWill(other)) continue;
    for (const auto& source : Written(other)) alone.erase(source);
  }
  for (const auto& source : alone) {
    obstacles.soft.push_back("it alone writes to " + source + " (label " + std::string(kVolumesLabel) +
                             "=shared says that two may)");
  }
}

void LookAtDevices(const ContainerDetails& container, Obstacles& obstacles) {
  const object& host = HostConfigOf(container);
  if (!IsBlank(Find(host, "Devices")) || !IsBlank(Find(host, "DeviceRequests"))) {
    obstacles.soft.push_back("it uses devices");
  }
}

// A proxy that nobody tells of the new address goes on asking the old one's.
void LookAtReadiness(const ContainerDetails& container, Obstacles& obstacles) {
  if (!container.has_healthcheck) obstacles.soft.push_back("it has no HEALTHCHECK that says when it is ready");
  const bool serves = !ObjectAt(ObjectAt(container.raw, "Config"), "ExposedPorts").empty();
  if (serves && engine::LabelOf(container.labels, std::string(kProxyLabel)).empty()) {
    obstacles.soft.push_back("it serves a port, and no label " + std::string(kProxyLabel) +
                             " says which proxy to tell (or \"none\")");
  }
}

void LookAtSharing(const ContainerDetails& container, const std::vector<ContainerDetails>& others,
                   Obstacles& obstacles) {
  for (const auto& other : others) {
    if (SharesWith(other, container.id, container.name)) {
      obstacles.hard.push_back("container " + other.name + " lives in its namespaces");
    }
  }
}

Result<Strategy> LabelledStrategy(const ContainerDetails& container) {
  const std::string text = engine::LabelOf(container.labels, std::string(kStrategyLabel));
  if (text.empty() || text == "auto") return Strategy::kAuto;
  if (text == "start-first") return Strategy::kStartFirst;
  if (text == "stop-first") return Strategy::kStopFirst;
  return engine::BadLabel(kStrategyLabel, text, "start-first, stop-first or auto");
}

}  // namespace

Obstacles ObstaclesTo(const ContainerDetails& container, const std::vector<ContainerDetails>& others) {
  Obstacles obstacles;
  if (!RunsOrWill(container)) obstacles.hard.push_back("it does not run");
  LookAtPorts(container, obstacles);
  LookAtNetworks(container, obstacles);
  LookAtSharing(container, others, obstacles);
  LookAtVolumes(container, others, obstacles);
  LookAtDevices(container, obstacles);
  LookAtReadiness(container, obstacles);
  return obstacles;
}

Result<StrategyChoice> ChooseStrategy(Strategy asked, const ContainerDetails& container, const Obstacles& obstacles) {
  const auto labelled = LabelledStrategy(container);
  if (!labelled) return labelled.error();
  const Strategy wanted = asked == Strategy::kAuto ? *labelled : asked;
  const std::string who = asked == Strategy::kAuto ? "its label says so" : "it was asked for";
  if (wanted == Strategy::kStopFirst) return StrategyChoice{wanted, who};
  if (wanted == Strategy::kStartFirst && obstacles.hard.empty()) return StrategyChoice{wanted, who};
  if (asked == Strategy::kStartFirst) {
    return Error{
        Code::kFailedPrecondition,
        "START_FIRST_IMPOSSIBLE",
        "two of " + container.name + " can't run at the same time: " + boost::algorithm::join(obstacles.hard, "; "),
        {{"container", container.name}}};
  }
  auto against = obstacles.hard;
  if (wanted == Strategy::kAuto) against.insert(against.end(), obstacles.soft.begin(), obstacles.soft.end());
  if (!against.empty()) return StrategyChoice{Strategy::kStopFirst, boost::algorithm::join(against, "; ")};
  return StrategyChoice{Strategy::kStartFirst, "nothing speaks against two of it at the same time"};
}

Result<std::optional<std::chrono::milliseconds>> DrainOf(const ContainerDetails& container) {
  const std::string text = engine::LabelOf(container.labels, std::string(kDrainLabel));
  if (text.empty()) return std::optional<std::chrono::milliseconds>();
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const std::chrono::seconds drain(seconds);
  if (error != std::errc() || (unit != "s" && !unit.empty()) || seconds < 0 || drain > kLongestDrain) {
    return engine::BadLabel(kDrainLabel, text, "a number of seconds from 0s to 600s");
  }
  return std::optional<std::chrono::milliseconds>(drain);
}

}  // namespace berth::agent

#include "tests/support/fake_inspect.h"

#include <cstdio>

#include <boost/json/array.hpp>

#include "tests/support/fake_config.h"

namespace berth::test {
namespace {

using boost::json::array;
using boost::json::object;
using engine::ContainerState;

object HealthJson(const FakeContainer& container) {
  array probes;
  for (const auto& probe : container.health_log) {
    probes.push_back(object{{"Start", Rfc3339(probe.started_at)},
                            {"End", Rfc3339(probe.finished_at)},
                            {"ExitCode", probe.exit_code},
                            {"Output", probe.output}});
  }
  return {{"Status", Name(container.health)}, {"FailingStreak", container.failing_streak}, {"Log", std::move(probes)}};
}

object StateJson(const FakeContainer& container) {
  object state = {{"Status", Name(container.state)},
                  {"Running", container.Runs() || container.state == ContainerState::kRestarting},
                  {"Paused", container.state == ContainerState::kPaused},
                  {"Restarting", container.state == ContainerState::kRestarting},
                  {"OOMKilled", container.oom_killed},
                  {"Dead", container.state == ContainerState::kDead},
                  {"Pid", container.pid},
                  {"ExitCode", container.exit_code},
                  {"Error", container.error},
                  {"StartedAt", Rfc3339(container.started_at)},
                  {"FinishedAt", Rfc3339(container.finished_at)}};
  if (container.HasHealthcheck()) state["Health"] = HealthJson(container);
  return state;
}

// null for a port that is exposed and not published.
object PortsJson(const std::vector<engine::Port>& ports) {
  object published;
  for (const auto& port : ports) {
    auto& bindings = published[std::to_string(port.container_port) + "/" + port.protocol];
    if (port.host_port == 0) continue;
    if (bindings.is_null()) bindings = array{};
    bindings.as_array().push_back(object{{"HostIp", port.host_ip}, {"HostPort", std::to_string(port.host_port)}});
  }
  return published;
}

// What the engine itself adds to the settings of an endpoint: everything that a recreate has to drop.
void AddOperationalFields(object& endpoint, const FakeContainer& container, const std::string& network) {
  const auto given = Text(Member(endpoint, "IPAMConfig"), "IPv4Address");
  const auto last_byte = std::to_string(2 + std::stoul(container.id.substr(0, 2), nullptr, 16) % 250);
  const bool up = container.Runs();
  endpoint["NetworkID"] = MakeUpId(std::hash<std::string>()(network));
  endpoint["EndpointID"] = up ? MakeUpId(std::hash<std::string>()(network + container.id)) : "";
  endpoint["Gateway"] = up ? "172.18.0.1" : "";
  endpoint["IPAddress"] = !up ? "" : !given.empty() ? given : "172.18.0." + last_byte;
  endpoint["IPPrefixLen"] = up ? 16 : 0;
  endpoint["MacAddress"] = up ? "02:42:ac:12:00:" + container.id.substr(0, 2) : "";
}

object NetworksJson(const FakeContainer& container) {
  object networks = container.networks;
  for (auto& [name, endpoint] : networks) AddOperationalFields(endpoint.as_object(), container, name);
  return networks;
}

}  // namespace

std::string Rfc3339(WallTime time) {
  if (time == WallTime{}) return "0001-01-01T00:00:00Z";
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::duration_cast<std::chrono::nanoseconds>(time - day));
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02ld:%02ld:%02ld.%09ldZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<long>(clock.hours().count()), static_cast<long>(clock.minutes().count()),
                static_cast<long>(clock.seconds().count()), static_cast<long>(clock.subseconds().count()));
  return text;
}

object InspectJson(const FakeContainer& container, const std::vector<engine::Port>& ports) {
  return {{"Id", container.id},
          {"Created", Rfc3339(container.created_at)},
          {"Path", "serve"},
          {"Args", array{}},
          {"State", StateJson(container)},
          {"Image", container.image_id},
          {"Name", "/" + container.name},
          {"RestartCount", container.restart_count},
          {"Driver", "overlay2"},
          {"Platform", "linux"},
          {"Config", container.config},
          {"HostConfig", container.host_config},
          {"Mounts", container.mounts},
          {"NetworkSettings", {{"Ports", PortsJson(ports)}, {"Networks", NetworksJson(container)}}}};
}

}  // namespace berth::test

#include "cli/view/container.h"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "cli/text/image.h"
#include "cli/text/safe.h"
#include "cli/text/table.h"
#include "cli/view/facts.h"
#include "cli/view/words.h"

namespace berth::cli {
namespace {

std::string PortText(const v1::Port& port) {
  std::string inside = std::to_string(port.container_port()) + "/" + Safe(port.protocol());
  if (port.host_port() == 0) return inside;
  const bool everywhere = port.host_ip().empty() || port.host_ip() == "0.0.0.0" || port.host_ip() == "::";
  const std::string address =
      port.host_ip().find(':') == std::string::npos ? port.host_ip() : "[" + port.host_ip() + "]";
  return (everywhere ? "" : Safe(address) + ":") + std::to_string(port.host_port()) + "→" + inside;
}

// Published ones first.
std::tuple<bool, std::uint32_t, std::uint32_t> InOrder(const v1::Port& port) {
  return {port.host_port() == 0, port.container_port(), port.host_port()};
}

template <class Strings>
std::string Join(const Strings& strings) {
  std::string text;
  for (const std::string& string : strings) text += (text.empty() ? "" : ", ") + Safe(string);
  return text;
}

std::string Run(const v1::ContainerDetails& details, WallTime now) {
  if (details.container().state() == v1::CONTAINER_STATE_RUNNING) return "started " + AgeOf(details.start_time(), now);
  std::string text =
      "ended " + AgeOf(details.finish_time(), now) + ", exit code " + std::to_string(details.exit_code());
  return details.oom_killed() ? text + ", out of memory" : text;
}

void AddRun(const v1::ContainerDetails& details, WallTime now, Facts& facts) {
  if (details.has_start_time()) facts.Add("run", Run(details, now));
  if (!details.error().empty()) facts.Add("error", Safe(details.error()));
  facts.Add("restarts", std::to_string(details.restart_count()) + ", policy " + Safe(details.restart_policy()));
  if (details.has_stop_timeout()) facts.Add("stop timeout", FormatDuration(FromProto(details.stop_timeout())));
}

void AddHealth(const v1::ContainerDetails& details, WallTime now, const Palette& palette, Facts& facts) {
  const auto health = details.container().health();
  std::string text = HealthCell(health, palette);
  if (details.failing_streak() > 0) text += ", " + std::to_string(details.failing_streak()) + " failed in a row";
  facts.Add("health", text);
  for (const auto& probe : details.health_log()) {
    facts.Add("", AgeOf(probe.end_time(), now) + ": exit code " + std::to_string(probe.exit_code()) + " " +
                      LastLine(probe.output()));
  }
}

void AddLabels(const v1::Container& container, Facts& facts) {
  std::vector<std::string> lines;
  for (const auto& [key, value] : container.labels()) lines.push_back(Safe(key + "=" + value));
  std::ranges::sort(lines);
  facts.AddList("labels", lines);
}

void AddKept(const v1::ContainerDetails& details, WallTime now, Facts& facts) {
  std::vector<std::string> lines;
  for (const auto& kept : details.kept()) {
    lines.push_back(ShortImage(kept.image()) + " as " + Safe(kept.name()) + ", replaced " +
                    AgeOf(kept.replace_time(), now));
  }
  facts.AddList("kept", lines);
}

}  // namespace

std::string PortsOf(const v1::Container& container) {
  std::vector<v1::Port> ports(container.ports().begin(), container.ports().end());
  std::ranges::stable_sort(ports, {}, InOrder);
  std::vector<std::string> texts;
  for (const auto& port : ports) texts.push_back(PortText(port));
  const auto repeated = std::ranges::unique(texts);  // 0.0.0.0 and ::
  texts.erase(repeated.begin(), repeated.end());
  return Join(texts);
}

std::string RenderContainers(const v1::ListContainersResponse& list, WallTime now, int width, const Palette& palette) {
  Table table({{"NAME"}, {"IMAGE", true}, {"STATE"}, {"HEALTH"}, {"PORTS", true}, {"CREATED"}});
  for (const auto& container : list.containers()) {
    table.Add({Safe(container.name()), ShortImage(container.image()),
               palette(ToneOf(container.state()), Word(container.state())), HealthCell(container.health(), palette),
               PortsOf(container), AgeOf(container.create_time(), now)});
  }
  return table.Render(width, palette);
}

std::string RenderDetails(const v1::ContainerDetails& details, WallTime now, const Palette& palette) {
  const auto& container = details.container();
  Facts facts(palette);
  facts.Add("name", Safe(container.name()));
  facts.Add("id", Safe(container.id()));
  facts.Add("image", Safe(container.image()));
  facts.Add("image id", Safe(container.image_id()));
  facts.Add("state", palette(ToneOf(container.state()), Word(container.state())));
  AddRun(details, now, facts);
  AddHealth(details, now, palette, facts);
  facts.Add("created", AgeOf(container.create_time(), now));
  if (!container.ports().empty()) facts.Add("ports", PortsOf(container));
  if (!container.networks().empty()) facts.Add("networks", Join(container.networks()));
  if (!container.project().empty()) facts.Add("compose", Safe(container.project() + "/" + container.service()));
  AddKept(details, now, facts);
  AddLabels(container, facts);
  facts.Add("etag", Safe(details.etag()));
  return facts.Render();
}

}  // namespace berth::cli

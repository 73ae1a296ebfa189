#include "tests/support/fake_container.h"

#include <charconv>

#include <boost/json/array.hpp>

#include "engine/engine.h"
#include "tests/support/fake_config.h"
#include "tests/support/fake_inspect.h"

namespace berth::test {
namespace {

using boost::json::object;
using engine::ContainerState;

std::uint16_t Number(std::string_view text) {
  std::uint16_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// "80/tcp" of a configuration.
engine::Port ParsePort(std::string_view text) {
  const auto slash = text.find('/');
  engine::Port port;
  port.container_port = Number(text.substr(0, slash));
  port.protocol = slash == std::string_view::npos ? "tcp" : std::string(text.substr(slash + 1));
  return port;
}

// What runs shows its bindings; the rest of what is exposed follows without any.
std::vector<engine::Port> ShownPorts(const FakeContainer& container) {
  auto ports = container.bound_ports;
  for (const auto& [text, ignored] : Member(container.config, "ExposedPorts")) {
    const auto exposed = ParsePort(text);
    const bool bound = std::any_of(ports.begin(), ports.end(), [&](const engine::Port& port) {
      return port.container_port == exposed.container_port && port.protocol == exposed.protocol;
    });
    if (!bound) ports.push_back(exposed);
  }
  return ports;
}

std::vector<std::string> Keys(const object& map) {
  std::vector<std::string> keys;
  for (const auto& [key, ignored] : map) keys.emplace_back(key);
  return keys;
}

std::string Phrase(const FakeContainer& container) {
  if (container.state == ContainerState::kCreated) return "Created";
  if (!container.Runs()) return "Exited (" + std::to_string(container.exit_code) + ") 1 second ago";
  if (container.health == engine::Health::kNone) return "Up 1 second";
  return "Up 1 second (" + std::string(Name(container.health)) + ")";
}

std::optional<std::chrono::seconds> ConfiguredStopTimeout(const FakeContainer& container) {
  const auto* timeout = container.config.if_contains("StopTimeout");
  if (!timeout || timeout->is_null()) return std::nullopt;
  return std::chrono::seconds(timeout->to_number<std::int64_t>());
}

}  // namespace

bool FakeContainer::Runs() const { return state == ContainerState::kRunning || state == ContainerState::kPaused; }

bool FakeContainer::HasHealthcheck() const {
  const auto* test = Member(config, "Healthcheck").if_contains("Test");
  return test && test->is_array() && !test->get_array().empty() && test->get_array()[0] != "NONE";
}

bool FakeContainer::AutoRemoves() const {
  const auto* automatic = host_config.if_contains("AutoRemove");
  return automatic && automatic->is_bool() && automatic->get_bool();
}

std::string FakeContainer::Image() const { return Text(config, "Image"); }

engine::RestartPolicy FakeContainer::RestartPolicy() const {
  const auto& policy = Member(host_config, "RestartPolicy");
  return {Text(policy, "Name"), policy.at("MaximumRetryCount").to_number<int>()};
}

engine::Labels FakeContainer::Labels() const {
  engine::Labels labels;
  for (const auto& [key, content] : Member(config, "Labels")) labels[key] = std::string(content.as_string());
  return labels;
}

std::chrono::seconds FakeContainer::StopTimeout() const {
  return ConfiguredStopTimeout(*this).value_or(engine::kDefaultStopTimeout);
}

std::vector<engine::Port> WantedPorts(const FakeContainer& container) {
  std::vector<engine::Port> ports;
  for (const auto& [text, bindings] : Member(container.host_config, "PortBindings")) {
    if (!bindings.is_array()) continue;
    for (const auto& binding : bindings.get_array()) {
      auto port = ParsePort(text);
      port.host_ip = Text(binding.as_object(), "HostIp");
      if (port.host_ip.empty()) port.host_ip = "0.0.0.0";
      port.host_port = Number(Text(binding.as_object(), "HostPort"));
      ports.push_back(std::move(port));
    }
  }
  return ports;
}

engine::ContainerSummary Summarize(const FakeContainer& container) {
  engine::ContainerSummary summary;
  summary.id = container.id;
  summary.name = container.name;
  summary.image = container.Image();
  summary.image_id = container.image_id;
  summary.state = container.state;
  summary.status = Phrase(container);
  summary.health = container.Runs() ? container.health : engine::Health::kNone;  // read from the phrase
  summary.created_at = container.created_at;
  summary.labels = container.Labels();
  summary.ports = ShownPorts(container);
  summary.networks = Keys(container.networks);
  return summary;
}

engine::ContainerDetails Describe(const FakeContainer& container) {
  engine::ContainerDetails details;
  details.id = container.id;
  details.name = container.name;
  details.image = container.Image();
  details.image_id = container.image_id;
  details.state = container.state;
  details.exit_code = container.exit_code;
  details.error = container.error;
  details.oom_killed = container.oom_killed;
  details.pid = container.pid;
  details.created_at = container.created_at;
  details.started_at = container.started_at;
  details.finished_at = container.finished_at;
  details.restart_count = container.restart_count;
  details.health = container.health;
  details.has_healthcheck = container.HasHealthcheck();
  details.failing_streak = container.failing_streak;
  details.health_log = container.health_log;
  details.restart_policy = container.RestartPolicy();
  details.auto_remove = container.AutoRemoves();
  details.stop_timeout = ConfiguredStopTimeout(container);
  details.network_mode = Text(container.host_config, "NetworkMode");
  details.labels = container.Labels();
  details.ports = ShownPorts(container);
  details.networks = Keys(container.networks);
  details.raw = InspectJson(container, details.ports);
  return details;
}

}  // namespace berth::test

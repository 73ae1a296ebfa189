// The part of decode.h about containers, and what runs in them.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/decode.h"
#include "engine/json_fields.h"

namespace berth::engine {
namespace {

namespace json = boost::json;

std::string WithoutSlash(std::string name) {
  if (name.starts_with('/')) name.erase(0, 1);
  return name;
}

// Its own name is the one with a single slash; the others, "/parent/alias", are links to it.
std::string OwnName(const std::vector<std::string>& names) {
  const auto own = std::find_if(names.begin(), names.end(),
                                [](const std::string& name) { return name.find('/', 1) == std::string::npos; });
  return own == names.end() ? std::string() : WithoutSlash(*own);
}

std::uint16_t PortNumber(const Fields& fields, std::string_view key) {
  const std::uint64_t number = fields.Unsigned(key);
  if (number > 65535) fields.complaint().Note(key, "a port");
  return static_cast<std::uint16_t>(number);
}

std::vector<Port> ListedPorts(const Fields& container) {
  std::vector<Port> ports;
  for (const json::value& value : container.Array("Ports")) {
    const Fields port(value, container.complaint());
    ports.push_back(
        {port.Text("IP"), PortNumber(port, "PublicPort"), PortNumber(port, "PrivatePort"), port.Text("Type")});
  }
  return ports;
}

// No text is no port.
std::uint16_t PortFromText(std::string_view text, Complaint& complaint) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole && !text.empty()) complaint.Note("Ports", "a map of ports");
  return number;
}

// "80/tcp"
Port ExposedPort(std::string_view text, Complaint& complaint) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  Port port;
  port.container_port = PortFromText(text.substr(0, slash), complaint);
  port.protocol = text.substr(std::min(slash + 1, text.size()));
  return port;
}

// {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}], "443/tcp": null}: one row for each address on the host, or
// one for a port that is not published.
std::vector<Port> InspectedPorts(const Fields& network_settings) {
  std::vector<Port> ports;
  Complaint& complaint = network_settings.complaint();
  const Fields exposed = network_settings.Inside("Ports");
  for (const std::string& key : Keys(network_settings.Object("Ports"))) {
    Port port = ExposedPort(key, complaint);
    const json::array& bindings = exposed.Array(key);
    if (bindings.empty()) ports.push_back(port);
    for (const json::value& value : bindings) {
      const Fields binding(value, complaint);
      port.host_ip = binding.Text("HostIp");
      port.host_port = PortFromText(binding.Text("HostPort"), complaint);
      ports.push_back(port);
    }
  }
  return ports;
}

ContainerSummary Summary(const Fields& fields) {
  ContainerSummary container;
  container.id = fields.Text("Id");
  container.name = OwnName(fields.Texts("Names"));
  container.image = fields.Text("Image");
  container.image_id = fields.Text("ImageID");
  container.state = ParseContainerState(fields.Text("State"));
  container.status = fields.Text("Status");
  container.health = HealthFromStatus(container.status);
  container.created_at = fields.UnixTime("Created");
  container.labels = fields.TextMap("Labels");
  container.ports = ListedPorts(fields);
  container.networks = Keys(fields.Inside("NetworkSettings").Object("Networks"));
  return container;
}

void ReadState(const Fields& state, ContainerDetails& container) {
  container.state = ParseContainerState(state.Text("Status"));
  container.exit_code = state.SmallInteger("ExitCode");
  container.error = state.Text("Error");
  container.oom_killed = state.Flag("OOMKilled");
  container.pid = state.Integer("Pid");
  container.started_at = state.Time("StartedAt");
  container.finished_at = state.Time("FinishedAt");
}

void ReadHealth(const Fields& health, ContainerDetails& container) {
  container.health = ParseHealth(health.Text("Status"));
  container.failing_streak = health.SmallInteger("FailingStreak");
  for (const json::value& value : health.Array("Log")) {
    const Fields probe(value, health.complaint());
    container.health_log.push_back(
        {probe.Time("Start"), probe.Time("End"), probe.SmallInteger("ExitCode"), probe.Text("Output")});
  }
}

// ["NONE"] switches off the image's own health check.
bool HasHealthcheck(const Fields& config) {
  const std::vector<std::string> test = config.Inside("Healthcheck").Texts("Test");
  return !test.empty() && test.front() != "NONE";
}

void ReadConfig(const Fields& config, ContainerDetails& container) {
  container.image = config.Text("Image");
  container.labels = config.TextMap("Labels");
  container.has_healthcheck = HasHealthcheck(config);
  container.tty = config.Flag("Tty");
  if (config.Has("StopTimeout")) container.stop_timeout = std::chrono::seconds(config.SmallInteger("StopTimeout"));
}

void ReadHostConfig(const Fields& host, ContainerDetails& container) {
  const Fields policy = host.Inside("RestartPolicy");
  container.restart_policy = {policy.Text("Name"), policy.SmallInteger("MaximumRetryCount")};
  if (container.restart_policy.name.empty()) container.restart_policy.name = "no";
  container.auto_remove = host.Flag("AutoRemove");
  container.network_mode = host.Text("NetworkMode");
}

std::optional<std::int64_t> ToPid(std::string_view text) {
  std::int64_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(pid) : std::nullopt;
}

std::optional<Process> ToProcess(const json::value& row) {
  const auto* columns = row.if_array();
  if (columns == nullptr || columns->size() != 3) return std::nullopt;
  const bool texts =
      std::all_of(columns->begin(), columns->end(), [](const auto& column) { return column.is_string(); });
  const auto pid = texts ? ToPid(columns->at(0).get_string()) : std::nullopt;
  const auto parent = texts ? ToPid(columns->at(1).get_string()) : std::nullopt;
  if (!pid || !parent) return std::nullopt;
  return Process{*pid, *parent, std::string(columns->at(2).get_string())};
}

}  // namespace

Health HealthFromStatus(std::string_view status) {
  if (status.ends_with("(healthy)")) return Health::kHealthy;
  if (status.ends_with("(unhealthy)")) return Health::kUnhealthy;
  if (status.ends_with("(health: starting)")) return Health::kStarting;
  return Health::kNone;
}

Result<std::vector<ContainerSummary>> DecodeContainerList(const json::value& json) {
  Complaint complaint;
  std::vector<ContainerSummary> containers;
  const json::array* list = json.if_array();
  if (list == nullptr) {
    complaint.Note("the document", "a list");
    return complaint.ToError();
  }
  containers.reserve(list->size());
  for (const json::value& value : *list) containers.push_back(Summary(Fields(value, complaint)));
  return Checked(std::move(containers), complaint);
}

Result<ContainerDetails> DecodeContainerDetails(const json::value& json) {
  Complaint complaint;
  const Fields fields(json, complaint);
  ContainerDetails container;
  container.id = fields.Text("Id");
  container.name = WithoutSlash(fields.Text("Name"));
  container.image_id = fields.Text("Image");
  container.created_at = fields.Time("Created");
  container.restart_count = fields.SmallInteger("RestartCount");
  ReadState(fields.Inside("State"), container);
  ReadHealth(fields.Inside("State").Inside("Health"), container);
  ReadConfig(fields.Inside("Config"), container);
  ReadHostConfig(fields.Inside("HostConfig"), container);
  container.ports = InspectedPorts(fields.Inside("NetworkSettings"));
  container.networks = Keys(fields.Inside("NetworkSettings").Object("Networks"));
  if (json.is_object()) container.raw = json.get_object();
  return Checked(std::move(container), complaint);
}

Result<Created> DecodeCreated(const json::value& json) {
  Complaint complaint;
  const Fields fields(json, complaint);
  return Checked(Created{fields.Text("Id"), fields.Texts("Warnings")}, complaint);
}

Result<WaitOutcome> DecodeWaitOutcome(const json::value& json) {
  Complaint complaint;
  const Fields fields(json, complaint);
  return Checked(WaitOutcome{fields.SmallInteger("StatusCode"), fields.Inside("Error").Text("Message")}, complaint);
}

// null when there are none; a kind that we don't know is a modification.
Result<std::vector<FileChange>> DecodeFileChanges(const json::value& json) {
  Complaint complaint;
  std::vector<FileChange> changes;
  if (json.is_null()) return changes;
  const json::array* list = json.if_array();
  if (list == nullptr) {
    complaint.Note("the document", "a list");
    return complaint.ToError();
  }
  for (const json::value& value : *list) {
    const Fields change(value, complaint);
    const int kind = change.SmallInteger("Kind");
    changes.push_back({kind == 1   ? FileChange::Kind::kAdded
                       : kind == 2 ? FileChange::Kind::kDeleted
                                   : FileChange::Kind::kModified,
                       change.Text("Path")});
  }
  return Checked(std::move(changes), complaint);
}

Result<std::string> DecodeExecId(const json::value& json) {
  Complaint complaint;
  const std::string id = Fields(json, complaint).Text("Id");
  if (id.empty()) complaint.Note("Id", "there");
  return Checked(id, complaint);
}

Result<std::vector<Process>> DecodeProcesses(const json::value& json) {
  Complaint complaint;
  std::vector<Process> processes;
  for (const auto& row : Fields(json, complaint).Array("Processes")) {
    auto process = ToProcess(row);
    if (!process) {
      complaint.Note("Processes", "rows of a process id, its parent's, and a command");
      break;
    }
    processes.push_back(std::move(*process));
  }
  return Checked(std::move(processes), complaint);
}

Result<ExecState> DecodeExecState(const json::value& json) {
  Complaint complaint;
  const Fields fields(json, complaint);
  return Checked(ExecState{fields.Flag("Running"), fields.SmallInteger("ExitCode")}, complaint);
}

}  // namespace berth::engine

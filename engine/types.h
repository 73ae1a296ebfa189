// What the Docker Engine knows, as plain values. Nothing here talks to anything.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "engine/base/clock.h"

namespace berth::engine {

using Labels = std::map<std::string, std::string>;

enum class ContainerState { kUnknown, kCreated, kRunning, kPaused, kRestarting, kRemoving, kExited, kDead };
enum class Health { kNone, kStarting, kHealthy, kUnhealthy };

// The engine's own words: "running", "unhealthy" ...
std::string_view Name(ContainerState state);
std::string_view Name(Health health);

// The other way round; kUnknown and kNone for words that we do not know.
ContainerState ParseContainerState(std::string_view text);
Health ParseHealth(std::string_view text);

struct Port {
  std::string host_ip;          // empty when not published
  std::uint16_t host_port = 0;  // 0 when not published
  std::uint16_t container_port = 0;
  std::string protocol;  // tcp, udp, sctp
};

// One row of a list.
struct ContainerSummary {
  std::string id;        // 64 hexadecimal digits
  std::string name;      // without the leading slash
  std::string image;     // as typed when the container was created
  std::string image_id;  // sha256:...
  ContainerState state = ContainerState::kUnknown;
  std::string status;  // the engine's phrase, e.g. "Up 3 minutes (healthy)"
  Health health = Health::kNone;
  WallTime created_at;
  Labels labels;
  std::vector<Port> ports;
  std::vector<std::string> networks;
};

// One run of a HEALTHCHECK.
struct HealthProbe {
  WallTime started_at;
  WallTime finished_at;
  int exit_code = 0;   // -1: the probe itself could not run
  std::string output;  // at most 4096 bytes: the engine keeps no more
};

struct RestartPolicy {
  std::string name;         // "no", "always", "unless-stopped", "on-failure"
  int maximum_retries = 0;  // of on-failure

  bool operator==(const RestartPolicy&) const = default;
};

// One container in full. `raw` is the engine's whole answer, for a faithful recreate; the other fields are what
// decisions read.
struct ContainerDetails {
  std::string id;
  std::string name;   // without the leading slash
  std::string image;  // Config.Image: as typed
  std::string image_id;
  ContainerState state = ContainerState::kUnknown;
  int exit_code = 0;
  std::string error;  // State.Error: why the last start failed
  bool oom_killed = false;
  std::int64_t pid = 0;  // 0 when not running; never signal it without checking
  WallTime created_at;
  WallTime started_at;
  WallTime finished_at;
  int restart_count = 0;
  Health health = Health::kNone;
  bool has_healthcheck = false;  // one is configured and not disabled
  int failing_streak = 0;
  std::vector<HealthProbe> health_log;  // oldest first; the engine keeps five
  RestartPolicy restart_policy;
  bool auto_remove = false;
  bool tty = false;                                  // Config.Tty: one terminal instead of standard output and error
  std::optional<std::chrono::seconds> stop_timeout;  // Config.StopTimeout; the engine's default is 10 s
  std::string network_mode;
  Labels labels;
  std::vector<Port> ports;
  std::vector<std::string> networks;
  boost::json::object raw;
};

struct Image {
  std::string id;  // sha256:... of the image's configuration
  std::vector<std::string> repo_tags;
  std::vector<std::string> repo_digests;  // repository@sha256:...
  std::string architecture;
  std::string os;
  std::string variant;
  WallTime created_at;
  std::int64_t size = 0;       // bytes
  boost::json::object config;  // the image's Config: Env, Cmd, Entrypoint, Labels ...
};

struct Event {
  WallTime time;
  std::string type;    // container, image, network ...
  std::string action;  // start, die, health_status: healthy ...
  std::string actor_id;
  std::map<std::string, std::string> attributes;  // name, image, exitCode, and every label
};

struct LogChunk {
  enum class Source { kStdout, kStderr };  // everything is kStdout for a container with a TTY
  Source source = Source::kStdout;
  std::string data;  // bytes, not lines: a chunk may end inside a line
};

// One sample of GET /containers/{id}/stats.
struct Stats {
  WallTime time;
  double cpu_percent = 0;          // of one core, since the previous sample: 200 means two cores
  std::uint64_t memory_bytes = 0;  // without the page cache, as `docker stats` counts
  std::uint64_t memory_limit_bytes = 0;
  std::uint64_t network_received_bytes = 0;
  std::uint64_t network_sent_bytes = 0;
  std::uint64_t block_read_bytes = 0;
  std::uint64_t block_written_bytes = 0;
  std::uint64_t pids = 0;
};

// One line of a pull.
struct PullProgress {
  std::string layer;   // 12 hexadecimal digits, or empty when the line is about the whole image
  std::string status;  // "Downloading", "Pull complete", "Digest: sha256:..." ...
  std::uint64_t current_bytes = 0;
  std::uint64_t total_bytes = 0;  // 0 when unknown
};

// Credentials for one registry. Never logged; all empty means anonymous.
struct RegistryAuth {
  std::string username;
  std::string password;
  std::string identity_token;
  std::string server_address;
};

struct EngineVersion {
  std::string version;
  std::string api_version;  // highest that it speaks
  std::string min_api_version;
  std::string os;
  std::string architecture;
  std::string kernel_version;
};

struct EngineInfo {
  std::string id;
  std::string name;  // the host's name, as the engine sees it
  std::string operating_system;
  std::string storage_driver;
  std::string root_directory;
  int containers = 0;
  int containers_running = 0;
  int containers_paused = 0;
  int containers_stopped = 0;
  int images = 0;
  int cpus = 0;
  std::int64_t memory_bytes = 0;
  bool live_restore = false;
  std::vector<std::string> warnings;
};

// A path of a container's own file system that is not as its image has it.
struct FileChange {
  enum class Kind { kModified, kAdded, kDeleted };
  Kind kind = Kind::kModified;
  std::string path;

  bool operator==(const FileChange&) const = default;
};

struct Network {
  std::string id;
  std::string name;
  std::string driver;
  std::string scope;
  bool internal = false;
  Labels labels;
  std::vector<std::string> container_ids;
};

struct CreateRequest {
  std::string name;
  std::string platform;  // os/arch[/variant]; empty = the engine's own
  boost::json::object body;
};

struct Created {
  std::string id;
  std::vector<std::string> warnings;
};

struct ExecRequest {
  std::vector<std::string> argv;
  std::string user;                           // empty = the container's
  std::vector<std::string> environment = {};  // KEY=value
};

struct ExecOutcome {
  int exit_code = 0;
  std::string output;  // stdout and stderr as they came, cut at 64 KiB
};

struct WaitOutcome {
  int exit_code = 0;
  std::string error;
};

// One process of a container, as the engine's host sees it.
struct Process {
  std::int64_t pid = 0;
  std::int64_t parent = 0;
  std::string command;  // with its arguments, or what the process calls itself
};

using Filters = std::map<std::string, std::vector<std::string>>;  // as in the Engine API, e.g. {"label": {"a=b"}}

struct LogOptions {
  bool follow = false;
  bool timestamps = false;
  bool standard_output = true;
  bool standard_error = true;
  std::optional<std::uint64_t> tail;  // lines from the end; all when empty
  std::optional<WallTime> since;
  std::optional<WallTime> until;
};

struct EventOptions {
  Filters filters;
  std::optional<WallTime> since;
  std::optional<WallTime> until;
};

}  // namespace berth::engine

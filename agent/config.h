// What the agent is told: one plain struct, from files, the environment and flags.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/base/log.h"
#include "engine/base/secret.h"
#include "watchdog/settings.h"

namespace berth::agent {

// Each field is an option; config_options.cc says what it means, what it may be, and what it is by default.
struct Config {
  std::string listen = "unix:///run/berth/berthd.sock";
  unsigned socket_mode = 0660;
  std::string socket_group = "berth";
  std::string engine;  // empty: engine::EndpointFromEnvironment
  std::string state_dir = "/var/lib/berth";
  log::Level log_level = log::Level::kInfo;

  struct Operations {
    std::int64_t keep_previous = 1;
    std::chrono::milliseconds keep_previous_for{0};
    bool image_cleanup = false;
    std::int64_t history_days = 30;
    std::int64_t history_max = 10'000;
    std::int64_t max_unfinished = 256;
    std::chrono::milliseconds drain_timeout = std::chrono::seconds(30);
  } operations;

  struct Limits {
    std::int64_t max_connections = 128;
    std::int64_t max_connections_per_user = 64;
    std::int64_t max_message_bytes = 4 << 20;
    std::int64_t max_log_streams = 64;
    std::int64_t max_event_streams = 1024;
    std::int64_t event_queue = 1024;
  } limits;

  struct Remote {
    std::string listen;  // empty: nowhere
    std::string certificate = "/etc/berth/tls/host.pem";
    std::string key = "/etc/berth/tls/host.key";
    std::string ca = "/etc/berth/tls/ca.pem";
    std::string crl;
    std::int64_t max_connections = 128;
    std::int64_t max_connections_per_address = 8;
    std::int64_t max_streams_per_connection = 64;
    std::int64_t calls_per_second = 20;
    std::int64_t calls_burst = 40;
    std::chrono::milliseconds handshake_timeout = std::chrono::seconds(5);
    std::chrono::milliseconds connection_age = std::chrono::hours(1);
  } remote;

  struct Access {
    std::vector<std::string> clients;
    std::vector<std::string> local_viewers;
    std::vector<std::string> local_deployers;
  } access;

  struct Heal {
    bool enabled = true;
    std::string label = "autoheal";
    bool all = false;
    std::string project;  // empty: all projects
    watchdog::Action action = watchdog::Action::kRestart;
    std::chrono::milliseconds stop_timeout = std::chrono::seconds(10);
    std::chrono::milliseconds resync = std::chrono::seconds(30);
    std::chrono::milliseconds start_period{0};
    std::chrono::milliseconds grace{0};
    std::chrono::milliseconds confirm{0};
    std::chrono::milliseconds backoff_first = std::chrono::seconds(10);
    std::chrono::milliseconds backoff_ceiling = std::chrono::minutes(5);
    std::chrono::milliseconds forget = std::chrono::minutes(10);
    std::int64_t budget = 5;
    std::chrono::milliseconds budget_window = std::chrono::minutes(30);
    std::chrono::milliseconds circuit_first = std::chrono::minutes(30);
    std::chrono::milliseconds circuit_ceiling = std::chrono::hours(4);
    std::int64_t restarts_before_recreate = 3;
    bool recreate = true;
    bool roll_back = false;
    std::int64_t in_flight = 10;
    std::int64_t storm_in_flight = 2;
  } heal;

  struct Certificates {
    bool enabled = true;
    bool only = false;
    std::string config_dir = "/etc/letsencrypt";
    std::string work_dir = "/var/lib/letsencrypt";
    std::string logs_dir = "/var/log/letsencrypt";
    std::string certbot = "certbot";
    std::string ca_bundle;  // empty: certbot's own
    std::chrono::milliseconds interval = std::chrono::hours(12);
    std::chrono::milliseconds certbot_timeout = std::chrono::minutes(10);
  } certificates;

  struct Metrics {
    std::string listen;  // empty: nowhere
  } metrics;

  // URLs; empty: nothing is sent there.
  struct Notices {
    Secret webhook;
    Secret slack;
    Secret discord;
    Secret ntfy;
    Secret apprise;
    Secret alertmanager;
    bool allow_private = false;
    std::string host_name;  // empty: the machine's
  } notices;

  // Lists that are empty allow everything.
  struct Policy {
    std::vector<std::string> images;
    bool require_digest = false;
    std::vector<std::string> projects;
    std::string cosign_key;  // empty: signatures are not verified
    std::string cosign = "cosign";
    bool cosign_log = true;
    std::chrono::milliseconds cosign_timeout = std::chrono::minutes(1);
  } policy;

  struct Audit {
    std::int64_t days = 365;
    std::int64_t max = 100'000;
  } audit;

  struct Registry {
    std::string auth_file;  // empty: none
  } registry;

  std::string SocketPath() const;  // of `listen`
};

// One thing that is wrong, and where: "/etc/berth/berthd.toml:3:1", "BERTH_LOG_LEVEL", "--log-level".
struct ConfigError {
  std::string where;
  std::string message;  // what, and what to do about it

  std::string ToString() const { return where + ": " + message; }
};

// In this order: what comes later wins.
struct ConfigSources {
  std::filesystem::path file = "/etc/berth/berthd.toml";  // then conf.d/*.toml next to it, in the order of their names
  bool file_must_exist = false;
  std::map<std::string, std::string> environment =
      {};  // BERTH_STATE_DIR, BERTH_OPERATIONS_KEEP_PREVIOUS ... others are ignored
  std::map<std::string, std::string> flags = {};  // by the option's key: {"state_dir", "/srv/berth"}
};

// The variables of this process that begin with BERTH_.
std::map<std::string, std::string> BerthEnvironment();

struct LoadedConfig {
  Config config;  // of use only without errors
  std::vector<ConfigError> errors;
  std::vector<ConfigError> warnings;
};

// All that is wrong at once, not only the first. Reads files and nothing else.
LoadedConfig LoadConfig(const ConfigSources& sources);

// The shipped configuration: every option with its meaning, commented out, at its default.
std::string DefaultConfigText();

}  // namespace berth::agent

// Every command: what it was asked, and the function that does it. command_line.cc fills these in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "berth/v1/container_service.pb.h"
#include "cli/session.h"

namespace berth::cli {

struct PsOptions {
  bool all = false;
  std::vector<std::string> labels;
};
ExitCode Ps(const Session& session, const PsOptions& options);

ExitCode Inspect(const Session& session, const std::string& container);

// start, stop, restart, upgrade and rollback: they differ in the request alone.
struct ChangeOptions {
  v1::OperationKind kind = v1::OPERATION_KIND_UNSPECIFIED;
  std::vector<std::string> containers;  // either these or labels
  std::vector<std::string> labels;
  bool wait = true;
  bool dry_run = false;
  bool queue = false;
  std::string request_id;  // made up for each container when empty
  std::string etag;
  std::optional<Milliseconds> timeout;

  std::optional<Milliseconds> stop_timeout;  // all but start

  std::optional<Milliseconds> health_timeout;  // upgrade and rollback
  std::optional<Milliseconds> stable_for;
  v1::UpgradeStrategy strategy = v1::UPGRADE_STRATEGY_UNSPECIFIED;
  std::optional<Milliseconds> drain;

  std::string image;  // upgrade: the new one; rollback: the one to go back to
  std::string registry_user;
  bool password_on_stdin = false;  // as its first line; goes with the user

  // Upgrade alone.
  v1::PullPolicy pull = v1::PULL_POLICY_UNSPECIFIED;
  std::optional<int> keep;
  std::optional<Milliseconds> keep_for;
  bool clean_images = false;

  // Upgrade of a group alone.
  std::string project;
  std::vector<std::string> services;
  std::map<std::string, std::string> images;  // by service or container
  std::optional<int> max_unavailable;
  bool percent = false;
  bool roll_back = false;
};
// An upgrade of what is not named, as one operation.
inline bool IsGroup(const ChangeOptions& options) {
  const bool selects = !options.project.empty() || !options.labels.empty();
  return options.kind == v1::OPERATION_KIND_UPGRADE && (selects || options.max_unavailable || options.roll_back);
}
ExitCode Change(const Session& session, const ChangeOptions& options);

// What it ran before.
ExitCode History(const Session& session, const std::string& container);

struct LogsOptions {
  std::string container;
  bool follow = false;
  bool timestamps = false;
  std::optional<std::uint32_t> tail;
  std::string since;
  std::string until;
};
ExitCode Logs(const Session& session, const LogsOptions& options);

struct StatsOptions {
  std::vector<std::string> containers;  // those that run when empty
  bool stream = true;
};
ExitCode Stats(const Session& session, const StatsOptions& options);

struct EventsOptions {
  std::vector<std::string> containers;
  std::vector<std::string> labels;
};
ExitCode Events(const Session& session, const EventsOptions& options);

struct OpsOptions {
  std::string container;
  bool unfinished = false;
  int limit = 50;
};
ExitCode Ops(const Session& session, const OpsOptions& options);

// `name` is "operations/9f2c..." or the digits alone.
ExitCode OpShow(const Session& session, const std::string& name);
ExitCode OpWatch(const Session& session, const std::string& name);
ExitCode OpCancel(const Session& session, const std::string& name);

struct WaitOptions {
  std::string operation;
  std::optional<Milliseconds> timeout;
};
ExitCode OpWait(const Session& session, const WaitOptions& options);

struct HealthOptions {
  std::vector<std::string> containers;  // names or service keys; all that are watched when empty
  bool unhealthy = false;
};
ExitCode Health(const Session& session, const HealthOptions& options);

struct HealthPauseOptions {
  Milliseconds duration{0};
  std::vector<std::string> containers;  // all when empty
};
ExitCode HealthPause(const Session& session, const HealthPauseOptions& options);
ExitCode HealthResume(const Session& session, const std::vector<std::string>& containers);
ExitCode HealthReset(const Session& session, const std::vector<std::string>& containers);

struct EpisodesOptions {
  std::string container;
  bool open = false;
  bool in_full = false;
  int limit = 50;
};
ExitCode HealthEpisodes(const Session& session, const EpisodesOptions& options);

struct AuditOptions {
  std::string since;
  std::string identity;
  std::string target;
  std::string method;
  int limit = 50;
};
ExitCode Audit(const Session& session, const AuditOptions& options);

ExitCode NotifyTest(const Session& session);

ExitCode Info(const Session& session);
ExitCode Version(const Session& session);

}  // namespace berth::cli

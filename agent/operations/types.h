// Operations as plain values: what was asked, what is happening, what came of it. Includes neither gRPC nor SQLite.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/operations/caller.h"
#include "engine/base/clock.h"
#include "engine/base/error.h"
#include "engine/types.h"

namespace berth::agent {

enum class Kind {
  kStart,
  kStop,
  kRestart,
  kUpgrade,
  kRollback,
  kRecreate,
  kUpgradeGroup,
  kObtainCertificate,
  kRenewCertificate,
  kDeployCertificate,
};
enum class State { kQueued, kRunning, kSucceeded, kFailed, kCancelled, kValidated };
enum class Strategy { kAuto, kStopFirst, kStartFirst };
enum class PullPolicy { kDefault, kAlways, kIfMissing, kNever };  // kDefault: always for a tag, if missing for a digest

// Who wanted it.
enum class Origin { kCaller, kWatchdog, kCertificates };

std::string_view Name(Kind kind);    // "start", "upgrade" ...
std::string_view Name(State state);  // "queued", "succeeded" ...

constexpr bool HasEnded(State state) { return state != State::kQueued && state != State::kRunning; }

// When a new container counts as good.
struct HealthGate {
  std::optional<std::chrono::milliseconds> timeout;  // with a HEALTHCHECK; default: what the HEALTHCHECK allows + 10 s
  std::chrono::milliseconds stable_for{5000};        // without one: how long it must run without a restart
};

// Whose namespaces and volumes a container uses: from what its configuration says to the id of today.
using Owners = std::map<std::string, std::string>;

// What was asked. One struct for all verbs, because all but the last fields are the same for each.
struct Request {
  Kind kind = Kind::kStart;
  std::string container;  // a name, an id, or 12 digits or more of an id
  std::string request_id;
  std::string etag;
  bool validate_only = false;
  bool queue = false;
  Origin origin = Origin::kCaller;
  Caller caller = TheAgent();
  std::string parent;         // the operation that it is a part of, which is under way; empty: none
  std::string id;             // that the parent chose for it; empty: made up
  bool recovers = false;      // no caller asked for it: it mends what a killed agent left
  bool if_running = false;    // refused with FAILED_PRECONDITION (NOT_RUNNING) once somebody stopped or paused it
  bool if_unhealthy = false;  // refused with FAILED_PRECONDITION (NOT_UNHEALTHY) once it is well again
  std::chrono::milliseconds timeout{std::chrono::minutes(15)};
  std::optional<std::chrono::seconds> stop_timeout;  // of all kinds but start

  // Upgrade, rollback and recreate.
  HealthGate gate;

  // Recreate alone.
  bool start = false;  // it shall run afterwards, though it does not now
  Owners owners;       // that the caller knows to have taken the place of others, which are gone

  // Upgrade and rollback. Empty: the reference that the container was created from; for a rollback, what was kept last.
  std::string image;  // of a rollback also a digest, or 12 digits or more of one

  // Upgrade alone.
  Strategy strategy = Strategy::kAuto;  // of a rollback, too
  PullPolicy pull = PullPolicy::kDefault;
  std::optional<engine::RegistryAuth> credentials;             // never journaled
  std::optional<int> keep_previous;                            // the agent's default when empty, and so the next two
  std::optional<std::chrono::milliseconds> keep_previous_for;  // 0: for ever
  std::optional<bool> image_cleanup;

  // Upgrade and rollback, START_FIRST: how long the old container may go on with what it has begun.
  std::optional<std::chrono::milliseconds> drain;
};

struct FieldChange {
  std::string field;
  std::string old_value;
  std::string new_value;

  bool operator==(const FieldChange&) const = default;
};

struct Plan {
  std::vector<std::string> steps;
  Strategy strategy = Strategy::kAuto;
  std::string strategy_reason;
  std::vector<FieldChange> changes;
  std::vector<std::string> warnings;
  std::vector<std::string> refusals;
  std::string container;    // whose, among the parts
  std::vector<Plan> parts;  // of a group, for validate_only: one for each container
};

struct LayerProgress {
  std::string layer;
  std::string status;
  std::uint64_t current_bytes = 0;
  std::uint64_t total_bytes = 0;
};

struct HealthProgress {
  std::uint32_t probes = 0;
  engine::Health health = engine::Health::kNone;
  std::chrono::milliseconds elapsed{0};
  std::chrono::milliseconds timeout{0};
  std::string last_output;
};

struct Progress {
  std::uint64_t sequence = 0;  // 1, 2, 3 ... in one operation, also across a restart of the agent
  WallTime time;
  std::uint32_t step = 0;
  std::uint32_t step_count = 0;
  std::string message;
  std::variant<std::monostate, std::vector<LayerProgress>, HealthProgress> detail;
};

struct UpgradeResult {
  std::string old_image;
  std::string old_digest;
  std::string new_image;
  std::string new_digest;
  std::string old_container_id;
  std::string container_id;
  Strategy strategy = Strategy::kStopFirst;
  std::chrono::milliseconds gap{0};
  bool rolled_back = false;
  bool pulled = false;  // the new image
  std::vector<std::string> warnings;
  std::vector<engine::HealthProbe> failed_probes;
  std::string failed_output;
};

struct Operation {
  std::string id;  // 16 hexadecimal digits; the API's name is "operations/" + id
  Kind kind = Kind::kStart;
  Origin origin = Origin::kCaller;
  State state = State::kRunning;
  std::string container;     // the name when it began; of a group: what selected it; else empty
  std::string container_id;  // in full, when it began
  std::string service_key;   // what the lease is held on
  engine::Labels labels;     // of the container, those that scopes speak of; of a group, what its members have alike
  std::string request_id;
  std::string parent;                 // that it is a part of; empty: none
  std::vector<std::string> children;  // its own parts, in the order in which they began
  WallTime created_at;
  WallTime ended_at;  // WallTime{} while it is under way
  std::optional<Error> error;
  Progress progress;  // the last one
  std::optional<Plan> plan;
  std::optional<UpgradeResult> upgrade_result;
};

}  // namespace berth::agent

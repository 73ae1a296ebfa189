// What a service ran before, and what of it a rollback means; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/operations/types.h"
#include "engine/types.h"

namespace berth::agent {

// An image that proved itself, or that ran before the first upgrade.
struct Version {
  std::string image;   // as it ran: "repository:tag@sha256:..."
  std::string digest;  // the registry's; empty when no registry knows it
  std::string container_id;
  std::string operation;  // that brought it; empty for what Berth did not bring
  Kind kind = Kind::kUpgrade;
  WallTime since;       // when that ended
  bool pulled = false;  // by us, at any time
};

// From the operations on one container, newest first: what runs now, and what ran before it, each once. Operations that
// failed brought nothing.
std::vector<Version> HistoryOf(const std::vector<Operation>& newest_first, std::string_view service_key);

// A container that was kept, with what its image is called.
struct KeptVersion {
  engine::ContainerDetails container;
  std::vector<std::string> repo_digests;
};

// One line of what a person may choose from.
struct Choice {
  Version version;
  bool runs_now = false;
  std::string kept_as;  // the name of a container that has it; empty: none
  bool can_go_back = false;
};
// What runs now comes first; also what the history does not know.
std::vector<Choice> ChoicesOf(const engine::ContainerDetails& current, const std::vector<KeptVersion>& kept,
                              std::vector<Version> history);

// "sha256:" and 12 to 64 hexadecimal digits.
bool IsDigestPrefix(std::string_view text);

// What `wanted` means: a digest, 12 digits or more of one, or a reference, whose tag may mean several, of which the
// newest is taken. What runs now is not meant by a tag.
struct RollbackTarget {
  std::optional<engine::ContainerDetails> kept;  // to change places with
  std::string reference;                         // else to be got: "repository:tag@sha256:..."
};
// NOT_FOUND (VERSION_NOT_FOUND) with a list of what there is; FAILED_PRECONDITION (ALREADY_RUNS).
Result<RollbackTarget> FindTarget(std::string_view wanted, const engine::ContainerDetails& current,
                                  const std::vector<KeptVersion>& kept, const std::vector<Version>& history);

}  // namespace berth::agent

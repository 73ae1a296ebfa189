// How a container is told to read its configuration and its files again, and its word that they are good.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"

namespace berth::engine {

// Labels on the container.
inline constexpr std::string_view kReloadLabel = "berth.reload";  // "signal:HUP", "exec:nginx -s reload" or "restart"
inline constexpr std::string_view kReloadTestLabel = "berth.reload.test";  // "exec:nginx -t"

inline constexpr std::chrono::seconds kCommandLimit{15};

// INVALID_ARGUMENT (BAD_LABEL), of a label of ours that says `value` and must be what is `wanted`.
Error BadLabel(std::string_view label, const std::string& value, std::string_view wanted);

struct Reload {
  std::vector<std::string> test;     // a command that fails when a reload would; empty: none
  std::string signal;                // sent to its first process, or
  std::vector<std::string> command;  // run in it
  bool restart = false;              // it can't reload, and says so: it is restarted
  bool forks = false;  // new workers take the place of the old ones: then these tell when it has let go of an address

  bool operator==(const Reload&) const = default;
};

// Of its labels, or what its image is known to want. INVALID_ARGUMENT (BAD_LABEL); FAILED_PRECONDITION (NO_RELOAD) for
// one that has no label and is none that we know.
Result<Reload> ReloadOf(const ContainerDetails& container);

// "nginx -s 'reload'" as a shell would split it; nothing when a quote is not closed, or there is no word.
std::optional<std::vector<std::string>> SplitCommand(std::string_view text);

// Runs a command in it, as root. FAILED_PRECONDITION (`reason`) with what it wrote when it fails; kCommandLimit at the
// most, after which it may still go on.
ResultTask<> RunInside(Engine& engine, std::string id, std::vector<std::string> command, std::string reason);

}  // namespace berth::engine

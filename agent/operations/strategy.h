// STOP_FIRST or START_FIRST, and why; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/operations/types.h"
#include "engine/types.h"

namespace berth::agent {

// Labels on the container that is upgraded.
inline constexpr std::string_view kStrategyLabel = "berth.strategy";  // "start-first", "stop-first" or "auto"
inline constexpr std::string_view kVolumesLabel = "berth.volumes";    // "shared": two containers may write to them
inline constexpr std::string_view kDrainLabel = "berth.drain";        // "10s"

// How long the old one may go on after the proxies were told, where nobody says.
inline constexpr std::chrono::seconds kDefaultDrain{10};

// What speaks against two of a container at the same time.
struct Obstacles {
  std::vector<std::string> hard;  // the second one could not even start, or the engine would mix them up
  std::vector<std::string> soft;  // a person may know better
};

// `others` are all other containers of the host.
Obstacles ObstaclesTo(const engine::ContainerDetails& container, const std::vector<engine::ContainerDetails>& others);

struct StrategyChoice {
  Strategy strategy = Strategy::kStopFirst;
  std::string reason;
};

// What was asked for counts more than the label, and the label more than soft obstacles.
// INVALID_ARGUMENT (BAD_LABEL); FAILED_PRECONDITION (START_FIRST_IMPOSSIBLE) when it was asked for and a hard obstacle
// stands against it.
Result<StrategyChoice> ChooseStrategy(Strategy asked, const engine::ContainerDetails& container,
                                      const Obstacles& obstacles);

// Of the label, when it has one. INVALID_ARGUMENT (BAD_LABEL) for what is no time from 0s to 10m.
Result<std::optional<std::chrono::milliseconds>> DrainOf(const engine::ContainerDetails& container);

}  // namespace berth::agent

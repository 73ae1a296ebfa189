// The three parts of a recreate. Internal to recreate*.cc; everybody else includes recreate.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "agent/operations/recreate.h"

namespace berth::agent::recreate {

inline std::string ShortId(const engine::ContainerDetails& container) { return container.id.substr(0, 12); }

inline bool IsShared(std::string_view network_mode) { return network_mode.starts_with(kOfContainer); }

inline bool IsPseudoNetwork(std::string_view network_mode) {
  return network_mode == "host" || network_mode == "none" || IsShared(network_mode);
}

// Config: what the user asked for, without what the old image brought.
boost::json::object NewConfig(const RecreateInput& input);

// HostConfig: verbatim, but for what the engine adds by itself; anonymous volumes by name.
boost::json::object NewHostConfig(const RecreateInput& input);

struct Networks {
  boost::json::object at_creation;
  std::vector<LateNetwork> late;
};

// May move a fixed MAC address from `config` to the main network's endpoint.
Networks NewNetworks(const RecreateInput& input, boost::json::object& config);

}  // namespace berth::agent::recreate

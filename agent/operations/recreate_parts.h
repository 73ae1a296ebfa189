// The parts of a recreate. Internal to recreate*.cc; everybody else includes recreate.h.
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

// Config: what the user asked for, without what the old image brought, and without image and labels of ours.
boost::json::object WishedConfig(const RecreateInput& input);
void PutImageAndLabels(boost::json::object& config, const RecreateInput& input);

// HostConfig: verbatim, but for what the engine adds by itself; anonymous volumes by name.
boost::json::object NewHostConfig(const RecreateInput& input);
// What engines show and would not take back, or would add once more.
void UndoQuirks(boost::json::object& host);
// The volumes of all its mounts, by name. `host` has what was asked for.
void KeepVolumes(boost::json::object& host, const RecreateInput& input);

struct Networks {
  boost::json::object at_creation;
  std::vector<LateNetwork> late;
  boost::json::object fixed_macs;
  std::string main_mac;  // where the API takes it as the container's, not as the endpoint's
};

// The MAC addresses that the user chose, by network.
boost::json::object FixedMacs(const RecreateInput& input, const std::string& main, Recreated& recreated);

// May change the network mode and the sysctls of `host`. Notes what it has to say in `recreated`.
Networks NewNetworks(const RecreateInput& input, boost::json::object& host, Recreated& recreated);

// os/arch[/variant], as the old one; empty where the engine is not to be told.
std::string PlatformOf(const RecreateInput& input);

// What will be different though nobody asked for it.
void Warn(const RecreateInput& input, Recreated& recreated);

}  // namespace berth::agent::recreate

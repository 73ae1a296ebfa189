// The same container from another image: from what the engine says of the old one to what it is asked to create; pure.
//
// The engine stores a merged configuration: what the user asked for, over what the image brings, over the daemon's
// defaults. What came from the old image must not be pinned to the new container, and what the user asked for must not
// be lost: so the old image's configuration is subtracted field by field, the way the engine merged it
// (daemon/commit.go, merge). Where it is known what a container was created from, nothing has to be guessed: see
// RecreateInput::spec.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "agent/operations/owners.h"
#include "engine/types.h"

namespace berth::agent {

struct RecreateInput {
  const engine::ContainerDetails& container;
  const engine::Image& old_image;
  const engine::Image& new_image;
  std::string image;        // what is run: repository:tag@digest
  std::string name;         // of the new container, for now
  std::string api_version;  // of the engine, e.g. "1.41"
  engine::Labels labels;    // ours, put over all others
  Owners owners = {};       // those whose namespaces or volumes it uses, where they have been replaced
  std::set<std::string> borrowed_volumes = {};  // that it has from the containers of its VolumesFrom
  const boost::json::object* spec = nullptr;    // Recreated::spec of the call that made it, where it is known
};

struct LateNetwork {
  std::string network;
  boost::json::object endpoint;
};

struct Recreated {
  engine::CreateRequest create;
  // Engines before API 1.44 take one network at creation: these are connected before the start.
  std::vector<LateNetwork> late_networks;
  // What was asked for, without image, name and our labels: {"Config", "HostConfig", "MacAddresses" by network}.
  boost::json::object spec;
  std::vector<std::string> warnings;
  std::vector<std::string> refusals;  // what can't be carried over, one sentence each: then nothing else counts
};

Recreated Recreate(const RecreateInput& input);

// Why a container can't be replaced by any, whatever its configuration; one sentence each, empty when it can.
std::vector<std::string> RecreateRefusals(const engine::ContainerDetails& container);

// True when `container` lives in a namespace of the one with this id or name.
bool SharesWith(const engine::ContainerDetails& container, std::string_view id, std::string_view name);

// True when `container` has a legacy link (--link) to the one with this name.
bool LinksTo(const engine::ContainerDetails& container, std::string_view name);

// "1.41" < "1.9" is false: versions are compared number by number.
bool OlderThan(std::string_view version, std::string_view than);

}  // namespace berth::agent

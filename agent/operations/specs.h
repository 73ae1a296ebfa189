// What Berth asked the engine to create, kept so that the next upgrade starts from it and subtracts nothing.
//
// A specification goes by the container's id, and its hash is a label of the container. So one that was lost or changed
// is recognized, and a container that somebody made as a copy of ours, labels and all, is no longer taken for ours.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "engine/base/clock.h"
#include "engine/base/error.h"
#include "engine/types.h"

namespace berth::agent {

// The journal's part. Errors as of Journal.
class SpecStore {
 public:
  virtual ~SpecStore() = default;

  virtual Result<> KeepSpec(const std::string& container_id, const std::string& spec, WallTime now) = 0;
  virtual Result<std::optional<std::string>> FindSpec(const std::string& container_id) = 0;
  // Drops those of all other containers, but for those that were kept since `before`: a list may not have them yet.
  virtual Result<> PruneSpecs(const std::set<std::string>& container_ids, WallTime before) = 0;
};

struct KnownSpec {
  std::optional<boost::json::object> spec;
  std::string warning;  // why there is none, though Berth made the container
};

KnownSpec FindSpecOf(const engine::ContainerDetails& container, SpecStore& store);

// As it is written down, and the label's value.
std::string SpecText(const boost::json::object& spec);
std::string SpecHash(const boost::json::object& spec);

}  // namespace berth::agent

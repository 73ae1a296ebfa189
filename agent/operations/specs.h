// What Berth asked the engine to create, kept so that the next upgrade starts from it and subtracts nothing.
//
// A specification goes by the hash of its text, and the container that was made from it carries that hash as a label.
// So it can be written before the container is there, and one that does not fit is recognized.
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

  // The same again is not an error.
  virtual Result<> KeepSpec(const std::string& hash, const std::string& spec, WallTime now) = 0;
  virtual Result<std::optional<std::string>> FindSpec(const std::string& hash) = 0;
  // Drops those that are not in use, and older than `before`: what is being created is not in use yet.
  virtual Result<> PruneSpecs(const std::set<std::string>& in_use, WallTime before) = 0;
};

struct KnownSpec {
  std::optional<boost::json::object> spec;
  std::string warning;  // why there is none, though Berth made the container
};

KnownSpec FindSpecOf(const engine::ContainerDetails& container, SpecStore& store);

// The label's value.
Result<std::string> KeepSpec(SpecStore& store, const boost::json::object& spec, WallTime now);

}  // namespace berth::agent

// What a person will notice: the new container's configuration against the old one's, field by field; pure.
#pragma once

#include <vector>

#include <boost/json/object.hpp>

#include "agent/operations/types.h"

namespace berth::agent {

// The configuration that the engine makes of a request and the image (daemon/commit.go, merge): variables, labels,
// ports and volumes are merged by key, the other fields are the image's where the request says nothing.
boost::json::object Merge(const boost::json::object& requested, const boost::json::object& image_config);

// Sorted by field. Values of variables are shown: who may read them is decided at the edge.
std::vector<FieldChange> ConfigChanges(const boost::json::object& before, const boost::json::object& after);

// The same without the values of environment variables: those that people gave to a container may be secrets. What an
// upgrade changes comes from images, and is none.
std::vector<FieldChange> HideVariables(std::vector<FieldChange> changes);

// The same for HostConfig. An upgrade carries it over, but for those whose namespaces and volumes it uses: they may
// have been replaced since.
std::vector<FieldChange> HostChanges(const boost::json::object& before, const boost::json::object& after);

}  // namespace berth::agent

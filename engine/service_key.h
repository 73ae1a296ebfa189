// What a container is called by whoever deploys it: what stays the same when it is made anew.
#pragma once

#include <string>

#include "engine/types.h"

namespace berth::engine {

// Compose's "project/service/number" where its labels say so, else the container's name.
std::string ServiceKeyOf(const std::string& name, const Labels& labels);

// The value of a label; empty when there is none.
std::string LabelOf(const Labels& labels, const std::string& key);

}  // namespace berth::engine

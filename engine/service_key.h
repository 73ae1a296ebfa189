// What a container is called by whoever deploys it: what stays the same when it is made anew.
#pragma once

#include <string>
#include <string_view>

#include "engine/types.h"

namespace berth::engine {

// Compose's "project/service/number" where its labels say so, else the container's name; of one that has a side name,
// the name that it had, or will have.
std::string ServiceKeyOf(const std::string& name, const Labels& labels);

// "web" for the names that containers have while one takes the place of another, "web.berth-0123456789abcdef-new" and
// "-old"; empty for any other name.
std::string OwnerOfSideName(std::string_view side_name);

// The value of a label; empty when there is none.
std::string LabelOf(const Labels& labels, const std::string& key);

}  // namespace berth::engine

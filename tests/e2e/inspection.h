// Two inspections of a container, compared leaf by leaf.
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace berth::test {

// What is different, one line each and sorted: `Config.Env.VERSION: "1" -> "2"`. Left out is what has to be different
// for any two containers: ids, times, the state, the addresses that the engine gave out, and the files and layers that
// are named after them. Lists count as sets, and variables go by their names.
std::vector<std::string> DifferencesBetween(const boost::json::object& before, const boost::json::object& after);

}  // namespace berth::test

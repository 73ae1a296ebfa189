// The container configuration that an engine makes of what it was asked for; pure.
#pragma once

#include <string>

#include <boost/json/object.hpp>

namespace berth::test {

// What the user gave over what the image brings, by the rules of the Docker Engine: Env and Labels by key, ExposedPorts
// and Volumes as unions, Cmd only when the Entrypoint is the image's too ...
boost::json::object MergeConfig(boost::json::object user, const boost::json::object& image);

// With what the engine writes in by itself: restart policy "no", a log driver, a size of /dev/shm ...
boost::json::object FillHostConfig(boost::json::object host_config);

// The member as an object: empty when it is missing or null.
const boost::json::object& Member(const boost::json::object& object, const char* key);
// The member as a text: empty when it is missing or null.
std::string Text(const boost::json::object& object, const char* key);

}  // namespace berth::test

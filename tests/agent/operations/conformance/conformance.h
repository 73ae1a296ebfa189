// The conformance table: what has to survive when a container is made anew from another image, row by row. C: its
// configuration, N: networks, H: what it shares, V: data, D: what the engine writes in by itself, S: the operation.
#pragma once

#include <string>

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/operations/json_access.h"
#include "agent/operations/recreate.h"

namespace berth::agent {

inline const std::string kId = "0123456789ab" + std::string(52, 'c');

// An old container and its image in, what is asked of the engine out. Inspections of engines that are not here are
// written as those engines write them.
class Conformance : public testing::Test {
 protected:
  using object = boost::json::object;
  using array = boost::json::array;
  using value = boost::json::value;

  Conformance() {
    container.id = kId;
    container.name = "web";
    container.state = engine::ContainerState::kRunning;
    container.raw = object{{"Config", object{}},
                           {"HostConfig", object{}},
                           {"Mounts", array{}},
                           {"NetworkSettings", object{{"Networks", object{}}}}};
    Networks("default", R"({"bridge": {}})");
    new_image.id = "sha256:new";
  }

  static value Json(const char* text) { return boost::json::parse(text); }
  void Config(const char* text) { container.raw["Config"] = Json(text); }
  // HostConfig, but for the network mode.
  void Host(const char* text) {
    const value mode = container.raw["HostConfig"].as_object()["NetworkMode"];
    container.raw["HostConfig"] = Json(text);
    container.raw["HostConfig"].as_object()["NetworkMode"] = mode;
  }
  void Image(const char* text) { old_image.config = Json(text).as_object(); }
  void Networks(const std::string& mode, const char* text) {
    container.network_mode = mode;
    container.raw["NetworkSettings"].as_object()["Networks"] = Json(text);
    container.raw["HostConfig"].as_object()["NetworkMode"] = mode;
  }
  void Mounts(const char* text) { container.raw["Mounts"] = Json(text); }

  Recreated Make() const {
    return Recreate({container,
                     old_image,
                     new_image,
                     "web:2",
                     "web.new",
                     api_version,
                     {{"berth.operation", "op"}},
                     owners,
                     borrowed_volumes,
                     spec ? &*spec : nullptr});
  }
  object Body() const { return Make().create.body; }
  // Without the network mode.
  object NewHost() const {
    object host = ObjectAt(Body(), "HostConfig");
    host.erase("NetworkMode");
    return host;
  }
  std::string Mode() const { return StringAt(ObjectAt(Body(), "HostConfig"), "NetworkMode"); }
  object Endpoints() const { return ObjectAt(ObjectAt(Body(), "NetworkingConfig"), "EndpointsConfig"); }

  engine::ContainerDetails container;
  engine::Image old_image;
  engine::Image new_image;
  std::string api_version = "1.41";
  Owners owners;
  std::set<std::string> borrowed_volumes;
  std::optional<object> spec;
};

}  // namespace berth::agent

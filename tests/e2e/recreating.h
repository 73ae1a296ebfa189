// A container with features of its own is upgraded on a real engine: what is different then?
#pragma once

#include <boost/json/parse.hpp>

#include "tests/e2e/host.h"
#include "tests/e2e/inspection.h"

namespace berth::test {

class RecreateOnAHost : public RunningHost {
 protected:
  boost::json::object WithImage(const std::string& config) const {
    auto request = boost::json::parse(config).as_object();
    request["Image"] = Image("web:1");
    return request;
  }

  // Runs kWeb from web:1 with this configuration, upgrades it to web:2, and says what is different then: without what
  // any upgrade from web:1 to web:2 changes.
  std::vector<std::string> WhatChanges(const std::string& config) {
    docker.Run(kWeb, WithImage(config));
    return WhatChangesNow();
  }

  std::vector<std::string> WhatChangesNow() {
    before_ = docker.Inspect(kWeb);
    auto request = AskUpgrade("web:2");
    *request.mutable_health_gate()->mutable_stable_for() = Lasting(300ms);
    EXPECT_OK(OutcomeOf(Do(request)));
    after_ = docker.Inspect(kWeb);
    EXPECT_EQ(after_.state, before_.state);
    auto differences = DifferencesBetween(before_.raw, after_.raw);
    for (const auto& expected : OfAnyUpgrade()) {
      EXPECT_EQ(std::erase_if(differences, [&](const auto& line) { return line.starts_with(expected); }), 1u)
          << expected << " did not change";
    }
    return differences;
  }

  // The image and what it brings; our labels; the hostname, which is the id.
  std::vector<std::string> OfAnyUpgrade() const {
    std::vector<std::string> expected{"Image: ",
                                      "Config.Image: ",
                                      "Config.Labels.org.opencontainers.image.version: ",
                                      "Config.Labels.berth.operation: none -> ",
                                      "Config.Labels.berth.replaces: none -> ",
                                      "Config.Labels.berth.image: none -> ",
                                      "Config.Labels.berth.restart: none -> ",
                                      "Config.Labels.berth.spec: none -> "};
    if (!own_version_) expected.push_back("Config.Env.VERSION: \"VERSION=1\" -> \"VERSION=2\"");
    if (!own_hostname_) expected.push_back("Config.Hostname: ");
    return expected;
  }

  bool own_version_ = false;
  bool own_hostname_ = false;
  engine::ContainerDetails before_;
  engine::ContainerDetails after_;
};

}  // namespace berth::test

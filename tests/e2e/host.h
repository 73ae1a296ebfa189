// A host of one's own: an engine, registries, and a berthd between them and the test.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <boost/json/object.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/agent.h"
#include "tests/e2e/docker.h"
#include "tests/e2e/following.h"
#include "tests/e2e/private_engine.h"
#include "tests/e2e/requests.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace berth::test {

using namespace std::chrono_literals;

inline const std::string kWeb = "e2e-web";
inline constexpr int kWebPort = 18080;

// The agent does not run yet.
class Host : public testing::Test {
 protected:
  Host();
  void TearDown() override;

  // "web:1" of the registry.
  std::string Image(const std::string& name) const { return private_engine.registry + "/" + name; }

  // kWeb from web:1 as a service usually is: it restarts always, its port 8080 is published as kWebPort, its health is
  // asked five times a second, and there is something in the anonymous volume at /data. `more` goes into the config.
  std::string RunWeb(const boost::json::object& more = {});
  boost::json::object WebConfig() const;
  // What kWeb answers on its published port: "1". Empty when it does not.
  static std::string Version();

  // One of old and new runs, under its name, as it should; the other one at most is kept; all data is there.
  void ExpectOneServes(const std::string& version);
  // kWeb runs from web:1 as if nothing had been, and nothing is left over.
  void ExpectUntouched(const std::string& id);

  v1::UpgradeContainerRequest AskUpgrade(const std::string& image) const;

  Result<v1::Operation> Submit(const v1::StartContainerRequest& request) const;
  Result<v1::Operation> Submit(const v1::StopContainerRequest& request) const;
  Result<v1::Operation> Submit(const v1::RestartContainerRequest& request) const;
  Result<v1::Operation> Submit(const v1::UpgradeContainerRequest& request) const;
  Result<v1::Operation> Submit(const v1::RollbackContainerRequest& request) const;
  // Submits, and waits for the end. Throws when it is refused.
  template <class Request>
  v1::Operation Do(const Request& request) const {
    return End(Submit(request).value().name());
  }
  v1::Operation Upgrade(const std::string& image) const { return Do(AskUpgrade(image)); }

  Result<v1::Operation> Get(const std::string& operation) const;
  // Throws std::runtime_error when it goes on for longer than `limit`.
  v1::Operation End(const std::string& operation, std::chrono::milliseconds limit = 60s) const;
  // Returns as soon as the operation says so: "Stop the old". False when it ended without.
  bool Says(const std::string& operation, const std::string& beginning) const;
  // The same for whatever `wanted` looks for.
  bool Reaches(const std::string& operation, const std::function<bool(const v1::Progress&)>& wanted) const;

  Result<v1::ContainerDetails> GetContainer(const std::string& container = kWeb) const;
  v1::Host GetHost() const;
  Finished Berthctl(std::vector<std::string> arguments, const std::string& input = "") const;

  const TemporaryDirectory directory;
  const PrivateEngine private_engine;
  Docker docker;
  Agent agent;
};

// The agent runs.
class RunningHost : public Host {
 protected:
  void SetUp() override { agent.Start(); }
};

}  // namespace berth::test

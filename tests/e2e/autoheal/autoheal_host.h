// A host of one's own with a berth-autoheal on it.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include <boost/json/object.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/docker.h"
#include "tests/e2e/private_engine.h"
#include "tests/e2e/process.h"
#include "tests/support/temporary_directory.h"

namespace berth::test {

using namespace std::chrono_literals;

using Variables = std::map<std::string, std::string>;

class AutohealHost : public testing::Test {
 protected:
  AutohealHost();
  void TearDown() override;

  // berth-autoheal with these variables, until it sees the engine (or not). Quick intervals unless they are given.
  void Start(const Variables& variables = {});
  void StartWithoutEngine(const Variables& variables = {});
  void Signal(int signal) { process_->Signal(signal); }
  // Empty when it still runs.
  std::optional<int> End(std::chrono::milliseconds limit) { return process_->Wait(limit); }
  pid_t pid() const { return process_->pid(); }
  int Healthy();  // the exit code of --healthy

  std::string Out() const { return ReadFile(directory / "out"); }
  std::string Err() const { return ReadFile(directory / "err"); }
  bool Says(const std::string& text, std::chrono::milliseconds limit = 15s) const;
  bool Complains(const std::string& text, std::chrono::milliseconds limit = 15s) const;

  // web:1 with the label autoheal=true and a health check that fails from FallsIll() to its next start; waits until it
  // is healthy. `more` goes into the config.
  std::string Run(const std::string& name, const boost::json::object& more = {});
  void FallsIll(const std::string& name);
  bool IsHealthy(const std::string& name);
  // It is healthy, and was started after FallsIll; as the engine says.
  bool Heals(const std::string& name, std::chrono::milliseconds limit = 15s);
  // Of a container that nothing may touch: it stays ill for 2 s.
  bool StaysIll(const std::string& name);

  // Restarts the engine with these options on top of its usual ones, which it has again after the test.
  void Configure(const boost::json::object& more);

  std::string Socket() const { return private_engine.endpoint.substr(std::string("unix://").size()); }
  std::string Image(const std::string& name) const { return private_engine.registry + "/" + name; }

  const TemporaryDirectory directory;
  const PrivateEngine private_engine;
  Docker docker;

 private:
  std::map<std::string, WallTime> started_;
  std::unique_ptr<Process> process_;
  std::string usual_configuration_;  // of the engine; empty: it was not touched
};

std::size_t Count(const std::string& text, const std::string& what);

}  // namespace berth::test

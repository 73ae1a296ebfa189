// A host of one's own with the agent's watchdog on it: the one of berthd, in this process, so that a test can hurry it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/operations/operations.h"
#include "agent/sqlite_journal.h"
#include "tests/e2e/docker.h"
#include "tests/e2e/private_engine.h"
#include "tests/support/temporary_directory.h"
#include "watchdog/watcher.h"

namespace berth::test {

using namespace std::chrono_literals;

class WatchdogHost : public testing::Test {
 protected:
  WatchdogHost();
  void TearDown() override;

  // The watchdog begins; backoff and verification are short. It has seen all containers when this returns.
  void Watch();
  // On the loop's thread.
  void OnLoop(const std::function<void()>& work);

  // web:1 with the label autoheal=true. Ill from FallsIll() to its next start, or, from FallsIllForGood(), as long as
  // the container lives. Waits until it is healthy. `more` goes into the config.
  std::string Run(const std::string& name, const boost::json::object& more = {});
  void FallsIll(const std::string& name);
  void FallsIllForGood(const std::string& name) { docker.Exec(name, {"touch", "/ill"}); }
  // In the network namespace of another one.
  std::string RunIn(const std::string& owner, const std::string& name, const boost::json::object& more = {});

  bool IsHealthy(const std::string& name);
  bool Runs(const std::string& name) { return docker.Inspect(name).state == engine::ContainerState::kRunning; }
  WallTime StartOf(const std::string& name) { return docker.Inspect(name).started_at; }
  std::string ModeOf(const std::string& name) { return docker.Inspect(name).network_mode; }
  // What the web server of its network namespace answers: "1".
  std::string AsksItsNetwork(const std::string& name);

  // "restart e2e-web", the first first; as the journal has them.
  std::vector<std::string> WhatWasDone();
  // "e2e-web healed", in the order in which they ended.
  std::vector<std::string> Ends();
  bool Ends(const std::string& end, std::chrono::milliseconds limit = 30s);

  std::string Image(const std::string& name) const { return private_engine.registry + "/" + name; }

  const TemporaryDirectory directory;
  const PrivateEngine private_engine;
  Docker docker;
  watchdog::Settings settings;

 private:
  boost::asio::io_context loop_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<engine::Engine> engine_;
  agent::OpenedJournal journal_;
  std::unique_ptr<agent::Operations> operations_;
  std::unique_ptr<watchdog::Watcher> watcher_;
  std::mutex reports_guard_;
  std::vector<watchdog::Report> reports_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace berth::test

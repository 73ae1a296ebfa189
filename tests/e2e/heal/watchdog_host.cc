#include "tests/e2e/heal/watchdog_host.h"

#include <algorithm>
#include <future>
#include <iostream>

#include <boost/asio/post.hpp>

#include "agent/operation_hands.h"
#include "engine/docker_engine.h"
#include "tests/support/results.h"

namespace berth::test {

WatchdogHost::WatchdogHost()
    : private_engine(PrivateEngine::OfEnvironment()),
      docker(private_engine.endpoint),
      clock_(MakeSystemClock()),
      engine_(engine::MakeDockerEngine(loop_.get_executor(), engine::ParseEndpoint(private_engine.endpoint).value())),
      journal_(agent::OpenJournal(directory.path(), clock_->WallNow()).value()),
      operations_(agent::MakeOperations(loop_.get_executor(), *engine_, *journal_.journal, *clock_, {})),
      work_(loop_.get_executor()),
      thread_([this] { loop_.run(); }) {
  docker.RemoveEverything();  // of a test that was killed
  settings.backoff_first = 500ms;
  settings.engine_settle = 0ms;
}

void WatchdogHost::TearDown() {
  if (HasFailure()) {
    for (const auto& report : reports_) std::cout << "The watchdog: " << report.reason << '\n';
  }
  OnLoop([this] { watcher_.reset(); });
  work_.reset();
  loop_.stop();
  thread_.join();
  docker.RemoveEverything();
}

void WatchdogHost::OnLoop(const std::function<void()>& work) {
  std::promise<void> done;
  boost::asio::post(loop_, [&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

void WatchdogHost::Watch() {
  OnLoop([this] {
    EXPECT_OK(operations_->Recover());
    const auto keep = [this](const watchdog::Report& report) {
      const std::lock_guard lock(reports_guard_);
      reports_.push_back(report);
    };
    watcher_ = watchdog::Watcher::Start(loop_.get_executor(), *engine_, *clock_,
                                        agent::MakeOperationHands(*operations_, *clock_), settings, {}, keep);
  });
  EXPECT_TRUE(Within(10s, [this] {
    bool sees = false;
    OnLoop([&] { sees = watcher_->SeesTheEngine() && watcher_->StreamIsUp(); });
    return sees;
  }));
}

std::string WatchdogHost::Run(const std::string& name, const boost::json::object& more) {
  boost::json::object config{
      {"Image", Image("web:1")},
      {"Labels", {{"autoheal", "true"}}},
      {"Healthcheck",
       {{"Test", {"CMD-SHELL", "test ! -e /run/ill -a ! -e /ill"}}, {"Interval", 200'000'000}, {"Retries", 1}}},
      {"HostConfig", {{"Tmpfs", {{"/run", ""}}}}}};
  for (const auto& [key, value] : more) config[key] = value;
  std::string id = docker.Run(name, config);
  EXPECT_TRUE(Within(15s, [&] { return IsHealthy(name); })) << name;
  return id;
}

std::string WatchdogHost::RunIn(const std::string& owner, const std::string& name, const boost::json::object& more) {
  // Another port than its owner's.
  boost::json::object config{{"Cmd", {"8081"}},
                             {"HostConfig", {{"Tmpfs", {{"/run", ""}}}, {"NetworkMode", "container:" + owner}}}};
  for (const auto& [key, value] : more) config[key] = value;
  return Run(name, config);
}

void WatchdogHost::FallsIll(const std::string& name) { docker.Exec(name, {"touch", "/run/ill"}); }

bool WatchdogHost::IsHealthy(const std::string& name) {
  return docker.Has(name) && docker.Inspect(name).health == engine::Health::kHealthy;
}

std::string WatchdogHost::AsksItsNetwork(const std::string& name) {
  auto answer = docker.Exec(name, {"wget", "-q", "-O", "-", "http://127.0.0.1:8080/version"});
  if (answer.ends_with('\n')) answer.pop_back();
  return answer;
}

std::vector<std::string> WatchdogHost::WhatWasDone() {
  std::vector<std::string> kinds;
  OnLoop([&] {
    const auto operations = operations_->List({}).value();
    for (auto operation = operations.rbegin(); operation != operations.rend(); ++operation) {
      kinds.push_back(std::string(agent::Name(operation->kind)) + " " + operation->container);
    }
  });
  return kinds;
}

std::vector<std::string> WatchdogHost::Ends() {
  const std::lock_guard lock(reports_guard_);
  std::vector<std::string> ends;
  for (const auto& report : reports_) {
    if (report.kind != watchdog::Report::Kind::kEnded) continue;
    ends.push_back(report.episode->container + " " + std::string(watchdog::Name(report.episode->outcome)));
  }
  return ends;
}

bool WatchdogHost::Ends(const std::string& end, std::chrono::milliseconds limit) {
  return Within(limit, [&] { return std::ranges::count(Ends(), end) > 0; });
}

}  // namespace berth::test

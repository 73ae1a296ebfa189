#include "tests/e2e/autoheal/autoheal_host.h"

#include <cstdlib>
#include <iostream>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace berth::test {

AutohealHost::AutohealHost() : private_engine(PrivateEngine::OfEnvironment()), docker(private_engine.endpoint) {
  docker.RemoveEverything();  // of a test that was killed
  WriteFile(directory / "out", "");
  WriteFile(directory / "err", "");
}

void AutohealHost::TearDown() {
  if (HasFailure()) std::cout << "berth-autoheal said:\n" << Out() << "and complained:\n" << Err();
  process_.reset();
  if (!usual_configuration_.empty()) Configure({});
  docker.RemoveEverything();
}

void AutohealHost::StartWithoutEngine(const Variables& variables) {
  Variables all{{"AUTOHEAL_INTERVAL", "0.5"}};
  for (const auto& [name, value] : variables) all[name] = value;
  ProcessOptions options{.out = directory / "out", .err = directory / "err"};
  for (const auto& [name, value] : all) options.environment.push_back(name + "=" + value);
  process_.reset();
  process_ = std::make_unique<Process>(std::vector<std::string>{BERTH_AUTOHEAL}, options);
}

void AutohealHost::Start(const Variables& variables) {
  StartWithoutEngine(variables);
  EXPECT_TRUE(Within(10s, [this] { return Healthy() == 0; }));
}

int AutohealHost::Healthy() { return RunToEnd({BERTH_AUTOHEAL, "--healthy"}).exit_code; }

bool AutohealHost::Says(const std::string& text, std::chrono::milliseconds limit) const {
  return Within(limit, [&] { return Out().find(text) != std::string::npos; });
}

bool AutohealHost::Complains(const std::string& text, std::chrono::milliseconds limit) const {
  return Within(limit, [&] { return Err().find(text) != std::string::npos; });
}

std::string AutohealHost::Run(const std::string& name, const boost::json::object& more) {
  boost::json::object config{
      {"Image", Image("web:1")},
      {"Labels", {{"autoheal", "true"}}},
      {"Healthcheck", {{"Test", {"CMD-SHELL", "test ! -e /run/ill"}}, {"Interval", 200'000'000}, {"Retries", 1}}},
      {"HostConfig", {{"Tmpfs", {{"/run", ""}}}}}};
  for (const auto& [key, value] : more) config[key] = value;
  std::string id = docker.Run(name, config);
  EXPECT_TRUE(Within(15s, [&] { return IsHealthy(name); })) << name;
  return id;
}

void AutohealHost::FallsIll(const std::string& name) {
  started_[name] = docker.Inspect(name).started_at;
  docker.Exec(name, {"touch", "/run/ill"});
}

bool AutohealHost::IsHealthy(const std::string& name) {
  return docker.Inspect(name).health == engine::Health::kHealthy;
}

bool AutohealHost::Heals(const std::string& name, std::chrono::milliseconds limit) {
  return Within(limit, [&] { return docker.Inspect(name).started_at > started_[name] && IsHealthy(name); });
}

bool AutohealHost::StaysIll(const std::string& name) {
  const auto is_ill = [&] { return docker.Inspect(name).health == engine::Health::kUnhealthy; };
  if (!Within(15s, is_ill)) return false;
  return !Within(2s, [&] { return !is_ill() || docker.Inspect(name).started_at > started_[name]; });
}

void AutohealHost::Configure(const boost::json::object& more) {
  const std::filesystem::path file = std::string(std::getenv("BERTH_TEST_ENGINE_DIR")) + "/daemon.json";
  if (usual_configuration_.empty()) usual_configuration_ = ReadFile(file);
  auto all = boost::json::parse(usual_configuration_).as_object();
  for (const auto& [key, value] : more) all[key] = value;
  PrivateEngine::Stop();
  WriteFile(file, boost::json::serialize(all));
  PrivateEngine::Start();
}

std::size_t Count(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

}  // namespace berth::test

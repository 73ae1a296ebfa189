#include "tests/e2e/healing.h"

#include <array>

namespace berth::test {
namespace {

// Gone with a restart, with the container, and never.
std::string FileOf(int cure) {
  constexpr std::array<const char*, 3> kFiles{"/dev/shm/ill", "/tmp/ill", "/data/ill"};
  return kFiles.at(static_cast<std::size_t>(cure));
}

}  // namespace

void Healing::Watch(const std::string& more) {
  agent.Configure("[heal]\nbackoff_first = \"200ms\"\nbackoff_ceiling = \"1s\"\nresync = \"2s\"\n" + more);
  agent.Start();
  ASSERT_TRUE(Within(5s, [this] { return GetWatchdog().has_value(); }));
}

std::string Healing::RunWatched(const std::string& name, const boost::json::object& more) {
  boost::json::object config{{"Image", Image("web:1")},
                             {"Labels", {{"autoheal", "true"}}},
                             {"Volumes", {{"/data", boost::json::object()}}},
                             {"Healthcheck",
                              {{"Test", {"CMD-SHELL", "! cat /dev/shm/ill /tmp/ill /data/ill 2>/dev/null | grep ."}},
                               {"Interval", 200'000'000},
                               {"Timeout", 2'000'000'000},
                               {"Retries", 1}}},
                             {"HostConfig", {{"RestartPolicy", {{"Name", "unless-stopped"}}}}}};
  for (const auto& [key, value] : more) config[key] = value;
  std::string id = docker.Run(name, config);
  EXPECT_TRUE(Within(10s, [&] { return IsHealthy(id); })) << name;
  return id;
}

void Healing::FallIll(const std::string& name, Cure cure) {
  docker.Exec(name, {"sh", "-c", "echo out of memory >" + FileOf(static_cast<int>(cure))});
}

void Healing::Recover(const std::string& name, Cure cure) {
  docker.Exec(name, {"rm", "-f", FileOf(static_cast<int>(cure))});
}

bool Healing::RecoversBetweenRestarts(const std::string& name) {
  try {
    Recover(name, Cure::kNothing);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

bool Healing::IsHealed(const std::string& name, WallTime started_at) {
  const auto details = docker.Inspect(name);
  return details.started_at != started_at && details.health == engine::Health::kHealthy;
}

void Healing::AwaitUnhealthy(const std::string& name) {
  EXPECT_TRUE(Within(10s, [&] { return docker.Inspect(name).health == engine::Health::kUnhealthy; })) << name;
}

Result<v1::Watchdog> Healing::GetWatchdog(const std::string& container) const {
  v1::GetWatchdogRequest request;
  request.set_container(container);
  return agent.Call(&cli::Watchdogs::GetWatchdog, request);
}

v1::WatchedContainer Healing::Watched(const std::string& container) const {
  const auto watchdog = GetWatchdog(container);
  return watchdog && watchdog->containers_size() == 1 ? watchdog->containers(0) : v1::WatchedContainer();
}

std::vector<v1::Episode> Healing::Episodes(const std::string& container) const {
  v1::ListEpisodesRequest request;
  request.set_container(container);
  const auto page = agent.Call(&cli::Watchdogs::ListEpisodes, request).value();
  return {page.episodes().begin(), page.episodes().end()};
}

bool Healing::EndsAs(const std::string& container, v1::EpisodeOutcome outcome) const {
  return Within(30s, [&] {
    const auto episodes = Episodes(container);
    return !episodes.empty() && episodes.front().outcome() == outcome;
  });
}

std::vector<std::string> Healing::Actions(const v1::Episode& episode) {
  std::vector<std::string> actions;
  for (const auto& step : episode.steps()) {
    if (step.action() != "hold") actions.push_back(step.action());
  }
  return actions;
}

}  // namespace berth::test

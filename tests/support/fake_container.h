// One container of a fake engine, and the two ways in which the engine shows it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "engine/types.h"
#include "tests/support/fake_images.h"

namespace berth::test {

// Plain state; FakeMachine moves it. A test may bend anything in here.
struct FakeContainer {
  std::string id;
  std::string name;
  std::string image_id;
  WallTime created_at;
  boost::json::object config;       // merged with the image's
  boost::json::object host_config;  // with the engine's defaults
  boost::json::object networks;     // by name: EndpointSettings as given
  boost::json::array mounts;
  std::vector<engine::FileChange> changed_files;  // in its own file system

  engine::ContainerState state = engine::ContainerState::kCreated;
  int exit_code = 0;
  std::string error;
  bool oom_killed = false;
  std::int64_t pid = 0;
  WallTime started_at;
  WallTime finished_at;
  int restart_count = 0;
  milliseconds restart_delay{0};          // before its next restart by the engine
  bool stopped_by_hand = false;           // restart policies leave it alone then
  bool stopping = false;                  // a stop waits for its end
  std::vector<engine::Port> bound_ports;  // while it runs

  engine::Health health = engine::Health::kNone;
  int failing_streak = 0;
  std::vector<engine::HealthProbe> health_log;

  Behaviour behaviour;
  int run = 0;  // counts the starts, so that what was scripted for an earlier run is dropped

  struct Line {
    WallTime time;
    engine::LogChunk::Source source;
    std::string text;  // with its line end
  };
  std::vector<Line> log;

  bool Runs() const;  // running or paused: it has a process
  bool HasHealthcheck() const;
  bool AutoRemoves() const;
  std::string Image() const;  // as typed
  engine::RestartPolicy RestartPolicy() const;
  engine::Labels Labels() const;
  std::chrono::seconds StopTimeout() const;
};

// The ports that it publishes when it runs: of host port 0 where the engine is to choose one.
std::vector<engine::Port> WantedPorts(const FakeContainer& container);

engine::ContainerSummary Summarize(const FakeContainer& container);
// The typed fields, and `raw` with the same content.
engine::ContainerDetails Describe(const FakeContainer& container);

}  // namespace berth::test

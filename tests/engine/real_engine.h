// What the tests against a real dockerd stand on: scripts/private-engine run -- engine_real_test
#pragma once

#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/docker_engine.h"
#include "tests/support/real_loop.h"
#include "tests/support/results.h"
#include "tests/support/streams.h"

namespace berth::test {

using namespace std::chrono_literals;
using namespace engine;

inline constexpr std::string_view kPrefix = "engine-test-";

inline std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

class RealEngine : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_FALSE(Environment("BERTH_TEST_ENGINE").empty())
        << "BERTH_TEST_ENGINE is not set: run this test by scripts/private-engine run -- COMMAND";
    const auto endpoint = ParseEndpoint(Environment("BERTH_TEST_ENGINE"));
    ASSERT_OK(endpoint);
    engine_ = MakeDockerEngine(loop_.executor(), *endpoint);
    registry_ = Environment("BERTH_TEST_REGISTRY");
    RemoveLeftovers();
  }

  void TearDown() override {
    if (engine_) RemoveLeftovers();
  }

  template <class T>
  T Await(Task<T> task) {
    return loop_.Await(std::move(task), 120s);
  }

  // scripts/private-engine engine VERB
  static int TellEngine(std::string_view verb) {
    const std::string command = std::string(BERTH_SOURCE_DIR) + "/scripts/private-engine engine " + std::string(verb);
    return std::system(command.c_str());
  }

  std::string Image(const std::string& name) const { return registry_ + '/' + name; }
  static std::string Named(std::string_view name) { return std::string(kPrefix) + std::string(name); }

  void RemoveLeftovers() {
    const auto containers = Await(engine_->List(true, {}));
    ASSERT_OK(containers);
    for (const ContainerSummary& container : *containers) {
      if (container.name.starts_with(kPrefix)) EXPECT_OK(Await(engine_->Remove(container.id, true)));
    }
  }

  Result<std::vector<PullProgress>> Pull(const std::string& reference, std::optional<RegistryAuth> auth = {}) {
    auto stream = Await(engine_->Pull(reference, std::move(auth), ""));
    if (!stream) return stream.error();
    return Await(ReadAll(std::move(*stream)));
  }

  // Pulls, creates; `more` is what the request says besides the image.
  std::string Create(const std::string& name, const std::string& image, boost::json::object more = {}) {
    const auto pulled = Pull(Image(image));
    EXPECT_OK(pulled);
    more["Image"] = Image(image);
    const auto created = Await(engine_->Create({Named(name), "", std::move(more)}));
    EXPECT_OK(created);
    return created ? created->id : "none";
  }

  std::string Run(const std::string& name, const std::string& image, boost::json::object more = {}) {
    std::string id = Create(name, image, std::move(more));
    EXPECT_OK(Await(engine_->Start(id)));
    return id;
  }

  ContainerDetails Inspect(const std::string& id) {
    auto container = Await(engine_->Inspect(id));
    EXPECT_OK(container);
    return container ? std::move(*container) : ContainerDetails{};
  }

  Result<std::vector<LogChunk>> ReadLogs(const std::string& id, const LogOptions& options) {
    auto stream = Await(engine_->Logs(id, options));
    if (!stream) return stream.error();
    return Await(ReadAll(std::move(*stream)));
  }

  RealLoop loop_;
  std::unique_ptr<Engine> engine_;
  std::string registry_;
};

}  // namespace berth::test

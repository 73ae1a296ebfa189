#include "tests/e2e/private_engine.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "tests/e2e/process.h"

namespace berth::test {
namespace {

std::string Required(const char* name) {
  const char* value = std::getenv(name);
  if (value != nullptr && *value != '\0') return value;
  throw std::runtime_error(std::string(name) +
                           " is not set: run this test by `scripts/private-engine run -- ctest -L e2e`, "
                           "which gives it an engine and registries of its own");
}

}  // namespace

PrivateEngine PrivateEngine::OfEnvironment() {
  Required("BERTH_TEST_ENGINE_DIR");
  return {Required("BERTH_TEST_ENGINE"), Required("BERTH_TEST_REGISTRY"), Required("BERTH_TEST_AUTH_REGISTRY")};
}

void PrivateEngine::PushStack() const {
  const std::filesystem::path done = std::filesystem::path(Required("BERTH_TEST_ENGINE_DIR")) / "stack";
  if (std::filesystem::exists(done)) return;
  const auto pushed = RunToEnd({BERTH_SOURCE_DIR "/scripts/test-images", "--stack", registry});
  if (pushed.exit_code != 0) throw std::runtime_error("scripts/test-images --stack: " + pushed.err);
  std::ofstream(done).flush();
}

void PrivateEngine::Tell(const std::string& verb) {
  const auto told = RunToEnd({BERTH_SOURCE_DIR "/scripts/private-engine", "engine", verb});
  if (told.exit_code != 0) throw std::runtime_error("private-engine engine " + verb + ": " + told.err);
}

bool Within(std::chrono::milliseconds limit, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

bool IsFullRun() { return std::getenv("BERTH_TEST_FULL") != nullptr; }

}  // namespace berth::test

// The engine and the registries that scripts/private-engine gives to a test, and what can be done to the engine.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace berth::test {

struct PrivateEngine {
  std::string endpoint;
  std::string registry;
  std::string auth_registry;

  // Throws std::runtime_error, which says what to do, when this is not run by scripts/private-engine.
  static PrivateEngine OfEnvironment();

  // The images of web stacks, in the registry as long as this engine lives.
  void PushStack() const;

  // Each returns when it has happened.
  static void Stop() { Tell("stop"); }
  static void Start() { Tell("start"); }
  static void Kill() { Tell("kill"); }
  static void Freeze() { Tell("pause"); }
  static void Thaw() { Tell("resume"); }

 private:
  static void Tell(const std::string& verb);
};

inline constexpr char kRegistryUser[] = "berth";
inline constexpr char kRegistryPassword[] = "secret-of-the-test";

// Does it come true before `limit` is over?
bool Within(std::chrono::milliseconds limit, const std::function<bool()>& condition);

// The long ones too?
bool IsFullRun();

}  // namespace berth::test

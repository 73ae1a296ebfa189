// The engine as somebody else sees it: what the agent has done is never asked of the agent.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "engine/docker_engine.h"
#include "tests/support/real_loop.h"

namespace berth::test {

// Whatever a test makes has a name that begins so, and goes with the test.
inline constexpr std::string_view kOurs = "e2e-";

// Everything here blocks, and throws when the engine refuses. One thread.
class Docker {
 public:
  explicit Docker(const std::string& endpoint);

  // `config` is the Engine API's, with an Image. The image is pulled when it isn't there. Both return the id.
  std::string Create(const std::string& name, const boost::json::object& config);
  std::string Run(const std::string& name, const boost::json::object& config);

  engine::ContainerDetails Inspect(const std::string& container);
  bool Has(const std::string& container);
  // All containers of the test, running or not, in the order of their names.
  std::vector<engine::ContainerDetails> Containers();
  std::vector<std::string> Names();

  void Start(const std::string& container) { Await(engine_->Start(container)).value(); }
  void Stop(const std::string& container) { Await(engine_->Stop(container, std::chrono::seconds(5))).value(); }
  void Kill(const std::string& container, const std::string& signal) {
    Await(engine_->Kill(container, signal)).value();
  }
  void Pause(const std::string& container) { Await(engine_->Pause(container)).value(); }
  // By force.
  void Remove(const std::string& container) { Await(engine_->Remove(container, true)).value(); }
  // What the command wrote; throws when it fails.
  std::string Exec(const std::string& container, const std::vector<std::string>& command);
  // Everything that it wrote so far.
  std::string Logs(const std::string& container);
  // Until it has written all of these.
  template <class... Texts>
  void AwaitOutput(const std::string& container, const Texts&... texts) {
    AwaitAll(container, {texts...});
  }

  void Pull(const std::string& image);
  bool HasImage(const std::string& image) { return Await(engine_->InspectImage(image)).has_value(); }
  // The image is not on this host any more, and the next one who wants it has to pull.
  void Forget(const std::string& image);
  engine::Image Image(const std::string& image) { return Await(engine_->InspectImage(image)).value(); }

  // The command line's docker, for networks and volumes; what it wrote, without the newline.
  std::string Command(std::vector<std::string> arguments);

  // Containers, kept ones too, with their volumes, and networks. Images stay, as the cache that they are.
  void RemoveEverything();

 private:
  void AwaitAll(const std::string& container, const std::vector<std::string>& texts);
  template <class T>
  T Await(Task<T> task) {
    return loop_.Await(std::move(task), std::chrono::seconds(60));
  }
  template <class Satisfied>
  std::string ReadLogs(const std::string& container, bool follow, Satisfied satisfied);

  RealLoop loop_;
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace berth::test

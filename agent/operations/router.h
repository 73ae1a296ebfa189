// Tells the proxies in front of a container where it is now.
#pragma once

#include <string>
#include <vector>

#include "agent/operations/proxy.h"
#include "engine/base/clock.h"
#include "engine/engine.h"

namespace berth::agent {

// The proxies as they are: running, in a network of the container's, and able to be told.
struct Proxies {
  std::vector<std::string> ids;
  std::vector<std::string> names;
  std::vector<std::string> obstacles;  // why one can't be told; one sentence each
};

// Errors: as of ProxiesOf, ReloadOf, and what the engine says. One that does not run asks for addresses when it starts:
// it is left out.
ResultTask<Proxies> FindProxies(engine::Engine& engine, engine::ContainerDetails container,
                                std::vector<engine::ContainerDetails> others);

// One proxy that was told, and what it was before.
struct Told {
  std::string id;
  std::string name;
  std::vector<std::int64_t> workers;  // of before the reload; each goes when it has let go
  bool has_workers = false;           // or else nothing tells when it has let go
};

class Router {
 public:
  // `owner`: marks our lines; the name that the containers compete for.
  Router(engine::Engine& engine, Clock& clock, std::string owner)
      : engine_(engine), clock_(clock), owner_(std::move(owner)) {}

  // The names mean `chosen` from the next look-up on, though nobody looks before the reload.
  ResultTask<> Pin(std::vector<std::string> proxies, engine::ContainerDetails chosen,
                   engine::ContainerDetails outgoing);
  // Tests each one's configuration, and reloads it. FAILED_PRECONDITION (PROXY_TEST_FAILED, PROXY_RELOAD_FAILED) with
  // what the command wrote; those before it were reloaded then.
  ResultTask<std::vector<Told>> Reload(std::vector<std::string> proxies);
  // Until the workers of before are gone, or `limit` is over. Says which proxies still had some.
  Task<std::vector<std::string>> Drain(std::vector<Told> told, std::chrono::milliseconds limit);
  // The engine's DNS counts again. What can't be done is logged: it does no harm as long as the container keeps its
  // address, and the next upgrade does it.
  Task<> Unpin(std::vector<std::string> proxies);

 private:
  ResultTask<std::optional<engine::ContainerDetails>> Running(std::string id);
  ResultTask<Told> ReloadOne(engine::ContainerDetails proxy);
  ResultTask<> AwaitWorkers(const Told& told);
  ResultTask<std::vector<std::int64_t>> Workers(std::string id, std::int64_t first);
  ResultTask<bool> HasLetGo(Told& told);

  engine::Engine& engine_;
  Clock& clock_;
  std::string owner_;
};

}  // namespace berth::agent

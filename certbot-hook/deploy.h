// Brings a renewed certificate to one container: test, reload, and the proof by a handshake.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "certbot-hook/standing.h"
#include "certbot-hook/users.h"
#include "engine/base/clock.h"
#include "engine/engine.h"

namespace berth::certificates {

// Why a container must not be restarted by anybody: it would not come up again.
inline constexpr std::string_view kTestFailed = "CERTIFICATE_TEST_FAILED";

class Deployer {
 public:
  Deployer(engine::Engine& engine, Clock& clock, std::filesystem::path config_dir)
      : engine_(engine), clock_(clock), config_dir_(std::move(config_dir)) {}

  // Every container that has the label; those that can't be inspected are left out.
  ResultTask<std::vector<User>> Users();

  // What it shows now. Never fails: why nothing could be seen is in the answer.
  Task<Served> Look(User user, Lineage lineage);

  // Once it serves the lineage's certificate, all is well. FAILED_PRECONDITION (CERTIFICATE_TEST_FAILED: nothing was
  // reloaded; BAD_LABEL); ABORTED (CONTAINER_STOPPED: the reload ended it, and it was started again;
  // CERTIFICATE_NOT_SERVED: it still shows another one after 10 s, with why as far as the mounts tell). A container
  // that has stopped is no failure: it reads the certificate when it starts.
  ResultTask<Served> Deploy(User user, Lineage lineage);

 private:
  ResultTask<> TestAndReload(const User& user);
  ResultTask<Served> StartAgain(User user);
  ResultTask<Served> AwaitServed(User user, Lineage lineage);
  Task<std::string> WhyNot(std::string id, std::string lineage);

  engine::Engine& engine_;
  Clock& clock_;
  std::filesystem::path config_dir_;
};

}  // namespace berth::certificates

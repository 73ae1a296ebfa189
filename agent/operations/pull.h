// Gets an image onto the host, and says how far it is.
#pragma once

#include <functional>
#include <string>

#include "agent/operations/active_operation.h"
#include "engine/engine.h"
#include "engine/image_reference.h"

namespace berth::agent {

// The agent's own credentials for a registry host, if it has any.
struct OwnCredentials {
  std::optional<engine::RegistryAuth> auth;
  std::string trouble;  // why there are none where there should be some, without any secret
};
using CredentialsFor = std::function<Task<OwnCredentials>(std::string registry)>;

struct PullRequest {
  engine::ImageReference reference;
  PullPolicy policy = PullPolicy::kDefault;
  std::optional<engine::RegistryAuth> credentials;
  std::string platform;  // of the image that is replaced; empty = the engine's own
};

// Will a pull be tried when the image is on the host already?
bool PullsAlways(const PullRequest& request);

// Safe to drop at any await. The error of a pull is the registry's; NOT_FOUND (IMAGE_NOT_FOUND) when the policy forbids
// to pull.
ResultTask<engine::Image> ObtainImage(engine::Engine& engine, Clock& clock, ActiveOperation& operation,
                                      PullRequest request);

}  // namespace berth::agent

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
  std::optional<engine::RegistryAuth> credentials;  // the caller's
  CredentialsFor own;    // asked when the caller gives none, and only for a pull; may be empty
  std::string platform;  // of the image that is replaced; empty = the engine's own
};

// "linux/arm/v7"; empty for an image that does not say it.
std::string PlatformOf(const engine::Image& image);

// FAILED_PRECONDITION (OTHER_PLATFORM) when what ran on this machine so far says nothing for the new image.
Result<> CheckPlatform(const engine::Image& old_image, const engine::Image& new_image);

// Will a pull be tried when the image is on the host already?
bool PullsAlways(const PullRequest& request);

struct Obtained {
  engine::Image image;
  bool pulled = false;
};

// Tries again what may pass (pull_retry.h), and says so. Safe to drop at any await. The error of a pull is the
// registry's; NOT_FOUND (IMAGE_NOT_FOUND) when the policy forbids to pull.
ResultTask<Obtained> ObtainImage(engine::Engine& engine, Clock& clock, ActiveOperation& operation, PullRequest request);

}  // namespace berth::agent

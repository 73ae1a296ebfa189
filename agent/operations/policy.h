// What the configuration forbids whoever may call: containers that are none of their business, images of unknown
// origin; pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/operations/types.h"
#include "engine/base/task.h"
#include "engine/image_reference.h"

namespace berth::agent {

struct Preflight;

// A list that is empty allows everything.
struct Policy {
  std::vector<std::string> images;    // patterns of repositories with their registry: see CheckImagePattern
  bool require_digest = false;        // what no registry knows by a digest is not run
  std::vector<std::string> projects;  // of Compose: callers change no other containers
};

// Verifies who made an image, which has a digest. Fails closed.
using Verify = std::function<ResultTask<>(engine::ImageReference image)>;

// Why it is no pattern; empty when it is one. "docker.io/library/nginx" is one repository,
// "registry.example.org/shop/*" is all that are below.
std::string WhyNoImagePattern(std::string_view pattern);

// PERMISSION_DENIED (LOCKED) when callers must not change what has this service key. `what` is how people call it.
Result<> MayChange(const Policy& policy, std::string_view service_key, std::string_view what);

// PERMISSION_DENIED (IMAGE_NOT_ALLOWED) for an image of a repository that no pattern allows, and for one whose
// repository nobody knows.
Result<> MayRun(const Policy& policy, const std::string& image);

// PERMISSION_DENIED (DIGEST_REQUIRED) when the reference may mean something else tomorrow.
Result<> IsPinned(const Policy& policy, const engine::ImageReference& image);

// Whose wish is it? What Berth does by itself, the configuration and the labels of the containers have asked for.
bool IsOfCaller(const Request& request);

// As of MayChange for all that it makes anew besides, and as of MayRun and IsPinned for what it puts there.
Result<> MayDo(const Policy& policy, const Request& request, const Preflight& preflight);

}  // namespace berth::agent

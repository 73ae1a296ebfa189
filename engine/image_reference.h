// registry.example.org:5000/team/app:1.2@sha256:... taken apart; pure.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/error.h"

namespace berth::engine {

struct ImageReference {
  std::string repository;  // with the registry where one was given: "registry:5000/team/app", "nginx"
  std::string tag;         // empty when none was given
  std::string digest;      // sha256:..., empty when none was given

  // docker.io for names without a registry: the first segment has no dot, no colon and is not localhost.
  std::string Registry() const;
  std::string ToString() const;  // repository[:tag][@digest]
};

// "nginx" means nginx:latest: the tag is filled in unless there is a digest. INVALID_ARGUMENT (BAD_IMAGE_REFERENCE)
// says what is wrong; an image id (sha256:... or bare hexadecimal of 64 digits) is refused, it can't be pulled.
Result<ImageReference> ParseImageReference(std::string_view text);

// sha256:... in full, or 12 to 64 bare hexadecimal digits. Twelve such digits may also be a name: the engine looks for
// the name first.
bool IsImageId(std::string_view text);

}  // namespace berth::engine

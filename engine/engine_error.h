// What the engine's refusals mean; pure.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/error.h"

namespace berth::engine {

// What a request was about: what is missing when the engine answers 404 and its message does not tell.
enum class Subject { kContainer, kImage, kNetwork, kRegistry, kEngine };

// The reason of FAILED_PRECONDITION when the engine does not speak the version of its API that it was asked in.
inline constexpr std::string_view kVersionUnsupported = "ENGINE_VERSION_UNSUPPORTED";

// Of an answer that is neither 2xx nor 304. `body` is {"message": "..."} or, from a proxy, anything.
Error ErrorFromAnswer(unsigned status, std::string_view body, Subject subject);

// Of a pull or of a question to a registry, by the engine's message alone: the status is 500 for wrong credentials, and
// 200 for what went wrong under way. NOT_FOUND (IMAGE_NOT_FOUND), FAILED_PRECONDITION (REGISTRY_DENIED), UNAVAILABLE
// (REGISTRY_UNREACHABLE), RESOURCE_EXHAUSTED (DISK_FULL) or INTERNAL (ENGINE_ERROR).
Error PullFailure(std::string message);

}  // namespace berth::engine

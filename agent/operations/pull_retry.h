// Whether a pull that failed is tried again, and when; pure.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "engine/base/error.h"

namespace berth::agent {

// How long to wait after the nth failure; nothing: give up. `left` is what the operation has left.
//
// What may be otherwise in a moment is tried again: a registry that does not answer, breaks off or has an error of its
// own (6 tries in half a minute), one that has too many requests (8 tries in 4 minutes, or when it said itself),
// an engine that went away. What the next try would hear again is not: denied, not found, not trusted, a full disk.
std::optional<std::chrono::milliseconds> RetryOf(const Error& error, int failures, std::chrono::milliseconds left);

// The time in "toomanyrequests: retry-after: 1m2.5s, allowed: 44000/minute" or "Retry-After: 30". The engine tells no
// more of a registry's answer than its text.
std::optional<std::chrono::milliseconds> RetryAfterIn(std::string_view message);

}  // namespace berth::agent

// Is it the engine itself that is missing?
#pragma once

#include "engine/base/error.h"

namespace berth::agent {

// The engine did not answer. What was asked may have been done all the same, and may be asked again when it is back.
inline bool IsAway(const Error& error) {
  return error.code == Code::kUnavailable || error.code == Code::kDeadlineExceeded;
}

}  // namespace berth::agent

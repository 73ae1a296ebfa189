// What a failed read, write or connect means to a person; pure.
#pragma once

#include <string>

#include <boost/system/error_code.hpp>

#include "engine/base/error.h"
#include "engine/endpoint.h"

namespace berth::engine::http {

// UNAVAILABLE (ENGINE_UNREACHABLE), or CANCELLED when the caller gave up.
Error CouldNotConnect(const Endpoint& endpoint, boost::system::error_code failure);

// FAILED_PRECONDITION (ENGINE_BAD_CERTIFICATES): a file of ours cannot be used.
Error BadCertificates(const std::string& file, boost::system::error_code failure);

// Cut off in the middle of an exchange: UNAVAILABLE (ENGINE_UNREACHABLE), or CANCELLED.
Error CutOff(const Endpoint& endpoint, boost::system::error_code failure);

// DEADLINE_EXCEEDED (ENGINE_TIMEOUT).
Error TimedOut(const Endpoint& endpoint);

// DATA_LOSS (ENGINE_BAD_ANSWER): what came is not HTTP, or is larger than it may be.
Error BadAnswer(const Endpoint& endpoint, boost::system::error_code failure);

}  // namespace berth::engine::http

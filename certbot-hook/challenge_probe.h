// Asks for a challenge as the CA will, from this host.
#pragma once

#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "engine/base/clock.h"
#include "engine/base/task.h"

namespace berth::certificates {

struct Challenge {
  std::string name;     // a DNS name
  std::string webroot;  // empty: only the name is looked up
};

// A sentence about what was seen. UNAVAILABLE (DNS_FAILED, CHALLENGE_UNREACHABLE), FAILED_PRECONDITION
// (WEBROOT_UNWRITABLE, CHALLENGE_WRONG). 10 s at the most. The file below the webroot is removed whatever happens.
ResultTask<std::string> ProbeChallenge(boost::asio::any_io_executor loop, Clock& clock, Challenge challenge);

// Nobody listens there on all addresses of this host. FAILED_PRECONDITION (PORT_IN_USE), PERMISSION_DENIED.
ResultTask<> CheckPortIsFree(boost::asio::any_io_executor loop, std::uint16_t port);

}  // namespace berth::certificates

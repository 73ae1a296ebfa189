// Who takes the agent's notices to people.
#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "agent/config.h"
#include "engine/base/clock.h"
#include "notices/sender.h"

namespace berth::agent {

// To every target of [notices]. REQUIRES: LoadConfig found no errors; `clock` outlives it.
std::unique_ptr<notices::Sender> MakeNoticeSender(boost::asio::any_io_executor loop, Clock& clock,
                                                  const Config::Notices& config);

}  // namespace berth::agent

// Names to addresses, without the loop standing still.
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>

#include "engine/base/clock.h"
#include "engine/base/task.h"

namespace berth::engine::http {

using Addresses = std::tuple<boost::system::error_code, std::vector<boost::asio::ip::address>>;

// All addresses of `host`, a name or an address itself; timed_out when the answer does not come before `deadline`.
Task<Addresses> Resolve(boost::asio::any_io_executor loop, std::string host, SteadyTime deadline);

}  // namespace berth::engine::http

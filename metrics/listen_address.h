// Where figures are offered: to programs of this host alone.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include <boost/asio/ip/tcp.hpp>

#include "engine/base/error.h"

namespace berth::metrics {

// The path of a Unix socket, or an address of the loopback.
using ListenAddress = std::variant<std::string, boost::asio::ip::tcp::endpoint>;

// "unix:///run/berth/metrics.sock", "127.0.0.1:9477" or "[::1]:9477"; pure. INVALID_ARGUMENT (BAD_LISTEN_ADDRESS) for
// anything else: whoever reaches the figures may read them, so no other host does.
Result<ListenAddress> ParseListenAddress(std::string_view text);

}  // namespace berth::metrics

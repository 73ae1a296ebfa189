// Where other hosts find the agent: an address, no name; pure.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

namespace berth::agent {

// "0.0.0.0:7443" or "[::1]:7443".
inline std::optional<boost::asio::ip::tcp::endpoint> ParseTcpAddress(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  const auto digits = text.substr(colon + 1);
  unsigned short port = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return std::nullopt;
  auto host = text.substr(0, colon);
  const bool six = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (six) host = host.substr(1, host.size() - 2);
  boost::system::error_code failure;
  const auto address = boost::asio::ip::make_address(host, failure);
  if (failure || address.is_v6() != six) return std::nullopt;
  return boost::asio::ip::tcp::endpoint(address, port);
}

}  // namespace berth::agent

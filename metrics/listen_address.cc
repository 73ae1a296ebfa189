#include "metrics/listen_address.h"

#include <charconv>
#include <cstdint>
#include <optional>

#include <boost/asio/ip/address.hpp>

namespace berth::metrics {
namespace {

namespace ip = boost::asio::ip;

constexpr std::string_view kUnix = "unix://";
constexpr std::size_t kLongestPath = 107;  // what the kernel takes

Error Refused(std::string_view why) { return {Code::kInvalidArgument, "BAD_LISTEN_ADDRESS", std::string(why)}; }

Result<ListenAddress> ParsePath(std::string_view path) {
  if (path.starts_with('/') && path.size() > 1 && path.size() <= kLongestPath) return std::string(path);
  return Refused("must be unix:// and an absolute path of at most 107 characters");
}

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, port);
  if (parsed.ec != std::errc() || parsed.ptr != end || port == 0) return std::nullopt;
  return port;
}

// Without its brackets, if it needs them and has them.
std::optional<ip::address> ParseHost(std::string_view text) {
  const bool bracketed = text.size() > 2 && text.starts_with('[') && text.ends_with(']');
  if (bracketed) text = text.substr(1, text.size() - 2);
  boost::system::error_code failed;
  const auto address = ip::make_address(std::string(text), failed);
  if (failed || address.is_v6() != bracketed) return std::nullopt;
  return address;
}

}  // namespace

Result<ListenAddress> ParseListenAddress(std::string_view text) {
  if (text.starts_with(kUnix)) return ParsePath(text.substr(kUnix.size()));
  const auto colon = text.rfind(':');
  const auto host = ParseHost(text.substr(0, colon));
  const auto port = colon == text.npos ? std::nullopt : ParsePort(text.substr(colon + 1));
  if (!host || !port) {
    return Refused(
        "must be \"unix:///run/berth/metrics.sock\", \"127.0.0.1:9477\" or \"[::1]:9477\", with a path or a "
        "port of your own");
  }
  if (!host->is_loopback()) {
    return Refused(
        "must be an address that only this host reaches, 127.0.0.1 or [::1]: put a proxy that asks for a "
        "password before it to offer the figures to others");
  }
  return ip::tcp::endpoint(*host, *port);
}

}  // namespace berth::metrics

#include "cli/remote/address.h"

#include <charconv>
#include <filesystem>

#include "cli/pki/subject.h"
#include "cli/text/safe.h"

namespace berth::cli {
namespace {

constexpr std::string_view kTls = "tls://";

Error BadAddress(std::string_view text) {
  return {Code::kInvalidArgument, "BAD_HOST",
          "\"" + Safe(text) + "\" is neither the path of a Unix socket, as " + kDefaultHost +
              ", nor another host, as host.example.org:" + std::to_string(kDefaultPort)};
}

Result<AgentAddress> ParseSocket(std::string_view path, std::string_view text) {
  if (path.empty()) return BadAddress(text);
  // "//run/x" is the same place to the kernel, but gRPC would read a host's name into it.
  return AgentAddress{std::filesystem::path(path).lexically_normal().string()};
}

// "host" and "7443"; an IPv6 address has brackets where a port follows.
std::pair<std::string_view, std::string_view> Split(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return {"", ""};
    return {text.substr(1, end - 1), text.substr(end + 1)};
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) return {text, ""};
  return {text.substr(0, colon), text.substr(colon)};
}

Result<AgentAddress> ParseRemote(std::string_view place, std::string_view text) {
  const auto [host, port] = Split(place);
  const auto parsed = ParseHostAddress(std::string(host));
  if (!parsed) return BadAddress(text);
  AgentAddress address{"", *parsed, kDefaultPort};
  if (port.empty()) return address;
  const auto [end, failure] = std::from_chars(port.data() + 1, port.data() + port.size(), address.port);
  const bool whole = port.starts_with(':') && failure == std::errc() && end == port.data() + port.size();
  if (!whole || address.port == 0) return BadAddress(text);
  return address;
}

}  // namespace

std::string AgentAddress::Text() const {
  if (!IsRemote()) return path;
  return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

std::string AgentAddress::Target() const { return IsRemote() ? "dns:///" + Text() : "unix:" + path; }

Result<AgentAddress> ParseAddress(std::string_view text) {
  if (text.starts_with("unix://")) return ParseSocket(text.substr(7), text);
  if (text.starts_with("unix:")) return ParseSocket(text.substr(5), text);
  if (text.starts_with(kTls)) return ParseRemote(text.substr(kTls.size()), text);
  if (text.find("://") != std::string_view::npos) return BadAddress(text);
  if (text.find('/') != std::string_view::npos) return ParseSocket(text, text);
  return ParseRemote(text, text);
}

}  // namespace berth::cli

#include "engine/endpoint.h"

#include <charconv>
#include <cstdlib>
#include <optional>

namespace berth::engine {
namespace {

constexpr std::string_view kDefaultSocket = "/var/run/docker.sock";
constexpr std::size_t kMaxSocketPath = 107;  // sun_path, less the final zero
constexpr std::uint16_t kPlainPort = 2375;
constexpr std::uint16_t kTlsPort = 2376;

Error Refused(std::string_view text, std::string_view why) {
  return {Code::kInvalidArgument, "BAD_ENGINE_ENDPOINT",
          "\"" + std::string(text) + "\" is no endpoint of a Docker Engine: " + std::string(why) +
              "; accepted are unix:///path, tcp://host[:port], http://host[:port] and https://host[:port]"};
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// $DOCKER_CERT_PATH, else the docker CLI's own directory.
std::string CertificateDirectory() {
  std::string directory = Environment("DOCKER_CERT_PATH");
  if (directory.empty()) directory = Environment("DOCKER_CONFIG");
  if (directory.empty()) directory = Environment("HOME") + "/.docker";
  return directory;
}

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool IsHostName(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%";
  return !text.empty() && text.find_first_not_of(kAllowed) == std::string_view::npos;
}

Result<Endpoint> ParseUnix(std::string_view text, std::string_view path) {
  if (path.empty()) path = kDefaultSocket;
  if (path.size() > kMaxSocketPath) return Refused(text, "the path of a socket has at most 107 bytes");
  return Endpoint{.kind = Endpoint::Kind::kUnix, .path = std::string(path)};
}

struct Authority {
  std::string_view host;
  std::optional<std::string_view> port;
};

// host, host:port, [v6] or [v6]:port. Brackets that do not match stay in the host, where they are refused.
Authority SplitAuthority(std::string_view text) {
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : text.npos;
  const std::size_t colon = text.find(':', bracket == text.npos ? 0 : bracket);
  const std::string_view host = text.substr(0, colon);
  const bool is_v6 = host.starts_with('[') && host.ends_with(']');
  return {is_v6 ? host.substr(1, host.size() - 2) : host,
          colon == text.npos ? std::nullopt : std::optional(text.substr(colon + 1))};
}

Result<Endpoint> ParseTcp(std::string_view text, std::string_view authority, Endpoint::Kind kind) {
  if (authority.ends_with('/')) authority.remove_suffix(1);
  const auto [host, port_text] = SplitAuthority(authority);
  const bool tls = kind == Endpoint::Kind::kTls;
  const auto port = port_text ? ParsePort(*port_text) : std::optional(tls ? kTlsPort : kPlainPort);
  if (!IsHostName(host)) return Refused(text, "it names no host");
  if (!port) return Refused(text, "a port is a number from 1 to 65535");
  Endpoint endpoint{.kind = kind, .host = std::string(host), .port = *port};
  if (tls) endpoint.certificate_directory = CertificateDirectory();
  return endpoint;
}

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// `tcp` says what tcp:// and http:// mean: plain, or TLS when the environment asks for it.
Result<Endpoint> Parse(std::string_view text, Endpoint::Kind tcp) {
  std::string_view rest = text;
  if (TakePrefix(rest, "unix://")) return ParseUnix(text, rest);
  if (TakePrefix(rest, "https://") || TakePrefix(rest, "tcp+tls://")) return ParseTcp(text, rest, Endpoint::Kind::kTls);
  if (TakePrefix(rest, "tcp://") || TakePrefix(rest, "http://")) return ParseTcp(text, rest, tcp);
  return Refused(text, "the scheme is not known");
}

}  // namespace

std::string Endpoint::ToString() const {
  if (kind == Kind::kUnix) return "unix://" + path;
  const bool v6 = host.find(':') != std::string::npos;
  return (kind == Kind::kTls ? "tcp+tls://" : "tcp://") + (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

Result<Endpoint> ParseEndpoint(std::string_view text) { return Parse(text, Endpoint::Kind::kTcp); }

Result<Endpoint> EndpointFromEnvironment(std::string_view fallback) {
  const bool verify = !Environment("DOCKER_TLS_VERIFY").empty();
  const bool tls = verify || !Environment("DOCKER_TLS").empty();
  const std::string host = Environment("DOCKER_HOST");
  auto endpoint = Parse(host.empty() ? fallback : host, tls ? Endpoint::Kind::kTls : Endpoint::Kind::kTcp);
  if (endpoint) endpoint->verify = verify || !tls;
  return endpoint;
}

}  // namespace berth::engine

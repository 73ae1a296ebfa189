// Where the agent listens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/error.h"

namespace berth::cli {

inline constexpr char kDefaultHost[] = "unix:///run/berth/berthd.sock";
inline constexpr std::uint16_t kDefaultPort = 7443;

// What both sides of a TLS connection are known by; PEM.
struct TlsIdentity {
  std::string ca;
  std::string certificate;
  std::string key;
};

// A Unix socket, or a port of another host.
struct AgentAddress {
  std::string path;       // empty for another host
  std::string host = {};  // a DNS name or an IP address
  std::uint16_t port = 0;
  TlsIdentity tls = {};  // for another host

  bool IsRemote() const { return path.empty(); }
  std::string Target() const;  // for gRPC
  std::string Text() const;    // for people: "/run/berth/berthd.sock", "10.0.0.5:7443"
};

// "unix:///path", "unix:path", or a bare path with a slash in it; "tls://host:7443", "host:7443" or "[::1]:7443", all
// of them also without the port. INVALID_ARGUMENT says what is accepted.
Result<AgentAddress> ParseAddress(std::string_view text);

}  // namespace berth::cli

// Where the engine listens; text to value. The same client speaks to other servers, too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "engine/base/error.h"

namespace berth::engine {

struct Endpoint {
  enum class Kind { kUnix, kTcp, kTls };
  Kind kind = Kind::kUnix;
  std::string path;  // of kUnix
  std::string host;  // of kTcp and kTls
  std::uint16_t port = 0;
  std::string certificate_directory;     // of kTls: ca.pem, and our own; empty: this machine's authorities, and none
  std::string certificate = "cert.pem";  // in that directory; where it is missing, none is shown
  std::string key = "key.pem";
  bool verify = true;  // of kTls: check the other side's certificate

  // Of a server that is no engine.
  std::string called;                               // in errors, instead of "the Docker Engine at ..."
  std::vector<boost::asio::ip::address> addresses;  // connect to one of these, and ask nobody where `host` is

  std::string ToString() const;  // unix:///var/run/docker.sock, tcp://host:2375, tcp+tls://host:2376
};

// unix:///path, tcp://host[:port] (2375), http:// likewise, https:// and tcp+tls:// (2376, verified against ca.pem).
// The certificates are those of the docker CLI: $DOCKER_CERT_PATH, else $DOCKER_CONFIG, else ~/.docker.
// INVALID_ARGUMENT (BAD_ENGINE_ENDPOINT) says what is accepted.
Result<Endpoint> ParseEndpoint(std::string_view text);

// What the docker CLI would use: DOCKER_HOST, where tcp:// means TLS as soon as DOCKER_TLS_VERIFY or DOCKER_TLS has any
// value; with DOCKER_TLS alone the engine's certificate is not checked. `fallback` when DOCKER_HOST is not set.
Result<Endpoint> EndpointFromEnvironment(std::string_view fallback = "unix:///var/run/docker.sock");

}  // namespace berth::engine

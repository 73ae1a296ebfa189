// One request, as a value, and how its target is put together; pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace berth::engine::http {

struct Request {
  std::string_view method = "GET";
  std::string target;                         // path and query, already encoded
  std::string body = {};                      // JSON; nothing is sent when empty
  std::string registry_auth = {};             // X-Registry-Auth; a secret
  std::string authorization = {};             // Authorization; a secret
  std::chrono::milliseconds timeout{30'000};  // of the whole exchange; of a stream: up to its header

  // Asking twice does no harm.
  bool IsQuestion() const { return method == "GET"; }
};

// The bytes on the wire. `host` is the engine's, for the Host field.
std::string Serialize(const Request& request, std::string_view host);

// Appends ?key=value or &key=value, the value percent-encoded.
void AddQuery(std::string& target, std::string_view key, std::string_view value);

}  // namespace berth::engine::http

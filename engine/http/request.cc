#include "engine/http/request.h"

#include "engine/names.h"

namespace berth::engine::http {
namespace {

void AddField(std::string& message, std::string_view name, std::string_view value) {
  message.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string Serialize(const Request& request, std::string_view host) {
  std::string message;
  message.reserve(256 + request.target.size() + request.registry_auth.size() + request.body.size());
  message.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  AddField(message, "Host", host);
  AddField(message, "User-Agent", "berth");
  if (!request.registry_auth.empty()) AddField(message, "X-Registry-Auth", request.registry_auth);
  if (!request.authorization.empty()) AddField(message, "Authorization", request.authorization);
  if (!request.body.empty()) AddField(message, "Content-Type", "application/json");
  if (!request.IsQuestion()) AddField(message, "Content-Length", std::to_string(request.body.size()));
  message.append("\r\n").append(request.body);
  return message;
}

void AddQuery(std::string& target, std::string_view key, std::string_view value) {
  target += target.find('?') == std::string::npos ? '?' : '&';
  target.append(key).append("=").append(PercentEncode(value));
}

}  // namespace berth::engine::http

#include "engine/engine_error.h"

#include <algorithm>
#include <initializer_list>

#include <boost/json/parse.hpp>

namespace berth::engine {
namespace {

namespace json = boost::json;

bool ContainsAny(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.find(word) != text.npos; });
}

// The engine's own words, or what a proxy put in their place.
std::string Message(unsigned status, std::string_view body) {
  boost::system::error_code failure;
  const json::value value = json::parse(body, failure);
  if (!failure && value.is_object()) {
    const json::value* message = value.get_object().if_contains("message");
    if (message != nullptr && message->is_string()) return std::string(std::string_view(message->get_string()));
  }
  std::string text(body.substr(0, 200));
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return "the engine answered " + std::to_string(status) + (text.empty() ? "" : ": " + text);
}

bool IsDiskFull(std::string_view message) {
  return ContainsAny(message, {"no space left on device", "disk quota exceeded"});
}

Error DiskFull(std::string message) {
  return {Code::kResourceExhausted, "DISK_FULL", std::move(message) + "; free some space on the engine's disk"};
}

// A start can fail for want of a network, a create for want of an image: the message knows better than the endpoint.
std::string_view MissingThing(std::string_view message, Subject subject) {
  if (ContainsAny(message, {"No such image", "no such image"})) return "IMAGE_NOT_FOUND";
  if (ContainsAny(message, {"No such container", "no such container"})) return "CONTAINER_NOT_FOUND";
  if (message.find("network ") != message.npos && message.find(" not found") != message.npos)
    return "NETWORK_NOT_FOUND";
  switch (subject) {
    case Subject::kContainer:
      return "CONTAINER_NOT_FOUND";
    case Subject::kImage:
    case Subject::kRegistry:
      return "IMAGE_NOT_FOUND";
    case Subject::kNetwork:
      return "NETWORK_NOT_FOUND";
    case Subject::kEngine:
      break;
  }
  return "ENGINE_NOT_FOUND";
}

// "client version 1.51 is too old. Minimum supported API version is 1.60, ..."
bool IsVersionRefused(std::string_view message) {
  return message.starts_with("client version ") && ContainsAny(message, {"is too old", "is too new"});
}

// What a registry's refusal says, the surest first: the message also quotes the image's name, which may be anything.
struct Clue {
  std::string_view words;
  Code code;
  std::string_view reason;
};

constexpr Clue Missing(std::string_view words) { return {words, Code::kNotFound, "IMAGE_NOT_FOUND"}; }
constexpr Clue Denied(std::string_view words) { return {words, Code::kFailedPrecondition, "REGISTRY_DENIED"}; }
constexpr Clue NotTrusted(std::string_view words) { return {words, Code::kFailedPrecondition, "REGISTRY_NOT_TRUSTED"}; }
constexpr Clue Busy(std::string_view words) { return {words, Code::kUnavailable, "REGISTRY_BUSY"}; }
constexpr Clue Unreachable(std::string_view words) { return {words, Code::kUnavailable, "REGISTRY_UNREACHABLE"}; }

constexpr Clue kClues[] = {
    Missing("manifest unknown"),
    Missing("name unknown"),
    Missing("no matching manifest"),
    Missing("does not match the specified platform"),
    Busy("toomanyrequests"),
    Busy("TOOMANYREQUESTS"),
    Busy("429 Too Many Requests"),
    Busy("HTTP 429 response"),
    Denied("no basic auth credentials"),
    Denied("unauthorized"),
    Denied("authentication required"),
    Denied("access denied"),
    Denied("denied:"),
    Denied("401 Unauthorized"),
    Denied("401 UNAUTHORIZED"),
    Denied("403 Forbidden"),
    Denied("incorrect username or password"),
    NotTrusted("x509:"),
    NotTrusted("server gave HTTP response to HTTPS client"),
    NotTrusted("does not look like a TLS handshake"),
    Unreachable("connection refused"),
    Unreachable("connection reset"),
    Unreachable("no such host"),
    Unreachable("no route to host"),
    Unreachable("network is unreachable"),
    Unreachable("server misbehaving"),
    Unreachable("i/o timeout"),
    Unreachable("Client.Timeout"),
    Unreachable("deadline exceeded"),
    Unreachable("TLS handshake"),
    Unreachable("tls:"),
    Unreachable("received unexpected HTTP status: 5"),
    Unreachable("500 Internal Server Error"),
    Unreachable("502 Bad Gateway"),
    Unreachable("503 Service Unavailable"),
    Unreachable("504 Gateway Time"),
    Unreachable("broken pipe"),
    Unreachable("filesystem layer verification failed"),
    Unreachable("EOF"),
    Missing("not found"),
    Missing("does not exist"),
};

Error BadRequest(std::string message) {
  if (IsVersionRefused(message))
    return {Code::kFailedPrecondition, std::string(kVersionUnsupported), std::move(message)};
  return {Code::kInvalidArgument, "ENGINE_BAD_PARAMETER", std::move(message)};
}

}  // namespace

Error ErrorFromAnswer(unsigned status, std::string_view body, Subject subject) {
  std::string message = Message(status, body);
  if (IsDiskFull(message)) return DiskFull(std::move(message));
  if (subject == Subject::kRegistry && status >= 400 && status != 400) return PullFailure(std::move(message));
  switch (status) {
    case 400:
      return BadRequest(std::move(message));
    case 401:
    case 403:
      return {Code::kPermissionDenied, "ENGINE_DENIED", std::move(message)};
    case 404:
      return {Code::kNotFound, std::string(MissingThing(message, subject)), std::move(message)};
    case 408:
    case 504:
      return {Code::kDeadlineExceeded, "ENGINE_TIMEOUT", std::move(message)};
    case 409:
      return {Code::kAborted, "ENGINE_CONFLICT", std::move(message)};
    case 429:
      return {Code::kResourceExhausted, "ENGINE_BUSY", std::move(message)};
    case 501:
      return {Code::kUnimplemented, "ENGINE_UNSUPPORTED", std::move(message)};
    case 502:
    case 503:
      return {Code::kUnavailable, "ENGINE_UNREACHABLE", std::move(message)};
    default:
      break;
  }
  if (status >= 400 && status < 500) return BadRequest(std::move(message));
  return {Code::kInternal, "ENGINE_ERROR", std::move(message)};
}

Error PullFailure(std::string message) {
  if (IsDiskFull(message)) return DiskFull(std::move(message));
  for (const Clue& clue : kClues) {
    if (message.find(clue.words) != message.npos) return {clue.code, std::string(clue.reason), std::move(message)};
  }
  return {Code::kInternal, "ENGINE_ERROR", std::move(message)};
}

}  // namespace berth::engine

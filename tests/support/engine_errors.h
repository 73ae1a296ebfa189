// How a Docker Engine refuses.
#pragma once

#include <string>

#include "engine/base/error.h"

namespace berth::test {

inline Error NoSuchContainer(const std::string& id) {
  return {Code::kNotFound, "CONTAINER_NOT_FOUND", "No such container: " + id};
}
inline Error NoSuchImage(const std::string& reference) {
  return {Code::kNotFound, "IMAGE_NOT_FOUND", "No such image: " + reference};
}
inline Error NoSuchNetwork(const std::string& network) {
  return {Code::kNotFound, "NETWORK_NOT_FOUND", "network " + network + " not found"};
}
inline Error Conflict(std::string words) { return {Code::kAborted, "ENGINE_CONFLICT", std::move(words)}; }
inline Error BadRequest(std::string words) {
  return {Code::kInvalidArgument, "ENGINE_BAD_PARAMETER", std::move(words)};
}
inline Error EngineError(std::string words) { return {Code::kInternal, "ENGINE_ERROR", std::move(words)}; }
inline Error Unreachable() {
  return {Code::kUnavailable, "ENGINE_UNREACHABLE", "cannot connect to unix:///var/run/docker.sock: no such file"};
}
inline Error TimedOut() { return {Code::kDeadlineExceeded, "ENGINE_TIMEOUT", "the engine did not answer in time"}; }

}  // namespace berth::test

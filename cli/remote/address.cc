#include "cli/remote/address.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/remote/status.h"
#include "cli/text/safe.h"

namespace berth::cli {
namespace {

Error BadAddress(std::string_view text) {
  return {Code::kInvalidArgument, "BAD_HOST",
          "\"" + Safe(text) + "\" is not the path of a Unix socket; write it as " + kDefaultHost};
}

// 0, or the errno of connect(2).
int TryToConnect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return ENAMETOOLONG;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return errno;
  const int result = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  const int error = result == 0 ? 0 : errno;
  ::close(socket);
  return error;
}

std::string_view Symbol(int error) {
  if (error == ENOENT) return "ENOENT";
  return error == ECONNREFUSED ? "ECONNREFUSED" : "";
}

}  // namespace

Result<AgentAddress> ParseAddress(std::string_view text) {
  std::string_view path = text;
  if (path.starts_with("unix://")) {
    path.remove_prefix(7);
  } else if (path.starts_with("unix:")) {
    path.remove_prefix(5);
  } else if (path.find("://") != std::string_view::npos || path.find('/') == std::string_view::npos) {
    return BadAddress(text);
  }
  if (path.empty()) return BadAddress(text);
  // "//run/x" is the same place to the kernel, but gRPC would read a host's name into it.
  return AgentAddress{std::filesystem::path(path).lexically_normal().string()};
}

std::optional<Error> WhyUnreachable(const AgentAddress& address) {
  const int error = TryToConnect(address.path);
  if (error == 0) return std::nullopt;
  const std::string why = std::strerror(error);
  if (error == EACCES || error == EPERM) {
    return Error{Code::kPermissionDenied, reason::kSocketDenied, "not allowed to open " + address.path + ": " + why};
  }
  return Error{Code::kUnavailable,
               reason::kAgentUnreachable,
               "can't reach the agent at " + address.path + ": " + why,
               {{"errno", std::string(Symbol(error))}}};
}

}  // namespace berth::cli

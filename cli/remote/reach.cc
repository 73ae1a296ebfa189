#include "cli/remote/reach.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/descriptor.h"
#include "cli/remote/handshake.h"
#include "cli/remote/status.h"

namespace berth::cli {
namespace {

constexpr int kPatience = 5000;  // ms

std::string_view Symbol(int error) {
  if (error == ENOENT) return "ENOENT";
  return error == ECONNREFUSED ? "ECONNREFUSED" : "";
}

Error Unreachable(const AgentAddress& address, const std::string& why, std::string_view symbol = "") {
  return {Code::kUnavailable,
          reason::kAgentUnreachable,
          "can't reach the agent at " + address.Text() + ": " + why,
          {{"errno", std::string(symbol)}, {"remote", address.IsRemote() ? address.host : ""}}};
}

std::optional<Error> WhyNot(const AgentAddress& address, int error) {
  if (error == 0) return std::nullopt;
  const std::string why = std::strerror(error);
  if (!address.IsRemote() && (error == EACCES || error == EPERM)) {
    return Error{Code::kPermissionDenied, reason::kSocketDenied, "not allowed to open " + address.path + ": " + why};
  }
  return Unreachable(address, why, Symbol(error));
}

// 0, or the errno of connect(2).
int TryToConnect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return ENAMETOOLONG;
  std::memcpy(address.sun_path, path.data(), path.size());
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (*socket < 0) return errno;
  const int result = ::connect(*socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  return result == 0 ? 0 : errno;
}

// Without blocking for longer than kPatience; 0, or an errno.
int Connect(int socket, const addrinfo& place) {
  if (::connect(socket, place.ai_addr, place.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd wait{socket, POLLOUT, 0};
  if (::poll(&wait, 1, kPatience) <= 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof(error);
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

std::optional<Error> WhyUnreachableOverNetwork(const AgentAddress& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (failure != 0) return Unreachable(address, ::gai_strerror(failure));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> places(found, &::freeaddrinfo);
  int error = 0;
  for (const addrinfo* place = found; place != nullptr; place = place->ai_next) {
    const Descriptor socket(::socket(place->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    error = *socket < 0 ? errno : Connect(*socket, *place);
    if (error == 0) return WhyNoHandshake(*socket, address);
  }
  return WhyNot(address, error);
}

}  // namespace

std::optional<Error> WhyUnreachable(const AgentAddress& address) {
  if (address.IsRemote()) return WhyUnreachableOverNetwork(address);
  return WhyNot(address, TryToConnect(address.path));
}

}  // namespace berth::cli

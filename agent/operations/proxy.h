// The proxies in front of a container, and how each is told that the container has another address; pure.
//
// A proxy such as nginx asks for addresses when it starts and when it is reloaded, and at no other time. While the old
// and the new container run next to each other, a network alias means both of them, and an address that is no longer
// there makes connections hang. So the name is pinned to one address in the proxy's own /etc/hosts, which counts before
// the engine's DNS, then the proxy is reloaded: it lets go of the other address as its old workers end, and no request
// is lost.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/reload.h"
#include "engine/types.h"

namespace berth::agent {

// On the container: the containers or services in front of it, with commas, or "none".
inline constexpr std::string_view kProxyLabel = "berth.proxy";

// Whom label berth.proxy of `container` means among `others`: by name, or by service of the same Compose project.
// Empty without a label, and for "none". NOT_FOUND (PROXY_NOT_FOUND).
Result<std::vector<engine::ContainerDetails>> ProxiesOf(const engine::ContainerDetails& container,
                                                        const std::vector<engine::ContainerDetails>& others);

// What a proxy has to know of one that it stands in front of.
struct Whereabouts {
  const engine::ContainerDetails& chosen;               // the one that the names shall mean
  const engine::ContainerDetails& outgoing;             // whose aliases the proxy may know it by
  std::string_view name;                                // that both compete for
  const std::vector<engine::ContainerDetails>& others;  // some may share an alias: replicas, which stay in
};

// "172.18.0.5 web shop": addresses in a network that the proxy is in, and their names; the chosen one's first. Empty
// when they have no network in common.
std::vector<std::string> HostsLines(const engine::ContainerDetails& proxy, const Whereabouts& there);

// Of a proxy whose first process is this: those below it that have no children. Neither its master nor a command that
// somebody runs in there.
std::vector<std::int64_t> WorkersOf(const std::vector<engine::Process>& processes, std::int64_t first);

// Run in the proxy, as root. Each is a shell and what it is to do; `owner` marks our lines.
std::vector<std::string> CheckHostsCommand();
std::vector<std::string> PinCommand(std::string_view owner, const std::vector<std::string>& lines);
std::vector<std::string> UnpinCommand(std::string_view owner);

}  // namespace berth::agent

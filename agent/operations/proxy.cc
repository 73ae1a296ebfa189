#include "agent/operations/proxy.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/tokenizer.hpp>

#include "agent/operations/json_access.h"
#include "agent/operations/upgrade_plan.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using boost::json::object;
using engine::ContainerDetails;

const std::string kProject = "com.docker.compose.project";
const std::string kService = "com.docker.compose.service";

// Ours goes first: of two lines for a name, the first counts. The file is a mount and can't be replaced, only
// rewritten.
constexpr const char* kPin = R"(rest=$(grep -v "# berth:$1\$" /etc/hosts); printf '%s%s\n' "$2" "$rest" > /etc/hosts)";
constexpr const char* kUnpin = R"(rest=$(grep -v "# berth:$1\$" /etc/hosts); printf '%s\n' "$rest" > /etc/hosts)";

bool IsMeantBy(const std::string& word, const ContainerDetails& container, const ContainerDetails& other) {
  if (other.name == word) return true;
  const std::string project = engine::LabelOf(container.labels, kProject);
  return !project.empty() && engine::LabelOf(other.labels, kProject) == project &&
         engine::LabelOf(other.labels, kService) == word;
}

const object& NetworksOf(const ContainerDetails& container) {
  return ObjectAt(ObjectAt(container.raw, "NetworkSettings"), "Networks");
}

std::string AddressIn(const ContainerDetails& container, std::string_view network) {
  const object& endpoint = ObjectAt(NetworksOf(container), network);
  const std::string address = StringAt(endpoint, "IPAddress");
  return address.empty() ? StringAt(endpoint, "GlobalIPv6Address") : address;
}

// Without the id, which engines before API 1.45 list among them.
std::set<std::string> AliasesIn(const ContainerDetails& container, std::string_view network) {
  std::set<std::string> aliases;
  for (const auto& alias : ArrayAt(ObjectAt(NetworksOf(container), network), "Aliases")) {
    const std::string text = StringOf(alias);
    if (!text.empty() && !container.id.starts_with(text) && text != container.name) aliases.insert(text);
  }
  return aliases;
}

std::set<std::string> Common(const std::set<std::string>& left, const std::set<std::string>& right) {
  std::set<std::string> common;
  std::set_intersection(left.begin(), left.end(), right.begin(), right.end(), std::inserter(common, common.end()));
  return common;
}

std::string Spaced(const std::set<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += " " + word;
  return text;
}

bool IsReplica(const ContainerDetails& other, const Whereabouts& there) {
  return other.id != there.chosen.id && other.id != there.outgoing.id && RunsOrWill(other) &&
         engine::OwnerOfSideName(other.name).empty();
}

}  // namespace

Result<std::vector<ContainerDetails>> ProxiesOf(const ContainerDetails& container,
                                                const std::vector<ContainerDetails>& others) {
  const std::string label = engine::LabelOf(container.labels, std::string(kProxyLabel));
  std::vector<ContainerDetails> proxies;
  if (label == "none") return proxies;
  for (const auto& word : boost::tokenizer(label, boost::char_separator<char>(", "))) {
    const auto before = proxies.size();
    for (const auto& other : others) {
      if (IsMeantBy(word, container, other) && engine::OwnerOfSideName(other.name).empty()) proxies.push_back(other);
    }
    if (proxies.size() == before) {
      return Error{
          Code::kNotFound, "PROXY_NOT_FOUND",
          "label " + std::string(kProxyLabel) + " names " + word + ", and there is no such container or service"};
    }
  }
  return proxies;
}

std::vector<std::string> HostsLines(const ContainerDetails& proxy, const Whereabouts& there) {
  std::vector<std::string> lines;
  for (const auto& [network, endpoint] : NetworksOf(there.chosen)) {
    const std::string address = AddressIn(there.chosen, network);
    if (address.empty() || !NetworksOf(proxy).contains(network)) continue;
    const auto aliases = AliasesIn(there.outgoing, network);
    lines.push_back(address + " " + std::string(there.name) + Spaced(aliases));
    for (const auto& other : there.others) {
      if (!IsReplica(other, there)) continue;
      const auto shared = Common(aliases, AliasesIn(other, network));
      const std::string theirs = AddressIn(other, network);
      if (!shared.empty() && !theirs.empty()) lines.push_back(theirs + Spaced(shared));
    }
    break;  // one way to it is enough
  }
  return lines;
}

std::vector<std::int64_t> WorkersOf(const std::vector<engine::Process>& processes, std::int64_t first) {
  std::map<std::int64_t, std::int64_t> parents;
  std::set<std::int64_t> has_children;
  for (const auto& process : processes) {
    parents[process.pid] = process.parent;
    has_children.insert(process.parent);
  }
  std::vector<std::int64_t> workers;
  for (const auto& process : processes) {
    if (process.pid == first || has_children.contains(process.pid)) continue;
    auto above = parents.find(process.parent);
    while (above != parents.end() && above->first != first) above = parents.find(above->second);
    if (above != parents.end()) workers.push_back(process.pid);
  }
  return workers;
}

std::vector<std::string> CheckHostsCommand() { return {"sh", "-c", "test -w /etc/hosts && command -v grep"}; }

std::vector<std::string> PinCommand(std::string_view owner, const std::vector<std::string>& lines) {
  std::string marked;
  for (const auto& line : lines) marked += line + " # berth:" + std::string(owner) + "\n";
  return {"sh", "-c", kPin, "berth", std::string(owner), marked};
}

std::vector<std::string> UnpinCommand(std::string_view owner) {
  return {"sh", "-c", kUnpin, "berth", std::string(owner)};
}

}  // namespace berth::agent

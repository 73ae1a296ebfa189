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

// "registry:5000/library/nginx:1.27" and "nginxinc/nginx-unprivileged@sha256:..." are nginx.
bool IsNginx(const ContainerDetails& proxy) {
  const auto slash = proxy.image.rfind('/');
  const std::string last = proxy.image.substr(slash == std::string::npos ? 0 : slash + 1);
  const object& config = ObjectAt(proxy.raw, "Config");
  for (const auto* field : {"Entrypoint", "Cmd"}) {
    const auto& words = ArrayAt(config, field);
    if (!words.empty() && (StringOf(words.front()) == "nginx" || StringOf(words.front()).ends_with("/nginx")))
      return true;
  }
  return last.starts_with("nginx");
}

Result<std::vector<std::string>> CommandOf(std::string_view label, const std::string& text, std::string_view wanted) {
  constexpr std::string_view kExec = "exec:";
  const auto words = text.starts_with(kExec) ? SplitCommand(text.substr(kExec.size())) : std::nullopt;
  if (!words) return BadLabel(label, text, wanted);
  return *words;
}

bool IsSignal(std::string_view name) {
  return !name.empty() && name.size() <= 10 &&
         std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

Result<> ReadReload(const std::string& text, Reload& reload) {
  constexpr std::string_view kSignal = "signal:";
  if (text.starts_with(kSignal)) {
    reload.signal = text.substr(kSignal.size());
    if (IsSignal(reload.signal)) return {};
  }
  auto command = CommandOf(kReloadLabel, text, "\"signal:HUP\" or \"exec:COMMAND\"");
  if (!command) return command.error();
  reload.command = std::move(*command);
  return {};
}

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

Error BadLabel(std::string_view label, const std::string& value, std::string_view wanted) {
  return {Code::kInvalidArgument, "BAD_LABEL",
          "label " + std::string(label) + "=" + value + ": must be " + std::string(wanted)};
}

std::optional<std::vector<std::string>> SplitCommand(std::string_view text) {
  if (std::count(text.begin(), text.end(), '\'') % 2 != 0 || std::count(text.begin(), text.end(), '"') % 2 != 0) {
    return std::nullopt;
  }
  const std::string copy(text);
  const boost::escaped_list_separator<char> by_space("", " ", "\"'");
  std::vector<std::string> words;
  for (const auto& word : boost::tokenizer(copy, by_space)) {
    if (!word.empty()) words.push_back(word);
  }
  return words.empty() ? std::nullopt : std::optional(std::move(words));
}

Result<Reload> ReloadOf(const ContainerDetails& proxy) {
  const std::string how = engine::LabelOf(proxy.labels, std::string(kReloadLabel));
  const std::string test = engine::LabelOf(proxy.labels, std::string(kReloadTestLabel));
  Reload reload;
  reload.forks = IsNginx(proxy);
  if (!how.empty()) {
    if (auto read = ReadReload(how, reload); !read) return read.error();
  } else if (reload.forks) {
    reload.command = {"nginx", "-s", "reload"};
  } else {
    return Error{Code::kFailedPrecondition, "NO_RELOAD",
                 "proxy " + proxy.name + " has no label " + std::string(kReloadLabel) +
                     ": say how it is reloaded, \"signal:HUP\" or \"exec:COMMAND\""};
  }
  if (test.empty()) {
    if (reload.forks) reload.test = {"nginx", "-t"};
    return reload;
  }
  auto command = CommandOf(kReloadTestLabel, test, "\"exec:COMMAND\"");
  if (!command) return command.error();
  reload.test = std::move(*command);
  return reload;
}

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

#include "certbot-hook/users.h"

#include <algorithm>
#include <charconv>

#include <boost/json/object.hpp>
#include <boost/tokenizer.hpp>

#include "engine/json_fields.h"
#include "engine/service_key.h"

namespace berth::certificates {
namespace {

namespace fs = std::filesystem;
using engine::ContainerDetails;
using engine::Fields;

constexpr std::uint16_t kHttps = 443;

std::vector<std::string> LineagesOf(const std::string& label) {
  std::vector<std::string> names;
  for (const auto& word : boost::tokenizer(label, boost::char_separator<char>(", "))) names.push_back(word);
  return names;
}

// 0 for what is no port.
std::uint16_t PortOf(const std::string& text) {
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  return failure == std::errc{} && end == text.data() + text.size() ? port : std::uint16_t{0};
}

// Its own addresses, which are reached from the host without anything being published.
void AddOwnAddresses(const ContainerDetails& container, std::uint16_t port, std::vector<ProbeAddress>& probes) {
  engine::Complaint ignored;
  const Fields networks = Fields(container.raw, ignored).Inside("NetworkSettings").Inside("Networks");
  for (const auto& network : container.networks) {
    const Fields endpoint = networks.Inside(network);
    for (const auto* field : {"IPAddress", "GlobalIPv6Address"}) {
      const std::string address = endpoint.Text(field);
      if (!address.empty()) probes.push_back({address, port});
    }
  }
}

void AddPublished(const ContainerDetails& container, std::uint16_t port, std::vector<ProbeAddress>& probes) {
  for (const auto& published : container.ports) {
    if (published.container_port != port || published.host_port == 0 || published.protocol != "tcp") continue;
    const bool anywhere = published.host_ip.empty() || published.host_ip == "0.0.0.0" || published.host_ip == "::";
    const ProbeAddress address{anywhere ? "127.0.0.1" : published.host_ip, published.host_port};
    if (std::ranges::find(probes, address) == probes.end()) probes.push_back(address);
  }
}

std::vector<ProbeAddress> ProbesOf(const ContainerDetails& container, std::uint16_t port) {
  std::vector<ProbeAddress> probes;
  if (container.network_mode == "host") return {{"127.0.0.1", port}};
  AddOwnAddresses(container, port, probes);
  AddPublished(container, port, probes);
  return probes;
}

void ReadProbe(const ContainerDetails& container, User& user) {
  const std::string label = engine::LabelOf(container.labels, std::string(kProbeLabel));
  user.probed = label != "none";
  const std::uint16_t port = label.empty() ? kHttps : PortOf(label);
  if (!user.probed) return;
  if (port == 0) {
    user.problem = engine::BadLabel(kProbeLabel, label, "a port such as 443, or none").message;
    return;
  }
  user.probes = ProbesOf(container, port);
}

// --- mounts ---

struct Mount {
  fs::path source;
  fs::path destination;
};

std::vector<Mount> MountsOf(const ContainerDetails& container) {
  engine::Complaint ignored;
  std::vector<Mount> mounts;
  for (const auto& value : Fields(container.raw, ignored).Array("Mounts")) {
    const Fields mount(value, ignored);
    mounts.push_back({fs::path(mount.Text("Source")).lexically_normal(), mount.Text("Destination")});
  }
  return mounts;
}

// `inner` is `outer`, or below it.
bool IsWithin(const fs::path& inner, const fs::path& outer) {
  const auto [end, rest] = std::ranges::mismatch(outer, inner);
  return end == outer.end() || (std::next(end) == outer.end() && end->empty());
}

// Where the container sees this file of the host's.
std::vector<fs::path> SeenAt(const std::vector<Mount>& mounts, const fs::path& file) {
  std::vector<fs::path> places;
  for (const auto& mount : mounts) {
    if (mount.source.empty() || !IsWithin(file, mount.source)) continue;
    places.push_back((mount.destination / file.lexically_relative(mount.source)).lexically_normal());
  }
  return places;
}

std::string HowToMount(const fs::path& config_dir) {
  return "mount the whole directory: " + config_dir.string() + ":" + config_dir.string() + ":ro";
}

}  // namespace

bool User::Uses(const std::string& lineage) const { return std::ranges::find(lineages, lineage) != lineages.end(); }

User UserOf(const ContainerDetails& container) {
  User user;
  user.id = container.id;
  user.container = container.name;
  user.service_key = engine::ServiceKeyOf(container.name, container.labels);
  user.project = engine::LabelOf(container.labels, "com.docker.compose.project");
  user.running = container.state == engine::ContainerState::kRunning;
  user.lineages = LineagesOf(engine::LabelOf(container.labels, std::string(kCertificateLabel)));
  auto reload = engine::ReloadOf(container);
  if (reload) {
    user.reload = std::move(*reload);
  } else {
    user.problem = reload.error().message;
  }
  ReadProbe(container, user);
  return user;
}

std::vector<std::string> LintMounts(const ContainerDetails& container, const std::string& lineage,
                                    const fs::path& config_dir) {
  const fs::path live = config_dir / "live" / lineage;
  const fs::path archive = config_dir / "archive" / lineage;
  const fs::path stand_in = config_dir / "berth" / lineage;
  const auto mounts = MountsOf(container);
  std::vector<std::string> problems;
  for (const auto& mount : mounts) {
    const bool of_ours =
        IsWithin(mount.source, live) || IsWithin(mount.source, archive) || IsWithin(mount.source, stand_in);
    if (of_ours && mount.source.extension() == ".pem") {
      problems.push_back("the single file " + mount.source.string() +
                         " is mounted, which stays the old one when it is replaced; " + HowToMount(config_dir));
    }
  }
  if (!problems.empty()) return problems;
  const auto links = SeenAt(mounts, live / "fullchain.pem");
  const auto files = SeenAt(mounts, archive / "fullchain1.pem");
  if (links.empty())
    return {"nothing of " + live.string() + " is mounted in it: it shows a copy; " + HowToMount(config_dir)};
  if (files.empty()) return {"live/ is mounted without archive/, where its links lead; " + HowToMount(config_dir)};
  // The links are relative: "../../archive/example.org/fullchain1.pem".
  const auto leads_there = [&](const fs::path& link) {
    const fs::path target = link.parent_path() / "../../archive" / lineage / "fullchain1.pem";
    return std::ranges::find(files, target.lexically_normal()) != files.end();
  };
  if (std::ranges::any_of(links, leads_there)) return {};
  return {"live/ and archive/ are mounted apart from each other, so that the links lead nowhere; " +
          HowToMount(config_dir)};
}

}  // namespace berth::certificates

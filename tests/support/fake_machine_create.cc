// How a fake machine makes a container of a request, and what it refuses.
#include <set>

#include <boost/json/array.hpp>

#include "tests/support/engine_errors.h"
#include "tests/support/fake_config.h"
#include "tests/support/fake_machine.h"

namespace berth::test {
namespace {

using boost::json::array;
using boost::json::object;

object Mount(std::string type, std::string name, std::string source, std::string target, bool writable) {
  object mount = {{"Type", type}, {"Source", source}, {"Destination", target}, {"Mode", ""}, {"RW", writable}};
  if (type == "volume") {
    mount["Name"] = name;
    mount["Source"] = "/var/lib/docker/volumes/" + name + "/_data";
    mount["Driver"] = "local";
  }
  mount["Propagation"] = type == "bind" ? "rprivate" : "";
  return mount;
}

// "source:target[:mode]"; a source without a slash is a volume.
object MountOfBind(std::string_view bind) {
  const auto first = bind.find(':');
  const auto second = bind.find(':', first + 1);
  const std::string source(bind.substr(0, first));
  const std::string target(bind.substr(first + 1, second - first - 1));
  const bool writable =
      second == std::string_view::npos || bind.substr(second + 1).find("ro") == std::string_view::npos;
  return Mount(source.starts_with('/') ? "bind" : "volume", source, source, target, writable);
}

object MountOfSpec(const object& spec) {
  const auto* read_only = spec.if_contains("ReadOnly");
  const bool writable = !read_only || !read_only->is_bool() || !read_only->get_bool();
  return Mount(Text(spec, "Type"), Text(spec, "Source"), Text(spec, "Source"), Text(spec, "Target"), writable);
}

// Of Binds and Mounts; volumes of the configuration that nothing is mounted on get an anonymous one.
Result<array> MountsOf(const object& config, const object& host_config, std::uint64_t& next_id) {
  array mounts;
  const auto add_all = [&mounts](const object& from, const char* key, auto make) {
    const auto* list = from.if_contains(key);
    if (!list || !list->is_array()) return;
    for (const auto& entry : list->get_array()) mounts.push_back(make(entry));
  };
  add_all(host_config, "Binds", [](const auto& bind) { return MountOfBind(bind.as_string()); });
  add_all(host_config, "Mounts", [](const auto& spec) { return MountOfSpec(spec.as_object()); });
  std::set<std::string> targets;
  for (const auto& mount : mounts) {
    const auto target = Text(mount.as_object(), "Destination");
    if (!targets.insert(target).second) return BadRequest("Duplicate mount point: " + target);
  }
  for (const auto& [target, ignored] : Member(config, "Volumes")) {
    if (targets.insert(target).second) mounts.push_back(Mount("volume", MakeUpId(next_id++), "", target, true));
  }
  return mounts;
}

// What was asked for, else the network that the mode names. Namespaces of others have a pseudo network or none.
object NetworksOf(const object& body, const std::string& mode) {
  object networks = Member(Member(body, "NetworkingConfig"), "EndpointsConfig");
  const auto first = mode == "default" || mode.empty() ? "bridge" : mode;
  if (!first.starts_with("container:") && networks.empty()) networks[first] = object{};
  for (auto& [name, endpoint] : networks) {
    if (!endpoint.is_object()) endpoint = object{};
  }
  return networks;
}

// Before API 1.45 the short id is an alias on every network of one's own.
void AddShortIdAlias(object& networks, const std::string& id) {
  for (auto& [name, endpoint] : networks) {
    if (name == "bridge" || name == "host" || name == "none") continue;
    auto& aliases = endpoint.as_object()["Aliases"];
    if (!aliases.is_array()) aliases = array{};
    aliases.get_array().push_back(boost::json::string(id.substr(0, 12)));
  }
}

bool SharesHostname(const std::string& mode) { return mode == "host" || mode.starts_with("container:"); }

Result<> CheckHostConfig(const object& host_config) {
  const auto* automatic = host_config.if_contains("AutoRemove");
  const bool removes = automatic && automatic->is_bool() && automatic->get_bool();
  const bool restarts = Text(Member(host_config, "RestartPolicy"), "Name") != "no";
  if (removes && restarts) return BadRequest("can't create 'AutoRemove' container with restart policy");
  return {};
}

}  // namespace

Result<> FakeMachine::CheckNetworks(const engine::CreateRequest& request) const {
  const auto& endpoints = Member(Member(request.body, "NetworkingConfig"), "EndpointsConfig");
  if (endpoints.size() < 2 || std::stoi(api_version.substr(2)) >= 44) return {};
  return BadRequest("Container cannot be created with multiple network endpoints");
}

Result<FakeContainer> FakeMachine::Design(const engine::CreateRequest& request) {
  const auto* image = images.Find(Text(request.body, "Image"));
  if (!image) return NoSuchImage(Text(request.body, "Image"));
  FakeContainer container;
  container.id = MakeUpId(next_id_++);
  container.name = request.name.empty() ? "made_up_" + container.id.substr(0, 6) : request.name;
  container.image_id = image->id;
  container.created_at = clock_.WallNow();
  container.behaviour = image->behaviour;
  container.host_config = FillHostConfig(Member(request.body, "HostConfig"));
  if (const auto valid = CheckHostConfig(container.host_config); !valid) return valid.error();
  object user = request.body;
  user.erase("HostConfig");
  user.erase("NetworkingConfig");
  container.config = MergeConfig(std::move(user), image->config);
  auto mounts = MountsOf(container.config, container.host_config, next_id_);
  if (!mounts) return mounts.error();
  container.mounts = std::move(*mounts);
  return container;
}

Result<engine::Created> FakeMachine::Create(const engine::CreateRequest& request) {
  if (const auto is_free = CheckNameIsFree(request.name); !is_free) return is_free.error();
  if (const auto valid = CheckNetworks(request); !valid) return valid.error();
  auto designed = Design(request);
  if (!designed) return designed.error();
  auto& container = *designed;
  for (const auto* field : {"NetworkMode", "IpcMode", "PidMode"}) {
    const auto shared = Text(container.host_config, field);
    if (!shared.starts_with("container:")) continue;
    const auto* other = Find(shared.substr(10));
    if (!other) return NoSuchContainer(shared.substr(10));
    container.host_config[field] = "container:" + other->id;
  }
  const auto mode = Text(container.host_config, "NetworkMode");
  container.networks = NetworksOf(request.body, mode);
  AddShortIdAlias(container.networks, container.id);
  if (Text(container.config, "Hostname").empty()) {
    container.config["Hostname"] = SharesHostname(mode) ? "fakehost" : container.id.substr(0, 12);
  }
  containers_.push_back(std::make_unique<FakeContainer>(std::move(container)));
  auto& made = *containers_.back();
  by_id_[made.id] = by_name_[made.name] = &made;
  Changed(made, "create");
  return engine::Created{made.id, {}};
}

void FakeMachine::AddNetwork(const std::string& name) {
  engine::Network network;
  network.id = MakeUpId(std::hash<std::string>()(name));
  network.name = name;
  network.driver = name == "host" || name == "none" ? name : "bridge";
  network.scope = "local";
  networks_[name] = std::move(network);
}

Result<engine::Network> FakeMachine::InspectNetwork(const std::string& wanted) {
  for (auto [name, network] : networks_) {
    if (name != wanted && network.id != wanted) continue;
    for (const auto& container : containers_) {
      if (container->Runs() && container->networks.contains(name)) network.container_ids.push_back(container->id);
    }
    return network;
  }
  return NoSuchNetwork(wanted);
}

Result<> FakeMachine::Connect(const std::string& wanted, const std::string& id, boost::json::object endpoint) {
  const auto network = InspectNetwork(wanted);
  if (!network) return network.error();
  const auto found = Require(id);
  if (!found) return found.error();
  auto& networks = (**found).networks;
  if (networks.contains(network->name)) {
    return EngineError("endpoint with name " + (**found).name + " already exists in network " + network->name);
  }
  object added = {{network->name, std::move(endpoint)}};
  AddShortIdAlias(added, (**found).id);
  networks[network->name] = added.at(network->name);
  changed.Open();
  return {};
}

Result<> FakeMachine::Disconnect(const std::string& wanted, const std::string& id) {
  const auto network = InspectNetwork(wanted);
  if (!network) return network.error();
  const auto found = Require(id);
  if (!found) return found.error();
  if ((**found).networks.erase(network->name) == 0) {
    return EngineError("container " + (**found).id + " is not connected to network " + network->name);
  }
  changed.Open();
  return {};
}

}  // namespace berth::test

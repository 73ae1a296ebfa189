// After an upgrade the container is found where it was: by its name, its aliases, its addresses and its ports.
#include <boost/json/parse.hpp>

#include "tests/e2e/host.h"
#include "tests/e2e/inspection.h"

namespace berth::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr char kFront[] = "e2e-front";
constexpr char kBack[] = "e2e-back";

class NetworksOfAHost : public RunningHost {
 protected:
  void SetUp() override {
    RunningHost::SetUp();
    docker.Command({"network", "create", "--subnet", "10.77.1.0/24", kFront});
    docker.Command({"network", "create", "--subnet", "10.77.2.0/24", "--internal", kBack});
  }

  // kWeb on the network kFront, with an alias and an address of its own.
  void RunInFront(const std::string& host_config = "{}") {
    auto config = boost::json::parse(R"({
      "NetworkingConfig": {"EndpointsConfig": {
        "e2e-front": {"Aliases": ["shop"], "IPAMConfig": {"IPv4Address": "10.77.1.42"}}
      }}
    })")
                      .as_object();
    config["HostConfig"] = boost::json::parse(host_config);
    config["HostConfig"].as_object()["NetworkMode"] = kFront;
    config["Image"] = Image("web:1");
    docker.Run(kWeb, config);
  }

  void RunPeer(const std::string& name, const std::string& network) {
    docker.Run(name, {{"Image", Image("web:plain")}, {"HostConfig", {{"NetworkMode", network}}}});
  }

  std::string SeenBy(const std::string& peer, const std::string& name) {
    return docker.Exec(peer, {"wget", "-q", "-O", "-", "http://" + name + ":8080/version"});
  }

  boost::json::object Endpoint(const std::string& network) {
    return docker.Inspect(kWeb).raw.at("NetworkSettings").at("Networks").at(network).as_object();
  }

  // Without our own container's short id, which the engine puts among them.
  std::vector<std::string> Aliases(const std::string& network) {
    std::vector<std::string> aliases;
    const auto own = docker.Inspect(kWeb).id.substr(0, 12);
    const auto endpoint = Endpoint(network);
    for (const auto& alias : endpoint.at("Aliases").as_array()) {
      if (alias.as_string() != own) aliases.emplace_back(alias.as_string());
    }
    return aliases;
  }
};

TEST_F(NetworksOfAHost, KnowTheNewContainerByNameAliasAndAddress) {
  RunInFront();
  RunPeer("e2e-peer", kFront);
  for (const auto* name : {"e2e-web", "shop", "10.77.1.42"}) EXPECT_EQ(SeenBy("e2e-peer", name), "1\n") << name;
  EXPECT_OK(OutcomeOf(Upgrade("web:2")));
  for (const auto* name : {"e2e-web", "shop", "10.77.1.42"}) EXPECT_EQ(SeenBy("e2e-peer", name), "2\n") << name;
  EXPECT_THAT(Aliases(kFront), ElementsAre("shop"));
  EXPECT_EQ(Endpoint(kFront).at("IPAddress"), "10.77.1.42");
}

TEST_F(NetworksOfAHost, KnowTheOldContainerAgainAfterAFailure) {
  RunInFront();
  RunPeer("e2e-peer", kFront);
  EXPECT_FALSE(OutcomeOf(Upgrade("web:crash")).has_value());
  for (const auto* name : {"e2e-web", "shop", "10.77.1.42"}) EXPECT_EQ(SeenBy("e2e-peer", name), "1\n") << name;
  EXPECT_THAT(docker.Names(), UnorderedElementsAre("e2e-peer", kWeb));
}

TEST_F(NetworksOfAHost, AreAllConnectedAgain) {
  RunInFront();
  docker.Command({"network", "connect", "--alias", "store", "--ip", "10.77.2.42", kBack, kWeb});
  RunPeer("e2e-peer", kBack);
  EXPECT_OK(OutcomeOf(Upgrade("web:2")));
  EXPECT_THAT(docker.Inspect(kWeb).networks, UnorderedElementsAre(kFront, kBack));
  for (const auto* name : {"e2e-web", "store", "10.77.2.42"}) EXPECT_EQ(SeenBy("e2e-peer", name), "2\n") << name;
  EXPECT_THAT(Aliases(kBack), ElementsAre("store"));
}

TEST_F(NetworksOfAHost, KeepAliasesFromPilingUpOverManyUpgrades) {
  RunInFront();
  for (const auto* image : {"web:2", "web:3", "web:1"}) EXPECT_OK(OutcomeOf(Upgrade(image)));
  EXPECT_THAT(Aliases(kFront), ElementsAre("shop"));
}

TEST_F(NetworksOfAHost, KeepPortsNamesAndServersOfTheContainer) {
  RunInFront(R"({
    "PortBindings": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "18080"}], "9000/udp": [{"HostPort": "19000"}]},
    "ExtraHosts": ["db:10.1.2.3"], "Dns": ["10.77.1.1"], "DnsSearch": ["example.org"], "DnsOptions": ["ndots:2"]
  })");
  const auto before = docker.Inspect(kWeb).raw;
  EXPECT_OK(OutcomeOf(Upgrade("web:2")));
  EXPECT_EQ(Version(), "2");
  auto differences = DifferencesBetween(before, docker.Inspect(kWeb).raw);
  std::erase_if(differences, [](const auto& line) {
    return line.starts_with("Image:") || line.starts_with("Config.") || line.find(".Aliases.") != line.npos;
  });
  EXPECT_THAT(differences, IsEmpty());
  EXPECT_THAT(docker.Exec(kWeb, {"cat", "/etc/hosts"}), HasSubstr("10.1.2.3\tdb"));
}

TEST_F(NetworksOfAHost, KeepAHardwareAddressThatWasChosen) {
  auto config = WebConfig();
  config["MacAddress"] = "02:42:0a:00:00:77";
  docker.Run(kWeb, config);
  EXPECT_OK(OutcomeOf(Upgrade("web:2")));
  EXPECT_EQ(Endpoint("bridge").at("MacAddress"), "02:42:0a:00:00:77");
}

TEST_F(NetworksOfAHost, LetTheEngineChooseAPortAgainAndSaySo) {
  auto config = WebConfig();
  config["HostConfig"] = {{"PublishAllPorts", false}, {"PortBindings", {{"8080/tcp", {{{"HostPort", ""}}}}}}};
  docker.Run(kWeb, config);
  const auto ended = Upgrade("web:2");
  EXPECT_OK(OutcomeOf(ended));
  EXPECT_THAT(ended.upgrade_result().warnings(), Contains(HasSubstr("8080/tcp is chosen by the engine")));
}

TEST_F(NetworksOfAHost, MayBeTheHostsOwn) {
  docker.Run(
      kWeb,
      {{"Image", Image("web:1")},
       {"Cmd", {"18080"}},
       {"HostConfig", {{"NetworkMode", "host"}}},
       {"Healthcheck",
        {{"Test", {"CMD", "wget", "-q", "-O", "-", "http://127.0.0.1:18080/healthy"}}, {"Interval", 200'000'000}}}});
  EXPECT_TRUE(Within(5s, [] { return Version() == "1"; }));
  EXPECT_OK(OutcomeOf(Upgrade("web:2")));
  EXPECT_EQ(Version(), "2");
}

}  // namespace
}  // namespace berth::test

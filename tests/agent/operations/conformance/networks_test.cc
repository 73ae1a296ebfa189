#include "tests/agent/operations/conformance/conformance.h"

namespace berth::agent {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(Conformance, N1ConnectsFurtherNetworksLateOnAnEngineThatTakesOneAtCreation) {
  Networks("front", R"({"back": {"Aliases": ["db-client"]}, "front": {}})");
  const Recreated recreated = Make();
  EXPECT_EQ(Endpoints(), Json(R"({"front": {}})"));
  ASSERT_EQ(recreated.late_networks.size(), 1u);
  EXPECT_EQ(recreated.late_networks[0].network, "back");
  EXPECT_EQ(recreated.late_networks[0].endpoint, Json(R"({"Aliases": ["db-client"]})"));
}

TEST_F(Conformance, N1DoesNotConnectLateWhereTheEngineTakesAllAtCreation) {
  api_version = "1.44";
  Networks("front", R"({"front": {}, "back": {}})");
  EXPECT_EQ(Endpoints().size(), 2u);
  EXPECT_THAT(Make().late_networks, IsEmpty());
}

TEST_F(Conformance, N2NamesANetworkThatWasGivenByItsId) {
  Networks("n1", R"({"front": {"NetworkID": "n1"}})");
  EXPECT_EQ(Mode(), "front");
  EXPECT_TRUE(Endpoints().contains("front"));
}

TEST_F(Conformance, N2DoesNotGoBackToANetworkThatItWasDisconnectedFrom) {
  Networks("front", R"({"back": {"Aliases": ["b"]}})");
  EXPECT_EQ(Mode(), "back");
  EXPECT_EQ(Endpoints(), Json(R"({"back": {"Aliases": ["b"]}})"));
}

TEST_F(Conformance, N2RefusesAContainerThatWasDisconnectedFromAll) {
  Networks("front", "{}");
  EXPECT_THAT(Make().refusals, ElementsAre(HasSubstr("connect it again")));
  Networks("front", R"({"front": {}})");
  EXPECT_THAT(Make().refusals, IsEmpty());
}

// As API 1.41 shows them: with what the engine adds by itself.
TEST_F(Conformance, N3StripsTheAliasesOfTheEngineAndKeepsTheRest) {
  Config(R"({"Hostname": "shop-1"})");
  Networks("front", R"({"front": {"Aliases": ["app", "0123456789ab", "shop-1"]}})");
  EXPECT_EQ(Endpoints(), Json(R"({"front": {"Aliases": ["app"]}})"));
}

// Since API 1.45 they are as they were given, and names are in DNSNames.
TEST_F(Conformance, N3DoesNotStripAHostnameThatSomebodyGaveAsAnAlias) {
  api_version = "1.45";
  Config(R"({"Hostname": "shop-1"})");
  Networks("front",
           R"({"front": {"Aliases": ["app", "shop-1"], "DNSNames": ["web", "app", "shop-1", "0123456789ab"]}})");
  EXPECT_EQ(Endpoints(), Json(R"({"front": {"Aliases": ["app", "shop-1"]}})"));
}

TEST_F(Conformance, N4KeepsStaticAddresses) {
  const char* front = R"({"front": {"IPAMConfig": {"IPv4Address": "10.0.0.7", "IPv6Address": "fd00::7",
                                                   "LinkLocalIPs": ["169.254.0.7"]}}})";
  Networks("front", front);
  EXPECT_EQ(Endpoints(), Json(front));
}

TEST_F(Conformance, N5LeavesAMacAddressOfTheEnginesToTheEngine) {
  api_version = "1.44";
  Networks("front", R"({"front": {"MacAddress": "02:42:0a:00:00:07", "IPAddress": "10.0.0.7"},
                        "back": {"MacAddress": "02:42:0a:01:00:08", "IPAddress": "10.1.0.8"}})");
  EXPECT_EQ(Endpoints(), Json(R"({"front": {}, "back": {}})"));
  EXPECT_THAT(Make().warnings, IsEmpty());
}

TEST_F(Conformance, N5KeepsOneOfAFurtherNetworkThatCanOnlyHaveBeenChosen) {
  api_version = "1.44";
  Networks("front", R"({"front": {}, "back": {"MacAddress": "02:00:00:00:00:09", "IPAddress": "10.1.0.8"}})");
  EXPECT_EQ(Endpoints(), Json(R"({"front": {}, "back": {"MacAddress": "02:00:00:00:00:09"}})"));
}

// Docker 28 chooses at random.
TEST_F(Conformance, N5WarnsWhereNobodyCanTellWhoChoseIt) {
  api_version = "1.48";
  Networks("front", R"({"front": {"MacAddress": "6a:11:22:33:44:55", "IPAddress": "10.0.0.7"},
                        "back": {"MacAddress": "02:00:00:00:00:09", "IPAddress": "10.1.0.8"}})");
  EXPECT_EQ(Endpoints(), Json(R"({"front": {}, "back": {}})"));
  EXPECT_THAT(Make().warnings, ElementsAre(HasSubstr("MAC address on back")));
}

TEST_F(Conformance, N6NeverSendsAMacAddressWithAConnection) {
  Networks("front", R"({"front": {}, "back": {"MacAddress": "02:00:00:00:00:09", "IPAddress": "10.1.0.8"}})");
  ASSERT_EQ(Make().late_networks.size(), 1u);
  EXPECT_TRUE(Make().late_networks[0].endpoint.empty());
}

TEST_F(Conformance, N7KeepsDriverOptionsGatewayPriorityAndLinks) {
  api_version = "1.48";
  const char* front =
      R"({"front": {"Links": ["db:database"], "DriverOpts": {"com.docker.network.endpoint.ifname": "lan0"},
                                    "GwPriority": 10}})";
  Networks("front", front);
  EXPECT_EQ(Endpoints(), Json(front));
}

TEST_F(Conformance, N7DoesNotSendWhatIsNotSet) {
  api_version = "1.48";
  Networks("front",
           R"({"front": {"Links": null, "DriverOpts": null, "GwPriority": 0, "IPAMConfig": {}, "Aliases": null}})");
  EXPECT_EQ(Endpoints(), Json(R"({"front": {}})"));
}

// As API 1.51 shows an endpoint.
TEST_F(Conformance, N8DropsWhatTheEngineFoundItself) {
  api_version = "1.51";
  Networks("front", R"({"front": {"IPAMConfig": null, "Links": null, "Aliases": ["app"], "DriverOpts": null,
      "GwPriority": 0, "NetworkID": "n1", "EndpointID": "e1", "Gateway": "10.0.0.1", "IPAddress": "10.0.0.7",
      "MacAddress": "6a:11:22:33:44:55", "IPPrefixLen": 24, "IPv6Gateway": "", "GlobalIPv6Address": "",
      "GlobalIPv6PrefixLen": 0, "DNSNames": ["web", "0123456789ab", "app"]}})");
  EXPECT_EQ(Endpoints(), Json(R"({"front": {"Aliases": ["app"]}})"));
}

TEST_F(Conformance, N9AsksForNoEndpointInANetworkThatIsNotItsOwn) {
  Networks("container:" + kId, "{}");
  EXPECT_TRUE(Endpoints().empty());
  for (const auto* mode : {"host", "none"}) {
    Networks(mode, R"({"host": {"Aliases": ["a"]}})");
    EXPECT_TRUE(Endpoints().empty()) << mode;
    EXPECT_THAT(Make().late_networks, IsEmpty()) << mode;
    EXPECT_EQ(Mode(), mode);
  }
}

TEST_F(Conformance, N10MovesSysctlsOfTheFirstInterfaceToItsNetwork) {
  api_version = "1.48";
  Networks("front",
           R"({"front": {"DriverOpts": {"com.docker.network.endpoint.sysctls": "net.ipv4.conf.IFNAME.a=1"}}})");
  Host(
      R"({"Sysctls": {"net.ipv6.conf.eth0.accept_ra": "2", "net.core.somaxconn": "512", "net.ipv4.ip_forward": "1"}})");
  EXPECT_EQ(Endpoints(), Json(R"({"front": {"DriverOpts": {"com.docker.network.endpoint.sysctls":
                                  "net.ipv4.conf.IFNAME.a=1,net.ipv6.conf.IFNAME.accept_ra=2"}}})"));
  EXPECT_EQ(NewHost(), Json(R"({"Sysctls": {"net.core.somaxconn": "512", "net.ipv4.ip_forward": "1"}})"));
}

TEST_F(Conformance, N10DoesNotMoveThemOnAnOlderEngine) {
  api_version = "1.47";
  Host(R"({"Sysctls": {"net.ipv6.conf.eth0.accept_ra": "2"}})");
  EXPECT_EQ(NewHost(), Json(R"({"Sysctls": {"net.ipv6.conf.eth0.accept_ra": "2"}})"));
  EXPECT_EQ(Endpoints(), Json(R"({"bridge": {}})"));
}

TEST_F(Conformance, N10RefusesASysctlOfAnInterfaceThatNobodyCanTell) {
  api_version = "1.48";
  Host(R"({"Sysctls": {"net.ipv6.conf.eth1.accept_ra": "2"}})");
  EXPECT_THAT(Make().refusals, ElementsAre(HasSubstr("net.ipv6.conf.eth1.accept_ra")));
}

TEST_F(Conformance, N11KeepsTheOrderOfTheNetworks) {
  api_version = "1.44";
  Networks("front", R"({"zone": {}, "front": {}, "back": {}})");
  std::vector<std::string> order;
  for (const auto& [name, endpoint] : Endpoints()) order.emplace_back(name);
  EXPECT_THAT(order, ElementsAre("zone", "front", "back"));
}

}  // namespace berth::agent

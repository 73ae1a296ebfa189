#include "agent/operations/proxy.h"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;
using engine::Labels;
using test::FailsWith;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

ContainerDetails Named(char id, const std::string& name, Labels labels = {}, const std::string& raw = "{}") {
  ContainerDetails container;
  container.id = std::string(64, id);
  container.name = name;
  container.state = engine::ContainerState::kRunning;
  container.labels = std::move(labels);
  container.raw = boost::json::parse(raw).as_object();
  return container;
}

// --- who is meant ---

const Labels kShopWeb{{"com.docker.compose.project", "shop"}, {"com.docker.compose.service", "web"}};
const Labels kShopFront{{"com.docker.compose.project", "shop"}, {"com.docker.compose.service", "front"}};
const Labels kBlogFront{{"com.docker.compose.project", "blog"}, {"com.docker.compose.service", "front"}};

ContainerDetails Web(const std::string& proxy) {
  auto labels = kShopWeb;
  if (!proxy.empty()) labels["berth.proxy"] = proxy;
  return Named('a', "shop_web_1", labels);
}

TEST(ProxiesOf, AreMeantByNameOrByServiceOfTheSameProject) {
  const std::vector<ContainerDetails> others{Named('c', "shop_front_1", kShopFront),
                                             Named('d', "blog_front_1", kBlogFront), Named('e', "edge")};
  const auto by_service = ProxiesOf(Web("front"), others);
  ASSERT_OK(by_service);
  ASSERT_THAT(*by_service, SizeIs(1));
  EXPECT_EQ(by_service->front().name, "shop_front_1");
  EXPECT_THAT(*ProxiesOf(Web("edge, front"), others), SizeIs(2));
  EXPECT_THAT(*ProxiesOf(Web("blog_front_1"), others), SizeIs(1));
}

TEST(ProxiesOf, AreNoneWithoutALabelAndNoneThatIsNotThere) {
  const std::vector<ContainerDetails> others{Named('e', "edge")};
  EXPECT_THAT(*ProxiesOf(Web(""), others), IsEmpty());
  EXPECT_THAT(*ProxiesOf(Web("none"), others), IsEmpty());
  EXPECT_THAT(ProxiesOf(Web("edge,front"), others), FailsWith(Code::kNotFound, "PROXY_NOT_FOUND"));
}

TEST(ProxiesOf, AreNotThoseThatAnUpgradePutAside) {
  const std::vector<ContainerDetails> others{Named('c', "shop_front_1.berth-0123456789abcdef-old", kShopFront),
                                             Named('d', "shop_front_1", kShopFront)};
  EXPECT_THAT(*ProxiesOf(Web("front"), others), SizeIs(1));
}

// --- what is written into /etc/hosts ---

std::string InShop(const std::string& address, const std::string& aliases) {
  return R"({"NetworkSettings": {"Networks": {"shop": {"IPAddress": ")" + address + R"(", "Aliases": )" + aliases +
         "}}}}";
}

TEST(HostsLines, PinNameAndAliasesToOneAddress) {
  const auto old = Named('a', "web", {}, InShop("172.18.0.3", R"(["app", "aaaaaaaaaaaa", "web"])"));
  const auto chosen =
      Named('b', "web.berth-0123456789abcdef-new", {}, InShop("172.18.0.7", R"(["app", "bbbbbbbbbbbb"])"));
  const auto proxy = Named('f', "front", {}, InShop("172.18.0.2", "null"));
  EXPECT_THAT(HostsLines(proxy, {chosen, old, "web", {}}), ElementsAre("172.18.0.7 web app"));
  EXPECT_THAT(HostsLines(proxy, {old, old, "web", {}}), ElementsAre("172.18.0.3 web app"));
}

TEST(HostsLines, KeepReplicasThatShareTheAlias) {
  const auto old = Named('a', "web_1", {}, InShop("172.18.0.3", R"(["web"])"));
  const auto chosen = Named('b', "web_1.berth-0123456789abcdef-new", {}, InShop("172.18.0.7", R"(["web"])"));
  const auto replica = Named('c', "web_2", {}, InShop("172.18.0.4", R"(["web", "other"])"));
  auto stopped = Named('d', "web_3", {}, InShop("172.18.0.5", R"(["web"])"));
  stopped.state = engine::ContainerState::kExited;
  const auto stranger = Named('e', "db", {}, InShop("172.18.0.6", R"(["db"])"));
  const auto proxy = Named('f', "front", {}, InShop("172.18.0.2", "null"));
  EXPECT_THAT(HostsLines(proxy, {chosen, old, "web_1", {old, chosen, replica, stopped, stranger}}),
              ElementsAre("172.18.0.7 web_1 web", "172.18.0.4 web"));
}

TEST(HostsLines, AreNoneWhereTheProxyIsInNoneOfItsNetworks) {
  const auto web = Named('a', "web", {}, InShop("172.18.0.3", "null"));
  EXPECT_THAT(HostsLines(Named('f', "front"), {web, web, "web", {}}), IsEmpty());
}

TEST(PinCommands, MarkEveryLineAsOurs) {
  const auto command = PinCommand("web", {"172.18.0.7 web app", "172.18.0.4 app"});
  EXPECT_THAT(command, ElementsAre("sh", "-c", HasSubstr("/etc/hosts"), "berth", "web",
                                   "172.18.0.7 web app # berth:web\n172.18.0.4 app # berth:web\n"));
}

// --- workers ---

TEST(WorkersOf, AreThoseBelowTheFirstThatHaveNoChildren) {
  const std::vector<engine::Process> with_init{
      {10, 1, "docker-init"}, {11, 10, "nginx: master"}, {12, 11, "nginx: worker"}, {13, 11, "nginx: worker"}};
  EXPECT_THAT(WorkersOf(with_init, 10), ElementsAre(12, 13));
}

TEST(WorkersOf, AreNotTheFirstItselfNorACommandThatSomebodyRunsInThere) {
  EXPECT_THAT(WorkersOf({{10, 1, "caddy"}, {20, 1, "wget health"}, {21, 20, "sh"}}, 10), IsEmpty());
}

}  // namespace
}  // namespace berth::agent

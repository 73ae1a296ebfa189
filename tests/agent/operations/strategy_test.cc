#include "agent/operations/strategy.h"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;
using test::FailsWith;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ContainerDetails Running(const std::string& raw = "{}") {
  ContainerDetails container;
  container.id = std::string(64, 'a');
  container.name = "web";
  container.state = engine::ContainerState::kRunning;
  container.has_healthcheck = true;
  container.raw = boost::json::parse(raw).as_object();
  return container;
}

ContainerDetails Another(const std::string& raw = "{}") {
  ContainerDetails container = Running(raw);
  container.id = std::string(64, 'b');
  container.name = "other";
  return container;
}

TEST(Obstacles, AreNoneForAWorkerWithAHealthCheck) {
  const auto obstacles = ObstaclesTo(Running(), {Another()});
  EXPECT_THAT(obstacles.hard, IsEmpty());
  EXPECT_THAT(obstacles.soft, IsEmpty());
}

TEST(Obstacles, AreAFixedPortOfTheHostAndNotOneThatTheEngineChooses) {
  const auto with_port = [](const std::string& port) {
    return Running(R"({"HostConfig": {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": ")" + port + R"("}]}}})");
  };
  EXPECT_THAT(ObstaclesTo(with_port("8080"), {}).hard, ElementsAre(HasSubstr("80/tcp")));
  EXPECT_THAT(ObstaclesTo(with_port(""), {}).hard, IsEmpty());
  EXPECT_THAT(ObstaclesTo(with_port("0"), {}).hard, IsEmpty());
}

TEST(Obstacles, AreAFixedAddressAndNotOneThatTheEngineChose) {
  const auto with_ipam = [](const std::string& ipam) {
    return Running(R"({"NetworkSettings": {"Networks": {"shop": {"IPAddress": "172.18.0.9", "IPAMConfig": )" + ipam +
                   "}}}}");
  };
  EXPECT_THAT(ObstaclesTo(with_ipam(R"({"IPv4Address": "172.18.0.9"})"), {}).hard, ElementsAre(HasSubstr("shop")));
  EXPECT_THAT(ObstaclesTo(with_ipam("{}"), {}).hard, IsEmpty());
  EXPECT_THAT(ObstaclesTo(with_ipam("null"), {}).hard, IsEmpty());
}

TEST(Obstacles, AreAFixedMacAddressAndTheHostsNetwork) {
  EXPECT_THAT(ObstaclesTo(Running(R"({"Config": {"MacAddress": "02:42:ac:11:00:09"}})"), {}).hard,
              ElementsAre(HasSubstr("MAC")));
  auto container = Running();
  container.network_mode = "host";
  EXPECT_THAT(ObstaclesTo(container, {}).hard, ElementsAre(HasSubstr("host's network")));
  container.network_mode = "shop_default";
  EXPECT_THAT(ObstaclesTo(container, {}).hard, IsEmpty());
}

TEST(Obstacles, AreThoseWhoLiveInItsNamespaces) {
  const auto sidecar = Another(R"({"HostConfig": {"NetworkMode": "container:web"}})");
  EXPECT_THAT(ObstaclesTo(Running(), {sidecar}).hard, ElementsAre(HasSubstr("other")));
}

TEST(Obstacles, AreThatItDoesNotRun) {
  auto container = Running();
  container.state = engine::ContainerState::kExited;
  EXPECT_THAT(ObstaclesTo(container, {}).hard, ElementsAre("it does not run"));
}

constexpr const char* kWithData =
    R"({"Mounts": [{"Type": "volume", "Name": "data", "Source": "/var/lib/docker/volumes/data/_data", "RW": true}]})";

TEST(Obstacles, AreAVolumeThatItAloneWritesTo) {
  const auto obstacles = ObstaclesTo(Running(kWithData), {Another()});
  EXPECT_THAT(obstacles.hard, IsEmpty());
  EXPECT_THAT(obstacles.soft, ElementsAre(HasSubstr("writes to data")));
}

TEST(Obstacles, AreNoVolumeThatAnotherOneWritesToAlready) {
  EXPECT_THAT(ObstaclesTo(Running(kWithData), {Another(kWithData)}).soft, IsEmpty());
  auto stopped = Another(kWithData);
  stopped.state = engine::ContainerState::kExited;
  EXPECT_THAT(ObstaclesTo(Running(kWithData), {stopped}).soft, ElementsAre(HasSubstr("data")));
}

TEST(Obstacles, AreNoVolumeThatALabelSaysTwoMayWriteTo) {
  auto container = Running(kWithData);
  container.labels["berth.volumes"] = "shared";
  EXPECT_THAT(ObstaclesTo(container, {}).soft, IsEmpty());
}

TEST(Obstacles, AreNoVolumeThatItOnlyReads) {
  EXPECT_THAT(ObstaclesTo(Running(R"({"Mounts": [{"Type": "bind", "Source": "/etc/shop", "RW": false}]})"), {}).soft,
              IsEmpty());
}

TEST(Obstacles, AreAPortWithoutAWordOnWhoIsInFrontOfIt) {
  auto container = Running(R"({"Config": {"ExposedPorts": {"8000/tcp": {}}}})");
  EXPECT_THAT(ObstaclesTo(container, {}).soft, ElementsAre(HasSubstr("berth.proxy")));
  container.labels["berth.proxy"] = "none";
  EXPECT_THAT(ObstaclesTo(container, {}).soft, IsEmpty());
}

TEST(Obstacles, AreThatNothingSaysWhenItIsReady) {
  auto container = Running();
  container.has_healthcheck = false;
  EXPECT_THAT(ObstaclesTo(container, {}).soft, ElementsAre(HasSubstr("HEALTHCHECK")));
}

// --- the choice ---

const Obstacles kNone;
const Obstacles kSoft{{}, {"it uses devices"}};
const Obstacles kHard{{"it has a fixed MAC address"}, {}};

TEST(Strategy, IsStartFirstWhenNothingSpeaksAgainstIt) {
  EXPECT_EQ(ChooseStrategy(Strategy::kAuto, Running(), kNone)->strategy, Strategy::kStartFirst);
}

TEST(Strategy, IsStopFirstWhenAnythingDoesAndSaysWhat) {
  for (const auto& obstacles : {kSoft, kHard}) {
    const auto choice = ChooseStrategy(Strategy::kAuto, Running(), obstacles);
    EXPECT_EQ(choice->strategy, Strategy::kStopFirst);
    EXPECT_EQ(choice->reason, obstacles.hard.empty() ? "it uses devices" : "it has a fixed MAC address");
  }
}

TEST(Strategy, IsWhatWasAskedForAgainstSoftObstaclesOnly) {
  EXPECT_EQ(ChooseStrategy(Strategy::kStartFirst, Running(), kSoft)->strategy, Strategy::kStartFirst);
  EXPECT_EQ(ChooseStrategy(Strategy::kStopFirst, Running(), kNone)->strategy, Strategy::kStopFirst);
  const auto refused = ChooseStrategy(Strategy::kStartFirst, Running(), kHard);
  EXPECT_THAT(refused, FailsWith(Code::kFailedPrecondition, "START_FIRST_IMPOSSIBLE"));
  EXPECT_THAT(refused.error().message, HasSubstr("fixed MAC address"));
}

TEST(Strategy, IsWhatTheLabelSaysWhereNobodyAsked) {
  auto container = Running();
  container.labels["berth.strategy"] = "start-first";
  EXPECT_EQ(ChooseStrategy(Strategy::kAuto, container, kSoft)->strategy, Strategy::kStartFirst);
  EXPECT_EQ(ChooseStrategy(Strategy::kAuto, container, kHard)->strategy, Strategy::kStopFirst);
  EXPECT_EQ(ChooseStrategy(Strategy::kStopFirst, container, kNone)->strategy, Strategy::kStopFirst);
  container.labels["berth.strategy"] = "stop-first";
  EXPECT_EQ(ChooseStrategy(Strategy::kAuto, container, kNone)->strategy, Strategy::kStopFirst);
  container.labels["berth.strategy"] = "fast";
  EXPECT_THAT(ChooseStrategy(Strategy::kAuto, container, kNone), FailsWith(Code::kInvalidArgument, "BAD_LABEL"));
}

TEST(Drain, IsASmallNumberOfSecondsOfTheLabel) {
  const auto of = [](const std::string& label) {
    auto container = Running();
    if (!label.empty()) container.labels["berth.drain"] = label;
    return DrainOf(container);
  };
  EXPECT_EQ(*of(""), std::nullopt);
  EXPECT_EQ(*of("0s"), std::chrono::milliseconds(0));
  EXPECT_EQ(*of("30"), std::chrono::seconds(30));
  EXPECT_EQ(*of("600s"), std::chrono::minutes(10));
  for (const auto* bad : {"601s", "-1s", "5m", "s", "1.5s", "99999999999"}) {
    EXPECT_THAT(of(bad), FailsWith(Code::kInvalidArgument, "BAD_LABEL")) << bad;
  }
}

}  // namespace
}  // namespace berth::agent

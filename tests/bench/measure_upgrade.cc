#include <fstream>
#include <thread>

#include "tests/bench/measures.h"
#include "tests/bench/port_probe.h"

namespace berth::bench {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr double kMostGapRatio = 1.2;
constexpr int kPort = 18080;
constexpr char kName[] = "bench-web";
constexpr auto kQuietBefore = 100ms;

json::object WebConfig(const World& world, const std::string& image) {
  const json::array published = {{{"HostIp", "127.0.0.1"}, {"HostPort", std::to_string(kPort)}}};
  return {{"Image", world.Image(image)}, {"HostConfig", {{"PortBindings", {{"8080/tcp", published}}}}}};
}

std::string RunOld(World& world) {
  std::string id = world.engine.Create(kName, WebConfig(world, "web:1"));
  world.engine.Start(id);
  return id;
}

// Who asks while the new container has no network yet makes the kernel look for an address that nobody has, and it
// looks again only after a second. That second would come with either way of replacing a container, and hide the
// difference.
void AskForAddressesQuickly() { std::ofstream("/proc/sys/net/ipv4/neigh/docker0/retrans_time_ms") << 10; }

// The gap around `replace`, which returns the id of the new container.
template <class Replace>
std::chrono::nanoseconds GapOf(World& world, Replace replace) {
  const std::string old = RunOld(world);
  PortProbe probe(kPort);
  probe.Await("1");
  std::this_thread::sleep_for(kQuietBefore);
  const std::string replacement = replace(old);
  probe.Await("2");
  world.engine.Remove(old);
  world.engine.Remove(replacement);
  return probe.Gap();
}

// What a careful person types: all that can be done before is done before.
std::string ReplaceByHand(World& world, const std::string& old) {
  const std::string side_name = std::string(kName) + "-new";
  std::string id = world.engine.Create(side_name, WebConfig(world, "web:2"));
  world.engine.Stop(old);
  world.engine.Start(id);
  world.engine.Rename(old, std::string(kName) + "-old");
  world.engine.Rename(id, kName);
  return id;
}

std::chrono::nanoseconds GapIn(const v1::Operation& upgrade) {
  const auto& gap = upgrade.upgrade_result().gap();
  return std::chrono::seconds(gap.seconds()) + std::chrono::nanoseconds(gap.nanos());
}

}  // namespace

std::vector<Row> MeasureUpgradeGap(World& world, Agent& agent) {
  AskForAddressesQuickly();
  Pairs gaps;
  Samples told;
  for (int i = 0; i < world.scale.upgrades; ++i) {
    gaps.engine.Add(GapOf(world, [&](const std::string& old) { return ReplaceByHand(world, old); }));
    gaps.berthd.Add(GapOf(world, [&](const std::string&) {
      const auto upgrade = agent.Upgrade(kName, world.Image("web:2"));
      told.Add(GapIn(upgrade));
      return upgrade.upgrade_result().container_id();
    }));
  }
  return {RatioRow("upgrade: no answer on the published port", gaps, kMostGapRatio),
          TellRow("upgrade: the gap that berthd reports", told)};
}

}  // namespace berth::bench

#include "tests/bench/measures.h"

namespace berth::bench {
namespace {

constexpr double kMostCallTime = 0.1;
constexpr double kMostListRatio = 1.5;
constexpr double kMostOverhead = 3;

constexpr char kContainer[] = "bench-turns";

}  // namespace

// All the way through berthd to its journal, but not to the engine.
Row MeasureCallWithoutEngine(World& world, Agent& agent, const std::string& container) {
  const std::string name = agent.Stop(container).name();
  Samples samples;
  for (int i = 0; i < world.scale.calls / 10; ++i) agent.GetOperation(name);
  for (int i = 0; i < world.scale.calls; ++i) samples.Add(Time([&] { agent.GetOperation(name); }));
  return MedianRow("a call that needs no engine (GetOperation)", samples, kMostCallTime);
}

Row MeasureList(World& world, Agent& agent) {
  const std::string count = std::to_string(agent.List().containers_size());
  const auto pairs = InTurns(
      world.scale.lists, [&] { world.engine.Get("/containers/json?all=1"); }, [&] { agent.List(); });
  return RatioRow("list " + count + " containers", pairs, kMostListRatio);
}

// The same way as any other operation's, without the noise of a process that starts or stops.
Row MeasureOperationThatDoesNothing(World& world, Agent& agent, const std::string& container) {
  const auto pairs = InTurns(
      world.scale.idle_operations, [&] { world.engine.Stop(container); }, [&] { agent.Stop(container); });
  return DifferenceRow("stop what is stopped, to the end of the operation", pairs, kMostOverhead);
}

std::vector<Row> MeasureStartAndStop(World& world, Agent& agent) {
  // Without a network, which takes half of the time and varies the most.
  const auto id =
      world.engine.Create(kContainer, {{"Image", world.Image("web:plain")}, {"HostConfig", {{"NetworkMode", "none"}}}});
  Pairs starts;
  Pairs stops;
  for (int i = 0; i < world.scale.starts_and_stops; ++i) {
    starts.engine.Add(Time([&] { world.engine.Start(id); }));
    stops.engine.Add(Time([&] { world.engine.Stop(id); }));
    starts.berthd.Add(Time([&] { agent.Start(kContainer); }));
    stops.berthd.Add(Time([&] { agent.Stop(kContainer); }));
  }
  world.engine.Remove(id);
  return {DifferenceRow("start, to the end of the operation", starts, kMostOverhead),
          DifferenceRow("stop, to the end of the operation", stops, kMostOverhead)};
}

}  // namespace berth::bench

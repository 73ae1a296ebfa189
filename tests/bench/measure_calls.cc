#include "tests/bench/measures.h"

namespace berth::bench {
namespace {

constexpr double kMostCallTime = 0.1;
constexpr double kMostListRatio = 1.5;
constexpr double kMostOverhead = 3;

constexpr char kContainer[] = "bench-turns";

template <class Call>
Row CallRow(const std::string& what, int count, Call call) {
  for (int i = 0; i < count / 10; ++i) call();
  Samples samples;
  for (int i = 0; i < count; ++i) samples.Add(Time(call));
  return MedianRow(what, samples, kMostCallTime);
}

}  // namespace

// One that gRPC answers by itself, and one that goes all the way through berthd to its journal.
std::vector<Row> MeasureCallsWithoutEngine(World& world, Agent& agent, const std::string& container) {
  const std::string name = agent.Stop(container).name();
  return {CallRow("ask for the health of the process", world.scale.calls, [&] { agent.CheckHealth(); }),
          CallRow("look up an operation that has ended", world.scale.calls, [&] { agent.GetOperation(name); })};
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

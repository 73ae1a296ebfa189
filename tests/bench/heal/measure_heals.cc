#include <algorithm>
#include <future>
#include <thread>

#include "tests/bench/heal/heal_bench.h"
#include "tests/bench/heal/patients.h"
#include "tests/bench/samples.h"

namespace berth::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 120s;
constexpr double kMostMedian = 15;
constexpr double kMostReaction = 40;
constexpr double kMostStubborn = 12;
constexpr double kMostAtOnce = 3;
constexpr int kMostRestarts = 3;

double Milliseconds(EventTime from, EventTime to) { return static_cast<double>(to - from) / 1e6; }
double Seconds(EventTime from, EventTime to) { return static_cast<double>(to - from) / 1e9; }

std::string MedianAndMost(const Samples& samples) {
  return Figure(samples.Median()) + " / " + Figure(samples.Max()) + " ms";
}

// The last one's start after `after`.
EventTime LastStart(EventLog& events, const Patients& patients, EventTime after) {
  EventTime last = 0;
  for (const auto& id : patients.ids()) last = std::max(last, events.After(after, id, kStart, kPatience));
  return last;
}

// With nothing of anybody's in between.
double RestartAllAtOnce(const std::string& endpoint, EventLog& events, const Patients& patients) {
  const EventTime begin = EventTimeNow();
  std::vector<std::future<void>> calls;
  for (const auto& id : patients.ids()) {
    calls.push_back(
        std::async(std::launch::async, [&] { RawEngine(endpoint).Post("/containers/" + id + "/restart"); }));
  }
  for (auto& call : calls) call.get();
  return Seconds(begin, LastStart(events, patients, begin));
}

double HealAllAtOnce(const HealWorld& world, EventLog& events, const Patients& patients) {
  const auto program = world.Begin();
  const EventTime begin = EventTimeNow();
  patients.AllFallIll();
  EventTime ill = EventTimeNow() + Nanoseconds(kPatience);
  for (const auto& id : patients.ids()) ill = std::min(ill, events.After(begin, id, kFellIll, kPatience));
  return Seconds(ill, LastStart(events, patients, ill));
}

Row MeasureAllAtOnce(const HealWorld& world, std::string what, int count, Ending ending, double most) {
  const Patients patients(world.endpoint, world.image, count, ending);
  EventLog events(world.endpoint);
  const double floor = RestartAllAtOnce(world.endpoint, events, patients);
  const double healed = HealAllAtOnce(world, events, patients);
  return {std::to_string(count) + ' ' + std::move(what),
          Figure(floor) + " s",
          Figure(healed) + " s",
          Figure(healed / floor) + " x",
          "<= " + Figure(most) + " s",
          healed <= most};
}

}  // namespace

Row MeasureReaction(const HealWorld& world) {
  const Patients patients(world.endpoint, world.image, world.scale.one_by_one, Ending::kAtSigterm);
  EventLog events(world.endpoint);
  Samples floor;
  RawEngine engine(world.endpoint);
  for (const auto& id : patients.ids()) {
    const EventTime begin = EventTimeNow();
    engine.Post("/containers/" + id + "/restart");
    floor.Add(Milliseconds(begin, events.After(begin, id, kKill, kPatience)));
  }
  const auto program = world.Begin();
  Samples reaction;
  for (std::size_t i = 0; i < patients.ids().size(); ++i) {
    const EventTime begin = EventTimeNow();
    patients.FallsIll(i);
    const EventTime ill = events.After(begin, patients.ids()[i], kFellIll, kPatience);
    reaction.Add(Milliseconds(ill, events.After(ill, patients.ids()[i], kKill, kPatience)));
    events.After(ill, patients.ids()[i], kStart, kPatience);
  }
  return {"unhealthy until the kill, median / longest of " + std::to_string(world.scale.one_by_one),
          MedianAndMost(floor),
          MedianAndMost(reaction),
          Figure(reaction.Median() / floor.Median()) + " x",
          "<= " + Figure(kMostMedian) + " / " + Figure(kMostReaction) + " ms",
          reaction.Median() <= kMostMedian && reaction.Max() <= kMostReaction};
}

Row MeasureStubborn(const HealWorld& world) {
  return MeasureAllAtOnce(world, "that ignore SIGTERM, until the last one runs again", world.scale.stubborn,
                          Ending::kOnlyBySigkill, kMostStubborn);
}

Row MeasureAtOnce(const HealWorld& world) {
  return MeasureAllAtOnce(world, "at once, until the last one runs again", world.scale.at_once, Ending::kAtSigterm,
                          kMostAtOnce);
}

Row MeasureIncurable(const HealWorld& world) {
  const std::chrono::seconds span(world.scale.incurable_seconds);
  const auto program = world.Begin();
  EventLog events(world.endpoint);
  const Incurable container(world.endpoint, world.image);
  const EventTime ill = events.After(0, container.id(), kFellIll, kPatience);
  std::this_thread::sleep_for(span);
  const int restarts = events.Count(ill, ill + Nanoseconds(span), container.id(), kStart);
  return {"nothing cures it, restarts in " + std::to_string(span.count()) + " s",
          "",
          std::to_string(restarts),
          "",
          "<= " + std::to_string(kMostRestarts),
          restarts <= kMostRestarts};
}

}  // namespace berth::bench

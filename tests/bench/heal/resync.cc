// What the watchdog itself needs on a host with very many containers, which only the simulated engine has.
//
//   berth_resync_bench [--quick]
#include <iostream>
#include <malloc.h>
#include <string>
#include <unistd.h>

#include "tests/bench/process_usage.h"
#include "tests/bench/samples.h"
#include "tests/bench/table.h"
#include "tests/support/fake_engine.h"
#include "watchdog/watcher.h"

namespace berth::bench {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr double kMostMilliseconds = 200;
constexpr double kMostGrowth = 11;  // of memory, when there are ten times as many
constexpr int kRounds = 5;

template <class Work>
nanoseconds CpuTimeFor(Work work) {
  const auto before = CpuTimeOf(getpid());
  work();
  return CpuTimeOf(getpid()) - before;
}

double HeapMegabytes() {
  malloc_trim(0);
  return static_cast<double>(mallinfo2().uordblks) / 1e6;
}

struct Cost {
  Samples list;    // of the simulated engine alone
  Samples resync;  // with it
  double megabytes = 0;
};

Cost CostOf(int containers) {
  test::FakeHost host;
  for (int i = 0; i < containers; ++i) {
    host.engine.Run("container-" + std::to_string(i), "app:1",
                    {{"Healthcheck", test::FakeHealthcheck()}, {"Labels", {{"autoheal", "true"}}}});
  }
  host.loop.RunFor(seconds(60));
  host.engine.calls.Forget();
  const double before = HeapMegabytes();
  watchdog::Settings settings;
  const auto watcher =
      watchdog::Watcher::Start(host.loop.executor(), host.engine, host.clock, watchdog::MakeEngineHands(host.engine),
                               settings, {}, [](const auto&) {});
  host.loop.RunFor(seconds(60));
  host.engine.calls.Forget();

  Cost cost;
  cost.megabytes = HeapMegabytes() - before;
  for (int i = 0; i < kRounds; ++i) {
    cost.list.Add(CpuTimeFor([&] { (void)host.loop.Await(host.engine.List(true, {})); }));
    cost.resync.Add(CpuTimeFor([&] { host.loop.RunFor(settings.resync); }));
  }
  return cost;
}

std::vector<Row> Measure(int containers) {
  const Cost tenth = CostOf(containers / 10);
  const Cost all = CostOf(containers);
  const std::string with = std::to_string(containers) + " watched containers of the simulated engine";
  const double own = all.resync.Median() - all.list.Median();
  const double growth = all.megabytes / tenth.megabytes;
  return {{"CPU time of a resync, " + with, Figure(all.list.Median()) + " ms", Figure(own) + " ms",
           Figure((tenth.resync.Median() - tenth.list.Median()) * 10) + " ms is 10 x that of a tenth",
           "<= " + Figure(kMostMilliseconds) + " ms", own <= kMostMilliseconds},
          {"memory of the watchdog, " + with, "", Figure(all.megabytes) + " MB", Figure(growth) + " x that of a tenth",
           "<= " + Figure(kMostGrowth) + " x", growth <= kMostGrowth}};
}

}  // namespace
}  // namespace berth::bench

int main(int count, char** words) {
  const bool quick = count == 2 && std::string(words[1]) == "--quick";
  if (count != 1 && !quick) {
    std::cerr << "usage: berth_resync_bench [--quick]\n";
    return 2;
  }
  berth::bench::Print(std::cout, berth::bench::Measure(quick ? 1000 : 10'000), "the watchdog");
  return 0;
}

// The engine is killed and started again, or freezes, at every step of an upgrade: before, in and after each call that
// changes something. One of old and new serves afterwards, and nothing is lost or left over.
#include <future>
#include <optional>
#include <thread>

#include "tests/e2e/crash/scenarios.h"

namespace berth::test {
namespace {

constexpr auto kRecoveryLimit = 40s;  // the agent may be waiting for its next try
constexpr auto kFrozen = 3s;
constexpr std::size_t kEvery = 16;  // of the points, in an ordinary run

struct Fault {
  const char* name;
  void (*happen)();
  void (*end)();
  std::chrono::seconds between;

  friend void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }
};

class EngineDies : public SweptHost, public testing::WithParamInterface<Fault> {
 protected:
  void TearDown() override {
    if (!engine_is_well_) GetParam().end();
    SweptHost::TearDown();
  }

  // Stops the agent at point `n`, and lets it go on while the fault lasts; how long it takes from then on until all is
  // well. Nothing when there are not so many points.
  std::optional<std::chrono::nanoseconds> RecoveryAt(std::size_t n) {
    Prepare(scenario_);
    StartWithFailpoints({"BERTH_FAILPOINT_STOP=1", "BERTH_FAILPOINT=" + std::to_string(n)});
    auto end = std::async(std::launch::async, [this] { return Ends(scenario_.begin(*this)); });
    const auto has_ended = [&] { return end.wait_for(0s) == std::future_status::ready; };
    EXPECT_TRUE(Within(60s, [&] { return agent.IsStopped() || has_ended(); }));
    if (!agent.IsStopped()) return std::nullopt;
    Happen();
    const auto began = std::chrono::steady_clock::now();
    EXPECT_TRUE(Within(kRecoveryLimit, has_ended));
    EXPECT_TRUE(end.get());
    return std::chrono::steady_clock::now() - began;
  }

  const Scenario scenario_ = Scenarios().front();

 private:
  void Happen() {
    engine_is_well_ = false;
    GetParam().happen();
    agent.Continue();
    std::this_thread::sleep_for(GetParam().between);
    GetParam().end();
    engine_is_well_ = true;
  }

  bool engine_is_well_ = true;
};

TEST_P(EngineDies, LeavesOneOfTwoAtEveryPoint) {
  Tally tally;
  const std::size_t step = IsFullRun() ? 1 : kEvery;
  for (std::size_t n = (step + 1) / 2;; n += step) {
    const auto recovery = RecoveryAt(n);
    if (!recovery) break;
    SCOPED_TRACE("at point " + Points().back());
    tally.Add(*recovery);
    ExpectOneOfTwo(scenario_);
    if (HasFailure()) return;
    agent.Kill();
  }
  ExpectOneOfTwo(scenario_);
  tally.Print(scenario_.name + ", " + GetParam().name, Points().size());
}

INSTANTIATE_TEST_SUITE_P(Sweep, EngineDies,
                         testing::Values(Fault{"EngineKilled", PrivateEngine::Kill, PrivateEngine::Start, 0s},
                                         Fault{"EngineFrozen", PrivateEngine::Freeze, PrivateEngine::Thaw, kFrozen}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace berth::test
